"""What was said of limits: the list of an area's levels, and one thing said with the note of its acknowledgement."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.deadlines.escalations import EscalationId, EscalationKind, EscalationStatus
from services.monitoring.domain.deadlines.limits import Level, Subject
from services.monitoring.store.deadlines import escalations
from shared.database.transaction import Transaction
from shared.kernel.page import Place
from shared.kernel.workdays import Calendar, DayKind

_NO_CALENDAR = Calendar({})


class EscalationLine(BaseModel):
    """Something said to one level. `area`: of the level; `subject_area`: where what has the limit lies; `due_at`: when the step ends.

    `calendar_days_left` is negative when the step is late. A measure is an owed one, of the household's flag.
    """

    id: UUID
    area: str
    level: Level
    kind: EscalationKind
    subject_kind: Subject
    subject_id: UUID
    subject_area: str
    household_id: UUID | None
    step: str = Field(examples=["verification"])
    status: EscalationStatus
    due_at: datetime
    calendar_days_left: int = Field(examples=[-3])
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    version: int


class EscalationPage(BaseModel):
    items: list[EscalationLine]
    next: str | None


class EscalationShown(EscalationLine):
    """With what was said when it was acknowledged."""

    note: str | None


async def list_escalations(area: str, status: EscalationStatus, tx: Transaction, *, after: Place | None, size: int) -> EscalationPage:
    """List what was said to the levels of an area in one status, that first whose step ends first."""
    rows, following = await escalations.page(area, status, tx, after=after, size=size)
    return EscalationPage(items=[EscalationLine(**_line(row, tx)) for row in rows], next=following)


async def show_escalation(escalation_id: EscalationId, tx: Transaction) -> EscalationShown:
    """Show one thing said; who looked is left in the audit.

    :raises NotFound: there is no such thing, or it was said outside the caller's area.
    """
    row = await escalations.show(escalation_id, tx)
    await tx.note_read("escalation", row.county_code, row.id)
    note = tx.vault.open(row.secrets, table="escalation", row=row.id)["note"] if row.secrets else None
    return EscalationShown(**_line(row, tx), note=note)


def days_left_of(row: Any, tx: Transaction) -> int:
    return _NO_CALENDAR.days_left(DayKind.CALENDAR, tx.now, row.due_at)


def _line(row: Any, tx: Transaction) -> dict[str, Any]:
    names = ("id", "level", "kind", "subject_kind", "subject_id", "household_id", "step", "status", "due_at", "raised_at")
    acknowledged = {name: getattr(row, name) for name in ("acknowledged_at", "acknowledged_by", "version")}
    places = {"area": row.area_code, "subject_area": row.subject_area_code}
    return places | {name: getattr(row, name) for name in names} | acknowledged | {"calendar_days_left": days_left_of(row, tx)}
