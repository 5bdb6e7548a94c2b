"""What a supposed bottom line would change, household by household and counted by village; nothing else is touched by it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col

from services.monitoring.domain.income.figures import MonitoredCategory
from services.monitoring.domain.income.lines import VillageLine
from services.monitoring.domain.income.simulations import Crossing, Simulation, SimulationStatus
from services.monitoring.domain.register.households import HouseholdKind, HouseholdStatus
from services.monitoring.store.base import Base
from services.monitoring.store.income.incomes import REFERENCE_PER_HEAD, IncomeRow
from services.monitoring.store.income.standings import FIGURE
from services.monitoring.store.income.village_lines import IN_VILLAGE, INSIDE, PRESENT, UNDER, inside, size_of, told
from services.monitoring.store.law.lines import HOMES
from services.monitoring.store.register.categories import CategoryRow
from services.monitoring.store.register.households import HouseholdRow
from shared.database.columns import CODE, INSTANT, code, instant, money, one_of, only
from shared.database.rows import among, columns_of, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range, county_of

NO_CATEGORY = "none"
COUNTED = ("households", "people", "below_before", "below_after", "newly_below", "newly_above")


class SimulationRow(Base, table=True):
    __tablename__ = "line_simulation"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        CheckConstraint("amount > 0 AND amount <> 'NaN'", name="amount"),
        only("status", SimulationStatus),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    year: int
    amount: Decimal = money()
    status: SimulationStatus = one_of(SimulationStatus, sa_column_kwargs={"server_default": text("'running'")})
    made_by: str
    made_at: datetime = instant()
    finished_at: datetime | None = instant(default=None)


class CrossingRow(Base, table=True):
    """A household that would cross the line, as it was when it was looked at."""

    __tablename__ = "line_simulation_household"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "simulation_id", "household_id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        only("kind", HouseholdKind),
        only("status", HouseholdStatus),
        only("category", MonitoredCategory),
        only("crossing", Crossing),
    )

    county_code: str = code()
    simulation_id: UUID
    household_id: UUID
    area_code: str = code()
    kind: HouseholdKind = one_of(HouseholdKind)
    status: HouseholdStatus = one_of(HouseholdStatus)
    category: MonitoredCategory | None = one_of(MonitoredCategory, default=None, nullable=True)
    crossing: Crossing = one_of(Crossing)
    reference_per_head: Decimal = Field(sa_type=FIGURE)  # pyright: ignore[reportArgumentType, reportCallIssue]


class CountRow(Base, table=True):
    """What a simulation comes to in a village, by kind of household and monitored category (`none` for who is not monitored)."""

    __tablename__ = "line_simulation_count"
    __table_args__ = (PrimaryKeyConstraint("county_code", "simulation_id", "area_code", "kind", "category"), only("kind", HouseholdKind))

    county_code: str = code()
    simulation_id: UUID
    area_code: str = code()
    kind: HouseholdKind = one_of(HouseholdKind)
    category: str = code()
    households: int
    people: int
    below_before: int
    below_after: int
    newly_below: int
    newly_above: int


_CATEGORY = and_(
    col(CategoryRow.county_code) == col(HouseholdRow.county_code),
    col(CategoryRow.household_id) == col(HouseholdRow.id),
    col(CategoryRow.valid_to).is_(None),
)
_BEFORE, _AFTER = func.coalesce(UNDER.c.before > REFERENCE_PER_HEAD, False), UNDER.c.amount > REFERENCE_PER_HEAD
_LOOKED_AT = (
    select(
        col(HouseholdRow.county_code),
        col(HouseholdRow.id).label("household_id"),
        col(HouseholdRow.area_code),
        col(HouseholdRow.kind),
        col(HouseholdRow.status),
        col(CategoryRow.category),
        col(IncomeRow.people),
        REFERENCE_PER_HEAD.label("reference_per_head"),
        _BEFORE.label("before"),
        _AFTER.label("after"),
    )
    .join(IncomeRow, PRESENT)
    .join(UNDER, IN_VILLAGE)
    .outerjoin(CategoryRow, _CATEGORY)
    .where(INSIDE)
    .cte("looked_at")
    .prefix_with("MATERIALIZED")
)
_CROSSING = case((_LOOKED_AT.c.after, Crossing.NEWLY_BELOW), else_=Crossing.NEWLY_ABOVE)
_SIMULATION = bindparam("simulation", type_=Uuid())
_CROSSES = {
    "county_code": _LOOKED_AT.c.county_code,
    "simulation_id": _SIMULATION,
    "household_id": _LOOKED_AT.c.household_id,
    **{name: _LOOKED_AT.c[name] for name in ("area_code", "kind", "status", "category")},
    "crossing": _CROSSING,
    "reference_per_head": _LOOKED_AT.c.reference_per_head,
}
KEEP = (
    insert(table_of(CrossingRow))
    .from_select(list(_CROSSES), select(*_CROSSES.values()).where(_LOOKED_AT.c.before != _LOOKED_AT.c.after))
    .on_conflict_do_nothing()
)
_GROUP = (
    _LOOKED_AT.c.county_code,
    _LOOKED_AT.c.area_code,
    _LOOKED_AT.c.kind,
    func.coalesce(_LOOKED_AT.c.category, literal_column(f"'{NO_CATEGORY}'")),
)
_COUNTS = (
    func.count(),
    func.sum(_LOOKED_AT.c.people),
    func.count().filter(_LOOKED_AT.c.before),
    func.count().filter(_LOOKED_AT.c.after),
    func.count().filter(_LOOKED_AT.c.after, not_(_LOOKED_AT.c.before)),
    func.count().filter(_LOOKED_AT.c.before, not_(_LOOKED_AT.c.after)),
)
COUNT = (
    insert(table_of(CountRow))
    .from_select(
        ["county_code", "area_code", "kind", "category", "simulation_id", *COUNTED], select(*_GROUP, _SIMULATION, *_COUNTS).group_by(*_GROUP)
    )
    .on_conflict_do_nothing()
)
_THIS = and_(among(SimulationRow.county_code, "homes"), col(SimulationRow.id) == _SIMULATION)
GET = select(*columns_of(SimulationRow, Simulation)).where(_THIS)
NEWEST = (
    select(*columns_of(SimulationRow, Simulation))
    .where(among(SimulationRow.county_code, "homes"), col(SimulationRow.status) == bindparam("of_status", type_=CODE))
    .order_by(col(SimulationRow.id).desc())
    .limit(bindparam("at_most", type_=Integer()))
)
OLDER = NEWEST.where(col(SimulationRow.id) < bindparam("before"))
FINISH = update(SimulationRow).where(_THIS).values(status=SimulationStatus.DONE, finished_at=bindparam("at", type_=INSTANT))

_SUMS = [func.sum(col(getattr(CountRow, name)), type_=Integer).label(name) for name in COUNTED]
_COUNTED_IN = and_(
    among(CountRow.county_code, "counties"),
    col(CountRow.simulation_id) == _SIMULATION,
    col(CountRow.area_code) >= bindparam("lo", type_=CODE),
    col(CountRow.area_code) < bindparam("hi", type_=CODE),
)
_PART = func.left(col(CountRow.area_code), bindparam("level", type_=Integer()), type_=CODE)
BY_AREA = select(_PART.label("area"), *_SUMS).where(_COUNTED_IN).group_by(text("1")).order_by(text("1"))
BY_GROUP = (
    select(col(CountRow.kind), col(CountRow.category), *_SUMS)
    .where(_COUNTED_IN)
    .group_by(col(CountRow.kind), col(CountRow.category))
    .order_by(col(CountRow.kind), col(CountRow.category))
)
PAGE = (
    select(*(table_of(CrossingRow).c[name] for name in (*_CROSSES,)))
    .where(
        col(CrossingRow.county_code) == bindparam("county", type_=CODE),
        col(CrossingRow.simulation_id) == _SIMULATION,
        col(CrossingRow.crossing) == bindparam("which", type_=CODE),
        col(CrossingRow.area_code) >= bindparam("lo", type_=CODE),
        col(CrossingRow.area_code) < bindparam("hi", type_=CODE),
        col(CrossingRow.household_id) > bindparam("after", type_=Uuid()),
    )
    .order_by(col(CrossingRow.household_id))
    .limit(bindparam("at_most", type_=Integer()))
)


async def add(simulation: Simulation, tx: Transaction) -> None:
    await tx.insert(SimulationRow, [{"county_code": county_of(simulation.area_code), **asdict(simulation)}])


async def find(simulation_id: UUID, tx: Transaction) -> Simulation | None:
    """Find one simulation of the caller's area."""
    found = (await tx.execute(GET, {"homes": HOMES, "simulation": simulation_id})).mappings().one_or_none()
    return Simulation(**found) if found else None


