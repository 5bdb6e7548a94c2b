"""Let the clock of a lead or a case run again (恢复计时)."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.deadlines.limits import Subject
from services.monitoring.domain.deadlines.pauses import Ending
from services.monitoring.store.deadlines import subjects
from services.monitoring.usecases.deadlines.end_pause import end_pause
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen


class Resumed(BaseModel):
    """The limits after the pause, and by how many days of their kinds it moved them."""

    id: UUID
    version: int
    status: str
    due_at: datetime
    step_due_at: datetime
    days: int
    step_days: int


async def resume(kind: Subject, subject_id: UUID, tx: Transaction, *, expected: int) -> Resumed:
    """End a pause; whoever may pause in some step may end any pause, for it only lets the clock run.

    :raises NotFound: there is no such matter here; NotPaused: its clock runs.
    :raises CalendarMissing: a year that the pause touches is not loaded; Stale: somebody changed the matter.
    """
    running = await subjects.get(kind, subject_id, tx)
    as_seen(running.version, expected)
    moved = await end_pause(running, Ending.RESUMED, tx)
    return Resumed(
        id=running.id,
        version=running.version + 1,
        status=running.status,
        due_at=moved.due_at,
        step_due_at=moved.step_due_at,
        days=moved.days,
        step_days=moved.step_days,
    )
