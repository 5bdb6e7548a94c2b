"""Dashboards: how an area stands, and each part of it beside it; read from figures that are kept, never counted (R53, R163; plan ch.3 s.3)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.places.tree import NoSuchArea
from services.monitoring.domain.reading import area_figures as rules
from services.monitoring.domain.reading.area_figures import AreaFigure, AreaNotYours, Figures, MonthFigures, Topic
from services.monitoring.queries.showing import shown
from services.monitoring.store import law
from services.monitoring.store.places import areas, lists
from services.monitoring.store.reading import area_figures
from services.monitoring.store.reading.area_figures import Wanted
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTIES, COUNTY, VILLAGE, is_inside
from shared.kernel.workdays import local_day

Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$"), Field(examples=["2021-09"])]
ListCode = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$"), Field(examples=["border_villages"])]
_LAST = "9"  # after every month and every day


class HouseholdCountShown(BaseModel):
    """Households of one kind and status, of one category where they are monitored, and the people in them."""

    kind: str = Field(examples=["lifted_out"])
    status: str = Field(examples=["monitored"])
    category: str | None = Field(examples=["marginal"])
    households: int
    people: int


class CountShown(BaseModel):
    """How many there are; leads by channel too."""

    channel: str | None = Field(examples=["hotline"])
    status: str
    count: int


class StepFiguresShown(BaseModel):
    """A step against its limit: done in the month in time and late; open now, of these late and standing (`paused`)."""

    step: str = Field(examples=["verification"])
    in_time: int
    late: int
    open: int
    late_now: int
    paused: int
    average_workdays: Decimal | None = Field(examples=["3.5"], description="本月办结的平均用时（工作日）。Working days that those done took.")


class AreaNamed(BaseModel):
    code: str = Field(examples=["530902"])
    title: str | None = Field(examples=["临翔区"])


class AreaFiguresShown(BaseModel):
    """Of one area. `leads`, `cases`, `flags`: those registered, opened, raised in the month, as they stand now; `households` are as of now."""

    area: AreaNamed
    households: list[HouseholdCountShown]
    leads: list[CountShown]
    cases: list[CountShown]
    flags: list[CountShown]
    steps: list[StepFiguresShown]


class DashboardShown(BaseModel):
    """The whole, and each part beside it: the areas one level below, or the places of a list.

    What lies with a township or county itself, or in a village that has ended, is in the whole and in no part.
    """

    month: str
    at: datetime
    whole: AreaFiguresShown
    parts: list[AreaFiguresShown]


class FlowShown(BaseModel):
    """What came and was over in the month, and what was open at its end."""

    new: int
    over: int
    open: int


class MonthShown(BaseModel):
    month: str
    leads: FlowShown
    cases: FlowShown
    flags: FlowShown


class TrendsShown(BaseModel):
    area: AreaNamed
    months: list[MonthShown]


class BandCounted(BaseModel):
    """Households and people by band of net income per head, and by how the reference income per head stands to the line: below it, not below it,
    or no line is in force."""

    band: int
    line: str = Field(examples=["not_below"])
    households: int
    people: int


class AreaIncomeShown(BaseModel):
    area: AreaNamed
    bands: list[BandCounted]


class IncomeDistribution(BaseModel):
    """`bounds`: the rising bounds of the bands in force, yuan per head and year; band 0 lies below the first."""

    at: datetime
    bounds: list[Decimal]
    whole: AreaIncomeShown
    parts: list[AreaIncomeShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """An area with what is shown beside it: whose figures are read, and which of them make up the whole."""

    area: AreaNamed
    parts: Sequence[AreaNamed]
    read: Sequence[str]
    whole: Sequence[str]


async def show_dashboard(area: str, tx: Transaction, *, month: str | None, list_code: str | None) -> DashboardShown:
    """Show how an area of any level stands, and each part of it; of a list's places when one is named.

    :raises AreaNotYours: the area is another's; NoSuchArea: it never was; NoSuchPlaceList: there is no such list.
    """
    month = month or rules.month_of(local_day(tx.now))
    parts = await _parts(area, list_code, tx)
    monthly = [Wanted(topic=topic, first=month, last=month) for topic in (Topic.LEAD, Topic.CASE, Topic.FLAG, Topic.STEP)]
    present = [Wanted(topic=topic) for topic in (Topic.HOUSEHOLD, Topic.PEOPLE, Topic.PAUSED)]
    running = Wanted(topic=Topic.OPEN, last=_LAST, since=local_day(tx.now).isoformat())
    found = await _figures(parts, [*monthly, *present, running], tx)
    return DashboardShown(
        month=month,
        at=tx.now,
        whole=_shown(parts.area, _sum(found, parts.whole), month),
        parts=[_shown(part, _sum(found, [part.code]), month) for part in parts.parts],
    )


async def show_trends(area: str, tx: Transaction, *, first: str | None, last: str | None, list_code: str | None) -> TrendsShown:
    """Show month by month what came, what was over and what was open; the last twelve months if none is named.

    :raises AreaNotYours: the area is another's; NoSuchArea: it never was; NoSuchPlaceList: there is no such list.
    :raises MonthsInDisorder: the first month is the later one, or they are too far apart.
    """
    last = last or rules.month_of(local_day(tx.now))
    first = first or f"{int(last[:4]) - (last[5:] != '12')}-{int(last[5:]) % 12 + 1:02}"
    months = rules.months_between(first, last)
    parts = await _parts(area, list_code, tx, with_parts=False)
    topics = (Topic.LEAD, Topic.LEAD_OVER, Topic.CASE, Topic.CASE_OVER, Topic.FLAG, Topic.FLAG_OVER)
    found = await _figures(parts, [Wanted(topic=topic, last=last, since=first) for topic in topics], tx)
    return TrendsShown(area=parts.area, months=[_month(each) for each in rules.months_in(_sum(found, parts.whole), months)])


async def show_income(area: str, tx: Transaction, *, list_code: str | None) -> IncomeDistribution:
    """Show how incomes are spread over the bands in force, and how many are below the line (R19, R37; plan ch.1 s.2, ch.3 s.1).

    :raises AreaNotYours: the area is another's; NoSuchArea: it never was; NoSuchPlaceList: there is no such list.
    :raises ParameterMissing: no bands are in force.
    """
    parts = await _parts(area, list_code, tx)
    found = await _figures(parts, [Wanted(topic=topic) for topic in (Topic.INCOME, Topic.INCOME_PEOPLE)], tx)
    bounds = (await law.parameters_for(tx.actor.area, tx)).bounds(Key.INCOME_BANDS)
    return IncomeDistribution(
        at=tx.now,
        bounds=list(bounds),
        whole=_incomes(parts.area, _sum(found, parts.whole)),
        parts=[_incomes(part, _sum(found, [part.code])) for part in parts.parts],
    )


async def _parts(area: str, list_code: str | None, tx: Transaction, *, with_parts: bool = True) -> Parts:
    """Find what is shown: an area with those one level below, or the places of a list inside it as they are today."""
    if is_inside(tx.actor.area, area):
        area = tx.actor.area
    elif not is_inside(area, tx.actor.area):
        raise AreaNotYours("query.area")
    today = local_day(tx.now)
    called = (await areas.names_of([area], today, tx)).get(area)
    if called is None:
        raise NoSuchArea("query.area")
    whole = AreaNamed(code=area, title=called.name)
    if list_code:
        return _places(whole, await _entries(list_code, area, tx))
    below = await areas.inside(area, today, tx) if len(area) < VILLAGE and (with_parts or len(area) < COUNTY) else []
    parts = [AreaNamed(code=row.code, title=row.name) for row in below]
    if len(area) < COUNTY:
        return Parts(area=whole, parts=parts, read=COUNTIES, whole=COUNTIES)
    return Parts(area=whole, parts=parts, read=[area, *(part.code for part in parts)], whole=[area])


async def _entries(list_code: str, area: str, tx: Transaction) -> dict[str, AreaNamed]:
    """Read the areas in which the places of a list lie, each once: two sites of one village are one village's figures."""
    await lists.get(list_code, tx, field="query.list")
    entries = await lists.entries(list_code, area, local_day(tx.now), tx)
    names = await areas.names_of((each.area_code for each in entries), local_day(tx.now), tx)
    return {each.area_code: AreaNamed(code=each.area_code, title=names[each.area_code].name if each.area_code in names else None) for each in entries}


