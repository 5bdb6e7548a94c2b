"""The one worklist of all that waits for somebody in an area, whatever it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.files.lists_out.worklist import WORK_LIST
from services.monitoring.domain.reading.waiting import WAITING, waiting_for
from services.monitoring.domain.reading.work import Matter, Waiting, WorkStep
from services.monitoring.queries.deadlines.limits import calendars_around, left_of
from services.monitoring.store.places import areas
from services.monitoring.store.reading import work
from services.monitoring.store.register import households
from shared.database.rows import values_of
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.page import Place
from shared.kernel.workdays import Calendar, DayKind, last_day, local_day

_NO_CALENDAR = Calendar({})
_BY_STEP: Mapping[tuple[str, str, str], Waiting] = {(each.matter, each.step, each.where): each for each in WAITING}


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
    return WorkPage.model_validate({"items": await _lines(rows, tx), "next": following})


async def work_page(area: str, matter: Matter, after: Place | None, size: int, tx: Transaction) -> tuple[list[Sequence[object]], str | None]:
    """Read the same list in the columns of its sheet."""
    page = await list_work(area, tx, after=after, size=size, matter=matter)
    return [WORK_LIST.row_of(line, village=line.area, is_late="是" if line.is_late else "否") for line in page.items], page.next


async def _lines(rows: Sequence[Row[Any]], tx: Transaction) -> list[dict[str, Any]]:
    """Say of each thing what a line is made of; a page of them is checked at once."""
    if not rows:
        return []
    numbers = await households.numbers_of([row.household_id for row in rows if row.household_id], tx)
    names = await areas.names_of((row.area_code for row in rows), local_day(tx.now), tx)
    told = values_of(rows)
    counted = [each for each in told if each["day_kind"] == DayKind.WORKDAY]
    calendars = await calendars_around([(each["area_code"], each["due_at"], each["paused_at"]) for each in counted], tx)
    today = local_day(tx.now)
    for line in told:
        area, at = line["area_code"], line["paused_at"] or tx.now
        standing = local_day(at) if line["paused_at"] else today
        line |= {
            "household_number": numbers.get(line["household_id"]),
            "area": area,
            "area_name": names[area].name if area in names else None,
            "days_left": left_of(calendars.get(area, _NO_CALENDAR), standing, DayKind(line["day_kind"]), last_day(line["due_at"])),
            "is_late": line["due_at"] <= at,
            "door": _door(line, tx),
        }
    return told


def _door(line: Mapping[str, Any], tx: Transaction) -> dict[str, Any]:
    waiting = _BY_STEP[line["matter"], line["step"], line["part"]]
    yours = waiting.is_for(tx.actor) and (waiting.at is not None or line["area_code"] == tx.actor.area)
    path = waiting.door.of(id=line["id"], parent=line["parent_id"], household=line["household_id"])
    return {"method": waiting.door.method, "path": path, "yours": yours}
