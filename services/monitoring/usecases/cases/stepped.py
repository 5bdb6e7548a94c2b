"""What every act on a case answers."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.cases import CaseStatus


class Stepped(BaseModel):
    """The case's new version and status. `next_case_id`: waiting leads have opened the household's next case."""

    id: UUID
    version: int
    status: CaseStatus
    notice_ends_at: datetime | None = None
    flag_id: UUID | None = None
    next_case_id: UUID | None = None
