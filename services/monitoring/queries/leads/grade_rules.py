"""How urgent a lead is, by what is named in it."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.signals import Grade, Group
from services.monitoring.store import law
from shared.database.transaction import Transaction


class GradeRuleShown(BaseModel):
    """A row in force: what a hardship of a group of people is graded; of which area, since when, by which document."""

    id: UUID
    area: str
    hardship: Hardship
    population: Group
    grade: Grade
    effective_from: date
    document_number: str


class GradeRulesShown(BaseModel):
    items: list[GradeRuleShown]


async def list_grade_rules(area: str, tx: Transaction) -> GradeRulesShown:
    """List what hardships are graded in an area today; what is not listed is yellow (R43; plan ch.3 s.1)."""
    rows = await law.grade_rules_for(area, tx)
    return GradeRulesShown(items=[GradeRuleShown(**{**row, "area": row["area_code"]}) for row in rows])