async def newest(status: SimulationStatus, tx: Transaction, *, before: UUID | None, size: int) -> tuple[list[Simulation], UUID | None]:
    """Read a page of the simulations of the caller's area, the newest first, and the id after which the next page begins."""
    asked = {"homes": HOMES, "of_status": status, "at_most": size + 1}
    rows = await tx.execute(OLDER, asked | {"before": before}) if before else await tx.execute(NEWEST, asked)
    found = [Simulation(**row) for row in rows.mappings()]
    return found[:size], found[size - 1].id if len(found) > size else None


async def simulate(simulation_id: UUID, area: str, under: Sequence[VillageLine], tx: Transaction) -> dict[str, int]:
    """Keep who of an area would cross the line, and count everybody; say how many were looked at and how many would cross."""
    asked = inside(area, tx) | told(under) | {"simulation": simulation_id}
    crossing = (await tx.execute(KEEP, asked)).rowcount
    await tx.execute(COUNT, asked)
    return {"crossing": crossing, "households": await size_of(area, tx)}


async def finish(simulation_id: UUID, tx: Transaction) -> None:
    await tx.execute(FINISH, {"homes": HOMES, "simulation": simulation_id, "at": tx.now})


async def counts_by_area(simulation_id: UUID, area: str, tx: Transaction, *, level: int) -> Sequence[Row[Any]]:
    """Add a simulation's counts up by the areas of a level inside an area."""
    return (await tx.execute(BY_AREA, _inside(simulation_id, area, tx) | {"level": level})).all()


async def counts_by_group(simulation_id: UUID, area: str, tx: Transaction) -> Sequence[Row[Any]]:
    """Add a simulation's counts up by kind of household and monitored category."""
    return (await tx.execute(BY_GROUP, _inside(simulation_id, area, tx))).all()


async def page(simulation_id: UUID, crossing: Crossing, area: str, tx: Transaction, *, county: str, after: UUID, at_most: int) -> Sequence[Row[Any]]:
    """Read households that would cross the line, in one county, by their ids."""
    lo, hi = area_range(area)
    asked = {"county": county, "simulation": simulation_id, "which": crossing, "lo": lo, "hi": hi, "after": after, "at_most": at_most}
    return (await tx.execute(PAGE, asked)).all()


def _inside(simulation_id: UUID, area: str, tx: Transaction) -> dict[str, Any]:
    lo, hi = area_range(area)
    return {"counties": tx.counties, "simulation": simulation_id, "lo": lo, "hi": hi}
