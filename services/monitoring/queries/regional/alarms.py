"""Regional alarms: the list, one with its series of weeks, and the households that it counts, heads masked."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.files.lists_out.regional import ALARM_HOUSEHOLD_LIST
from services.monitoring.domain.regional.alarms import AlarmId, AlarmStatus, Assessment
from services.monitoring.domain.regional.causes import Cause
from services.monitoring.domain.regional.detection import monday
from services.monitoring.domain.regional.rules import PARENT, RegionLevel
from services.monitoring.queries.register.named import masked_heads
from services.monitoring.queries.showing import shown
from services.monitoring.store.regional import alarms, counts
from shared.database.transaction import Transaction
from shared.kernel.page import Place
from shared.kernel.workdays import local_day
from shared.wire.evidence import Evidence

_NOWHEN = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands in the cursors of a list that is in the order of ids alone."""
_NOBODY = UUID(int=0)


class AlarmLine(BaseModel):
    """An area whose count called for an alarm. Counts are of households, each once in the rule's window of weeks; `observed` as of the last check.

    `expected`: by its own history, nothing if there was none; `neighbours`: by the rate of the areas around it; `threshold`: the count that opened,
    `clear_below`: the one under which it clears. `within`: the wider alarm of the same cause that it lies in. `is_overdue`: no answer in time.
    """

    id: UUID
    area: str
    level: RegionLevel
    cause: Cause
    industry: str | None
    status: AlarmStatus
    within: UUID | None
    window_begins: date
    households: int
    observed: int
    observed_at_opening: int
    expected: float | None
    neighbours: float | None
    threshold: float
    clear_below: float
    calm_since: date | None
    opened_at: datetime
    due_at: datetime
    is_overdue: bool
    answered_at: datetime | None
    assessment: Assessment | None
    cleared_at: datetime | None
    version: int


class AlarmPage(BaseModel):
    items: list[AlarmLine]
    next: str | None


class WeekShown(BaseModel):
    """A week from Monday: the area's occurrences, households and people, and the households of the areas around it."""

    week: date
    occurrences: int
    households: int
    people: int
    neighbours: int


class AlarmShown(AlarmLine):
    """With the rule that it was opened by, its weeks, and the county's answer."""

    rule: dict[str, Any] = Field(examples=[{"code": "township.price_fall", "minimum_count": 10}])
    weeks: list[WeekShown]
    answered_by: str | None
    measures: list[str]
    prevention_plan: str | None
    evidence: list[Evidence]


class AlarmHouseholdShown(BaseModel):
    id: UUID
    area: str
    head: str | None = Field(examples=["李**"])
    added_at: datetime


class AlarmHouseholdPage(BaseModel):
    items: list[AlarmHouseholdShown]
    next: str | None


async def list_alarms(area: str, status: AlarmStatus, tx: Transaction, *, after: Place | None, size: int) -> AlarmPage:
    """List the alarms of an area in one status, that first whose answer is due first (R40, R55; plan ch.3 s.3)."""
    rows, following = await alarms.worklist.page(area, status, tx, after=after, size=size)
    return AlarmPage(items=[shown(AlarmLine, row, **_computed(row, tx)) for row in rows], next=following)


async def show_alarm(alarm_id: AlarmId, tx: Transaction) -> AlarmShown:
    """Show an alarm.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    row = await alarms.show(alarm_id, tx)
    measures = tx.vault.open(row.secrets, table="regional_alarm", row=row.id)["measures"] if row.secrets else []
    weeks = row.rule["window_weeks"] * (row.rule["history_windows"] + 1)
    since = monday(local_day(row.opened_at)) - timedelta(weeks=weeks - 1)
    parent = row.area_code[: PARENT[RegionLevel(row.level)]]
    series = await counts.series(row.area_code, row.cause, row.industry, since, monday(local_day(tx.now)), tx, parent=parent)
    return shown(
        AlarmShown,
        row,
        **_computed(row, tx),
        weeks=[shown(WeekShown, week) for week in series],
        measures=measures,
        evidence=[Evidence(**each) for each in row.evidence or []],
    )


async def list_alarm_households(alarm_id: AlarmId, area: str | None, tx: Transaction, *, after: Place | None, size: int) -> AlarmHouseholdPage:
    """List the households that an alarm counts, by their ids.

    :raises NotFound: there is no such alarm here.
    """
    alarm = await alarms.get(alarm_id, tx)
    rows = await alarms.households(alarm_id, area or alarm.area_code, tx, after=after.id if after else _NOBODY, at_most=size + 1)
    heads = await masked_heads([row.household_id for row in rows[:size]], tx)
    items = [
        AlarmHouseholdShown(id=row.household_id, area=row.area_code, head=heads.get(row.household_id), added_at=row.added_at) for row in rows[:size]
    ]
    last = rows[size - 1] if len(rows) > size else None
    return AlarmHouseholdPage(items=items, next=str(Place(county=last.county_code, due_at=_NOWHEN, id=last.household_id)) if last else None)


async def alarm_households_out(
    alarm_id: AlarmId, area: str, _: AlarmStatus, after: Place | None, size: int, tx: Transaction
) -> tuple[list[Sequence[object]], str | None]:
    """Read a page of the same list in the columns of its sheet."""
    page = await list_alarm_households(alarm_id, area, tx, after=after, size=size)
    return [ALARM_HOUSEHOLD_LIST.row_of(item, village=item.area) for item in page.items], page.next


def _computed(row: Any, tx: Transaction) -> dict[str, Any]:
    return {"industry": row.industry or None, "is_overdue": row.status is AlarmStatus.OPEN and row.due_at <= tx.now}
