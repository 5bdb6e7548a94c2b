"""Rounds of screening: which there are, how far they are, village by village, and whom they still have to visit."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.places.width import within_a_county
from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.screening import RoundId, RoundOf, RoundStatus, ScreeningResult, ScreeningStatus
from services.monitoring.queries.register.named import Named, named
from services.monitoring.queries.showing import shown
from services.monitoring.store.screening import households, rounds
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.page import Place


class Coverage(BaseModel):
    """How many households there are, and what became of them; `overdue` of those to be screened are past the last day."""

    households: int
    screened: int
    trouble: int
    excused: int
    missed: int
    to_screen: int
    overdue: int


class VillageScreened(Coverage):
    area: str


class RoundCoverage(BaseModel):
    items: list[VillageScreened]


class RoundLine(BaseModel):
    """A round. `job_id`: the long work that it asked for last."""

    id: UUID
    area: str
    title: str = Field(examples=["2021年四季度集中排查"])
    households: RoundOf
    opens_on: date
    ends_on: date
    document_number: str = Field(examples=["临乡振发〔2021〕1号"])
    status: RoundStatus
    opened_at: datetime
    closed_at: datetime | None
    job_id: UUID
    version: int


class RoundPage(BaseModel):
    items: list[RoundLine]
    next: UUID | None = Field(description="下一页的 before。The `before` of the next page.")


class RoundShown(RoundLine):
    """A round, and how far it is in the caller's area."""

    coverage: Coverage


class ScreeningLine(BaseModel):
    """A household in a round. `due_at`: by when it is to be visited."""

    id: UUID
    round_id: UUID
    household_id: UUID
    number: str | None = Field(examples=["5309021022010001"], description="户编号")
    head: str | None = Field(examples=["李**"])
    area: str
    status: ScreeningStatus
    due_at: datetime
    visited_at: datetime | None
    result: ScreeningResult | None
    hardships: list[Hardship]
    lead_id: UUID | None
    version: int


class ScreeningPage(BaseModel):
    items: list[ScreeningLine]
    next: str | None


async def list_rounds(status: RoundStatus, tx: Transaction, *, before: UUID | None, size: int) -> RoundPage:
    """List the rounds inside the caller's area and those that reach over it, the newest first."""
    found, following = await rounds.newest(status, tx, before=before, size=size)
    return RoundPage(items=[shown(RoundLine, each) for each in found], next=following)


async def show_round(round_id: RoundId, tx: Transaction) -> RoundShown:
    """Show one round and how far it is in the caller's area.

    :raises NotFound: there is none here.
    """
    held = await rounds.get(round_id, tx)
    return shown(RoundShown, held, coverage=shown(Coverage, await households.totals(round_id, tx)))


async def show_coverage(round_id: RoundId, area: str, tx: Transaction) -> RoundCoverage:
    """Show how far a round is in each village of an area that has households in it.

    :raises NotFound: there is no such round here.
    :raises AreaTooWide: the area is wider than a county.
    """
    await rounds.get(round_id, tx)
    if is_inside(tx.actor.area, area):
        area = tx.actor.area
    within_a_county(area, field="query.area")
    rows = await households.by_village(round_id, area, tx)
    return RoundCoverage(items=[shown(VillageScreened, row) for row in rows])


async def list_round_households(
    round_id: RoundId, area: str, status: ScreeningStatus, tx: Transaction, *, after: Place | None, size: int
) -> ScreeningPage:
    """List the households of one round.

    :raises NotFound: there is no such round here.
    """
    await rounds.get(round_id, tx)
    return await list_screenings(area, status, round_id, tx, after=after, size=size)


async def list_screenings(
    area: str, status: ScreeningStatus, round_id: UUID | None, tx: Transaction, *, after: Place | None, size: int
) -> ScreeningPage:
    """List an area's households in rounds, of one round or of all, those first whose round ends first."""
    if round_id is None:
        rows, following = await households.worklist.page(area, status, tx, after=after, size=size)
    else:
        rows, following = await households.round_worklist.page(area, status, tx, after=after, size=size, round=round_id)
    return ScreeningPage(items=await screening_lines(rows, tx), next=following)


async def screening_lines(rows: Sequence[Row[Any]], tx: Transaction) -> list[ScreeningLine]:
    """Name the households of lines by number and masked head: two questions, however many lines."""
    names = await named((row.household_id for row in rows), tx)
    return [_screening(row, names[row.household_id]) for row in rows]


def _screening(row: Row[Any], name: Named) -> ScreeningLine:
    return shown(ScreeningLine, row, number=name.number, head=name.head, hardships=row.hardships or [])
