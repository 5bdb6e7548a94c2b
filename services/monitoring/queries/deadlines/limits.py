"""How long there is left: of the step that is under way, and of the whole."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from services.monitoring.domain.deadlines.limits import step_of
from services.monitoring.domain.deadlines.pauses import WaitingOn
from services.monitoring.store import law
from services.monitoring.store.deadlines import pauses
from shared.database.transaction import Transaction
from shared.kernel.workdays import Calendar, CalendarMissing, DayKind, local_day

_NO_CALENDAR = Calendar({})


class LimitShown(BaseModel):
    """A limit and the days left until it ends, in days of its kind and in calendar days: negative once it has passed, and standing while the
    clock stands. `paused_days`: by how many days of its kind pauses have moved it."""

    due_at: datetime
    day_kind: DayKind
    days_left: int | None = Field(examples=[2], description="未载入所涉年份的工作日历时为空。Absent while a year between has no calendar.")
    calendar_days_left: int = Field(examples=[3])
    paused_days: int


class StepLimitShown(LimitShown):
    """The limit of the step that is under way."""

    step: str = Field(examples=["verification"])


class PauseShown(BaseModel):
    """Since when the clock stands and for whom; it runs again by `ends_by` at the latest."""

    waiting_on: WaitingOn
    began_at: datetime
    ends_by: datetime


async def step_limits(rows: Sequence[Any], tx: Transaction) -> list[StepLimitShown | None]:
    """Say for leads or cases when their steps end; what is decided is in none. A calendar is asked for only where working days are counted."""
    counted = [row for row in rows if row.step_day_kind is DayKind.WORKDAY and step_of(row.status)]
    calendars: dict[str, Calendar] = {}
    if counted:
        around = [local_day(moment) for row in counted for moment in (row.step_due_at or row.due_at, row.paused_at or tx.now)]
        calendars = await law.calendars_of(sorted({row.area_code for row in counted}), tx, days=0, around=around)
    return [_step_limit(row, calendars.get(row.area_code, _NO_CALENDAR), tx) for row in rows]


async def total_limit(row: Any, day_kind: DayKind, tx: Transaction) -> LimitShown | None:
    """Say when the whole of a lead or a case ends; what is decided has no limit any more."""
    if step_of(row.status) is None:
        return None
    moments = [local_day(row.due_at), local_day(row.paused_at or tx.now)]
    calendar = await law.calendar_for(row.area_code, tx, days=0, around=moments) if day_kind is DayKind.WORKDAY else _NO_CALENDAR
    return LimitShown(**_limit(row.due_at, day_kind, row.paused_at or tx.now, calendar), paused_days=row.paused_days)


async def pause_of(row: Any, tx: Transaction) -> PauseShown | None:
    """Say why the clock of a lead or a case stands, if it does."""
    found = await pauses.present(row.id, tx) if row.paused_at else None
    return PauseShown(waiting_on=found.waiting_on, began_at=found.began_at, ends_by=found.ends_by) if found else None


def _step_limit(row: Any, calendar: Calendar, tx: Transaction) -> StepLimitShown | None:
    step = step_of(row.status)
    if step is None:
        return None
    limit = _limit(row.step_due_at or row.due_at, row.step_day_kind, row.paused_at or tx.now, calendar)
    return StepLimitShown(step=str(step.act), **limit, paused_days=row.step_paused_days)


def _limit(due_at: datetime, day_kind: DayKind, at: datetime, calendar: Calendar) -> dict[str, Any]:
    try:
        days_left = calendar.days_left(day_kind, at, due_at)
    except CalendarMissing:
        days_left = None
    return {
        "due_at": due_at,
        "day_kind": day_kind,
        "days_left": days_left,
        "calendar_days_left": _NO_CALENDAR.days_left(DayKind.CALENDAR, at, due_at),
    }
