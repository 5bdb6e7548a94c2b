"""What is said of a row of a file after it was taken."""

from uuid import UUID

from pydantic import BaseModel, Field


class RowAnswer(BaseModel):
    """How the matter of a row stands that was taken: for a department, what the village found."""

    source_number: str | None = Field(default=None, examples=["YB202110-0007"])
    lead_id: UUID | None = None
    status: str = Field(examples=["confirmed"])
    outcome: str | None = Field(default=None, examples=["included"], description="办结后的结果代码。What came of it, once it has ended.")
    reason: str | None = None
    rule_document: str | None = Field(
        default=None, examples=["临乡振发〔2022〕37号"], description="所依据的规则文号。The document of the rule that called for the lead."
    )