def _places(whole: AreaNamed, places: dict[str, AreaNamed]) -> Parts:
    return Parts(area=whole, parts=[places[code] for code in sorted(places)], read=sorted(places), whole=sorted(places))


async def _figures(parts: Parts, wanted: Sequence[Wanted], tx: Transaction) -> dict[str, list[AreaFigure]]:
    found: dict[str, list[AreaFigure]] = defaultdict(list)
    for row in await area_figures.read(parts.read, wanted, tx) if parts.read else []:
        figure = AreaFigure(area=row.area_code, topic=Topic(row.topic), key=row.key, period=row.period, value=row.value)
        found[row.area_code].append(figure)
    return found


def _sum(found: dict[str, list[AreaFigure]], codes: Sequence[str]) -> Figures:
    return Figures.of(each for code in codes for each in found.get(code, []))


def _shown(area: AreaNamed, figures: Figures, month: str) -> AreaFiguresShown:
    return AreaFiguresShown(
        area=area,
        households=[shown(HouseholdCountShown, each) for each in rules.households_in(figures)],
        leads=[shown(CountShown, each) for each in rules.leads_in(figures, month)],
        cases=[shown(CountShown, each) for each in rules.counted_in(figures, Topic.CASE, month)],
        flags=[shown(CountShown, each) for each in rules.counted_in(figures, Topic.FLAG, month)],
        steps=[shown(StepFiguresShown, each) for each in rules.steps_in(figures, month)],
    )


def _month(figures: MonthFigures) -> MonthShown:
    leads, cases, flags = (shown(FlowShown, each) for each in (figures.leads, figures.cases, figures.flags))
    return MonthShown(month=figures.month, leads=leads, cases=cases, flags=flags)


def _incomes(area: AreaNamed, figures: Figures) -> AreaIncomeShown:
    return AreaIncomeShown(area=area, bands=[shown(BandCounted, each) for each in rules.bands_in(figures)])


def areas_of(shown: Any) -> list[Any]:
    """List the whole and its parts, as a table has them."""
    return [shown.whole, *shown.parts]
