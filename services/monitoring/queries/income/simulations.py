"""Simulated lines: the list, what one comes to by area and by group, and the households that would cross it, heads masked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.files.lists_out.income import LINE_CROSSINGS
from services.monitoring.domain.income.figures import MonitoredCategory
from services.monitoring.domain.income.simulations import Crossing, Simulation, SimulationStatus
from services.monitoring.domain.register.households import HouseholdKind, HouseholdStatus
from services.monitoring.store.income import simulations
from services.monitoring.store.register import people
from shared.database.transaction import Transaction
from shared.kernel.areas import counties_in, is_inside, length_below
from shared.kernel.errors import NotFound
from shared.kernel.page import Place
from shared.kernel.people import PersonName

_NOWHEN = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands in the cursors of a list that is in the order of ids alone."""
_NOBODY = UUID(int=0)


class SimulationLine(BaseModel):
    """A simulated line, yuan per head and year. Its job has the same id."""

    id: UUID
    area: str
    year: int
    amount: Decimal
    status: SimulationStatus
    made_by: str
    made_at: datetime
    finished_at: datetime | None


class SimulationPage(BaseModel):
    items: list[SimulationLine]
    next: UUID | None = Field(description="下一页的 before。The `before` of the next page.")


class Counts(BaseModel):
    """Households that would come under the line, and the people who share their incomes.

    Of the households: those below what holds now, those below the line, and those who would cross it, either way.
    """

    households: int = 0
    people: int = 0
    below_before: int = 0
    below_after: int = 0
    newly_below: int = 0
    newly_above: int = 0


class AreaCounts(Counts):
    area: str


class GroupCounts(Counts):
    """Households of one kind and monitored category; without a category those that are not monitored."""

    kind: HouseholdKind
    category: MonitoredCategory | None


class SimulationShown(SimulationLine):
    """A simulation with what it comes to in an area: together, in each of the areas one level below, and in each group."""

    counts: Counts
    areas: list[AreaCounts]
    groups: list[GroupCounts]


class CrossingShown(BaseModel):
    """A household that would cross the line; yuan per head and year."""

    id: UUID
    area: str
    head: str | None = Field(examples=["李**"])
    kind: HouseholdKind
    status: HouseholdStatus
    category: MonitoredCategory | None
    crossing: Crossing
    reference_per_head: Decimal


class CrossingPage(BaseModel):
    items: list[CrossingShown]
    next: str | None


async def list_simulations(status: SimulationStatus, tx: Transaction, *, before: UUID | None, size: int) -> SimulationPage:
    """List the simulations of the caller's area, the newest first."""
    found, following = await simulations.newest(status, tx, before=before, size=size)
    return SimulationPage(items=[SimulationLine(**_line(each)) for each in found], next=following)


async def show_simulation(simulation_id: UUID, area: str | None, tx: Transaction) -> SimulationShown:
    """Show what a simulation comes to, in all of its area or in a part of it (R37, plan ch.3 s.1).

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    simulation = await _one(simulation_id, tx)
    area = area or simulation.area_code
    areas = await simulations.counts_by_area(simulation_id, area, tx, level=length_below(area))
    groups = await simulations.counts_by_group(simulation_id, area, tx)
    counts = Counts(**{name: sum(getattr(row, name) for row in areas) for name in Counts.model_fields})
    return SimulationShown(
        **_line(simulation),
        counts=counts,
        areas=[AreaCounts(**row._asdict()) for row in areas],
        groups=[_group(row) for row in groups],
    )


async def list_crossings(
    simulation_id: UUID, area: str | None, crossing: Crossing, tx: Transaction, *, after: Place | None, size: int
) -> CrossingPage:
    """List the households of an area that would cross a simulated line.

    :raises NotFound: there is no such simulation here.
    """
    simulation = await _one(simulation_id, tx)
    rows, following = await _rows(simulation_id, area or simulation.area_code, crossing, after, size, tx)
    heads = await people.heads_of([row.household_id for row in rows], tx) if rows else {}
    items = [CrossingShown(**_crossing(row), head=_masked(heads.get(row.household_id))) for row in rows]
    return CrossingPage(items=items, next=following)


async def crossings_out(
    simulation_id: UUID, area: str, crossing: Crossing, after: Place | None, size: int, tx: Transaction
) -> tuple[list[Sequence[object]], str | None]:
    """Read a page of the same list in the columns of its sheet."""
    page = await list_crossings(simulation_id, area, crossing, tx, after=after, size=size)
    return [LINE_CROSSINGS.row_of(row, village=row.area) for row in page.items], page.next


async def _one(simulation_id: UUID, tx: Transaction) -> Simulation:
    found = await simulations.find(simulation_id, tx)
    if found is None:
        raise NotFound
    return found


async def _rows(
    simulation_id: UUID, area: str, crossing: Crossing, after: Place | None, size: int, tx: Transaction
) -> tuple[list[Row[Any]], str | None]:
    """Read a page, county after county from the cursor on, and say where the next one begins."""
    if is_inside(tx.actor.area, area):
        area = tx.actor.area
    found: list[Row[Any]] = []
    for county in counties_in(area):
        if (after and county < after.county) or len(found) > size:
            continue
        beyond = after.id if after and after.county == county else _NOBODY
        found += await simulations.page(simulation_id, crossing, area, tx, county=county, after=beyond, at_most=size + 1 - len(found))
    last = found[size - 1] if len(found) > size else None
    return found[:size], str(Place(county=last.county_code, due_at=_NOWHEN, id=last.household_id)) if last else None


def _line(simulation: Simulation) -> dict[str, Any]:
    names = ("id", "year", "amount", "status", "made_by", "made_at", "finished_at")
    return {"area": simulation.area_code, **{name: getattr(simulation, name) for name in names}}


def _crossing(row: Row[Any]) -> dict[str, Any]:
    names = ("kind", "status", "category", "crossing", "reference_per_head")
    return {"id": row.household_id, "area": row.area_code, **{name: getattr(row, name) for name in names}}


def _group(row: Row[Any]) -> GroupCounts:
    counts = {name: getattr(row, name) for name in Counts.model_fields}
    return GroupCounts(**counts, kind=row.kind, category=None if row.category == simulations.NO_CATEGORY else MonitoredCategory(row.category))


def _masked(name: str | None) -> str | None:
    return None if name is None else str(PersonName(name))
