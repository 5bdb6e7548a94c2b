"""What every act on a case answers, and how its evidence is kept."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.cases import CaseStatus
from shared.wire import Evidence


class Stepped(BaseModel):
    """The case's new version and status. `next_case_id`: waiting leads have opened the household's next case."""

    id: UUID
    version: int
    status: CaseStatus
    notice_ends_at: datetime | None = None
    flag_id: UUID | None = None
    next_case_id: UUID | None = None


def as_kept(evidence: Sequence[Evidence]) -> list[dict[str, str]]:
    return [{"title": each.title, "sha256": each.sha256} for each in evidence]
