"""How long there is left: of the step that is under way, and of the whole."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from services.monitoring.domain.deadlines.limits import step_of
from services.monitoring.domain.deadlines.pauses import WaitingOn
from services.monitoring.store import law
from services.monitoring.store.deadlines import pauses
from shared.database.transaction import Transaction
from shared.kernel.workdays import Calendar, CalendarMissing, DayKind, last_day, local_day

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


async def step_limits(told: Sequence[Mapping[str, Any]], tx: Transaction) -> list[dict[str, Any] | None]:
    """Say for leads or cases, told by their columns, when their steps end, each as a `StepLimitShown` is made of; what is decided is in none."""
    counted = [each for each in told if each["step_day_kind"] is DayKind.WORKDAY and step_of(each["status"])]
    limits = [(each["area_code"], each["step_due_at"] or each["due_at"], each["paused_at"]) for each in counted]
    calendars, today = await calendars_around(limits, tx), local_day(tx.now)
    return [_step_limit(each, calendars.get(each["area_code"], _NO_CALENDAR), today) for each in told]


async def calendars_around(limits: Sequence[tuple[str, datetime, datetime | None]], tx: Transaction) -> dict[str, Calendar]:
    """Read with one question the calendars in which limits count working days: each its area, its end, and since when its clock stands if it does.

    Where none counts them no calendar is asked for.
    """
    if not limits:
        return {}
    moments = [moment for _, due_at, paused_at in limits for moment in (due_at, paused_at or tx.now)]
    around = [local_day(min(moments)), local_day(max(moments))]
    return await law.calendars_of(sorted({area for area, _, _ in limits}), tx, days=0, around=around)


def left_of(calendar: Calendar, today: date, kind: DayKind, last: date) -> int | None:
    """Count the days of a kind that are left; None while a year between has no calendar."""
    try:
        return calendar.left_on(today, kind, last)
    except CalendarMissing:
        return None


async def total_limit(row: Any, day_kind: DayKind, tx: Transaction) -> LimitShown | None:
    """Say when the whole of a lead or a case ends; what is decided has no limit any more."""
    if step_of(row.status) is None:
        return None
    moments = [local_day(row.due_at), local_day(row.paused_at or tx.now)]
    calendar = await law.calendar_for(row.area_code, tx, days=0, around=moments) if day_kind is DayKind.WORKDAY else _NO_CALENDAR
    return LimitShown(**_limit(row.due_at, day_kind, moments[1], calendar), paused_days=row.paused_days)


async def pause_of(row: Any, tx: Transaction) -> PauseShown | None:
    """Say why the clock of a lead or a case stands, if it does."""
    found = await pauses.present(row.id, tx) if row.paused_at else None
    return PauseShown(waiting_on=found.waiting_on, began_at=found.began_at, ends_by=found.ends_by) if found else None


def _step_limit(told: Mapping[str, Any], calendar: Calendar, today: date) -> dict[str, Any] | None:
    step = step_of(told["status"])
    if step is None:
        return None
    standing = local_day(told["paused_at"]) if told["paused_at"] else today
    limit = _limit(told["step_due_at"] or told["due_at"], told["step_day_kind"], standing, calendar)
    return {"step": str(step.act), "paused_days": told["step_paused_days"], **limit}


def _limit(due_at: datetime, day_kind: DayKind, today: date, calendar: Calendar) -> dict[str, Any]:
    last = last_day(due_at)
    return {
        "due_at": due_at,
        "day_kind": day_kind,
        "days_left": left_of(calendar, today, day_kind, last),
        "calendar_days_left": _NO_CALENDAR.left_on(today, DayKind.CALENDAR, last),
    }
