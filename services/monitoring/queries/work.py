"""The one worklist of all that waits for somebody in an area, whatever it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.files.list_sheets import WORK_LIST
from services.monitoring.domain.work import WAITING, Matter, Waiting, WorkStep, waiting_for
from services.monitoring.store import law, work
from services.monitoring.store.places import areas
from services.monitoring.store.register import households
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.page import Place
from shared.kernel.workdays import Calendar, CalendarMissing, DayKind, local_day

_NO_CALENDAR = Calendar({})
_BY_STEP = {(each.matter, each.step, each.where): each for each in WAITING}


class DoorShown(BaseModel):
    """The operation that acts. `yours`: it is the task of your office."""

    method: str = Field(examples=["POST"])
    path: str = Field(examples=["/v1/leads/0199d7a0-0000-7000-8000-000000000000/verification"])
    yours: bool


class WorkLine(BaseModel):
    """Something that waits. `due_at` ends the step; `days_left` counts days of its kind, negative when it is late, and stands while the clock
    stands."""

    matter: Matter
    step: WorkStep
    id: UUID
    household_id: UUID | None
    household_number: str | None
    area: str
    area_name: str | None = Field(examples=["博尚村民委员会"])
    due_at: datetime
    day_kind: DayKind
    days_left: int | None = Field(examples=[2], description="未载入所涉年份的工作日历时为空。Absent while a year between has no calendar.")
    is_late: bool
    paused_at: datetime | None
    version: int
    door: DoorShown


class WorkPage(BaseModel):
    items: list[WorkLine]
    next: str | None


async def list_work(
    area: str,
    tx: Transaction,
    *,
    after: Place | None,
    size: int,
    matter: Matter = Matter.ALL,
    step: WorkStep | None = None,
    mine: bool = False,
    overdue: bool | None = None,
) -> WorkPage:
    """List what waits in an area, that first which is due first (R163; plan ch.3 s.3, ch.12 s.5).

    :param mine: only what is the task of the caller's office, at its own level.
    :param overdue: only what is late by the business clock, or only what is not.
    """
    if is_inside(tx.actor.area, area):
        area = tx.actor.area
    steps = waiting_for(tx.actor, matter=matter, step=step, mine=mine)
    if mine and area != tx.actor.area:  # what is the task of the area that it lies in is nobody's further up
        steps = tuple(each for each in steps if each.at is not None)
    rows, following = await work.page(area, steps, tx, own=mine, overdue=overdue, after=after, size=size)
    return WorkPage(items=await _lines(rows, tx), next=following)


async def work_page(area: str, matter: Matter, after: Place | None, size: int, tx: Transaction) -> tuple[list[Sequence[object]], str | None]:
    """Read the same list in the columns of its sheet."""
    page = await list_work(area, tx, after=after, size=size, matter=matter)
    return [[_told(line)[column.field] for column in WORK_LIST.columns] for line in page.items], page.next


async def _lines(rows: Sequence[Row[Any]], tx: Transaction) -> list[WorkLine]:
    if not rows:
        return []
    numbers = await households.numbers_of([row.household_id for row in rows if row.household_id], tx)
    names = await areas.names_of((row.area_code for row in rows), local_day(tx.now), tx)
    calendars = await _calendars(rows, tx)
    return [_line(row, numbers, names, calendars.get(row.area_code, _NO_CALENDAR), tx) for row in rows]


async def _calendars(rows: Sequence[Row[Any]], tx: Transaction) -> dict[str, Calendar]:
    counted = [row for row in rows if row.day_kind == DayKind.WORKDAY]
    if not counted:
        return {}
    around = [local_day(moment) for row in counted for moment in (row.due_at, row.paused_at or tx.now)]
    return await law.calendars_of(sorted({row.area_code for row in counted}), tx, days=0, around=around)


def _line(row: Row[Any], numbers: dict[UUID, str], names: dict[str, Row[Any]], calendar: Calendar, tx: Transaction) -> WorkLine:
    waiting = _BY_STEP[Matter(row.matter), WorkStep(row.step), row.part]
    at = row.paused_at or tx.now
    return WorkLine(
        matter=waiting.matter,
        step=waiting.step,
        id=row.id,
        household_id=row.household_id,
        household_number=numbers.get(row.household_id) if row.household_id else None,
        area=row.area_code,
        area_name=names[row.area_code].name if row.area_code in names else None,
        due_at=row.due_at,
        day_kind=DayKind(row.day_kind),
        days_left=_days_left(DayKind(row.day_kind), at, row.due_at, calendar),
        is_late=row.due_at <= at,
        paused_at=row.paused_at,
        version=row.version,
        door=_door(waiting, row, tx),
    )


def _door(waiting: Waiting, row: Row[Any], tx: Transaction) -> DoorShown:
    door = waiting.door
    yours = waiting.is_for(tx.actor) and (waiting.at is not None or row.area_code == tx.actor.area)
    return DoorShown(method=door.method, path=door.of(id=row.id, parent=row.parent_id, household=row.household_id), yours=yours)


def _days_left(kind: DayKind, at: datetime, due_at: datetime, calendar: Calendar) -> int | None:
    try:
        return calendar.days_left(kind, at, due_at)
    except CalendarMissing:
        return None


def _told(line: WorkLine) -> dict[str, object]:
    return {**line.model_dump(), "village": line.area, "is_late": "是" if line.is_late else "否"}
