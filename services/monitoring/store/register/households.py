from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import PrimaryKeyConstraint, Row, UniqueConstraint, and_, bindparam, select, text, update
from sqlmodel import col

from services.monitoring.domain.register.households import Household, HouseholdGone, HouseholdKind, HouseholdStatus
from services.monitoring.store.base import Base
from shared.database.columns import CODE, INSTANT, code, instant, one_of, only, version
from shared.database.pages import Worklist, worklist_indexes
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.areas import TOWNSHIP, area_range, county_of
from shared.kernel.errors import NotFound
from shared.kernel.ids import HouseholdId


class HouseholdRow(Base, table=True):
    """A household, known to officials by its number (户编号); `due_at` is the end of the period until its next visit."""

    __tablename__ = "household"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        only("status", HouseholdStatus),
        only("kind", HouseholdKind),
        *worklist_indexes("household"),
        UniqueConstraint("county_code", "number"),
    )

    county_code: str = code()
    id: UUID
    township_code: str = code()
    area_code: str = code()
    number: str = code()
    kind: HouseholdKind = one_of(HouseholdKind)
    status: HouseholdStatus = one_of(HouseholdStatus, sa_column_kwargs={"server_default": text("'normal'")})
    due_at: datetime = instant()
    registered_at: datetime = instant()
    version: int = version()


THIS = and_(among(HouseholdRow.county_code, "counties"), col(HouseholdRow.id) == bindparam("household_id"))
COLUMNS = (
    col(HouseholdRow.county_code),
    col(HouseholdRow.id),
    col(HouseholdRow.township_code),
    col(HouseholdRow.area_code),
    col(HouseholdRow.number),
    col(HouseholdRow.kind),
    col(HouseholdRow.status),
    col(HouseholdRow.due_at),
    col(HouseholdRow.version),
)
GET = select(*COLUMNS, col(HouseholdRow.registered_at)).where(THIS)
# Whatever decides about a household takes this lock first: leads, cases and its flag move one after the other.
HOLD = select(*COLUMNS, col(HouseholdRow.registered_at)).where(THIS).with_for_update()
ANY_IN = select(
    select(col(HouseholdRow.id))
    .where(
        among(HouseholdRow.county_code, "counties"),
        col(HouseholdRow.area_code) >= bindparam("lo", type_=CODE),
        col(HouseholdRow.area_code) < bindparam("hi", type_=CODE),
        col(HouseholdRow.status) != HouseholdStatus.GONE,
    )
    .exists()
)
NUMBERS = select(col(HouseholdRow.id), col(HouseholdRow.number)).where(
    among(HouseholdRow.county_code, "counties"), among(HouseholdRow.id, "household_ids")
)
HOLD_ALL = (
    select(*COLUMNS)
    .where(among(HouseholdRow.county_code, "counties"), among(HouseholdRow.id, "household_ids"))
    .order_by(col(HouseholdRow.id))
    .with_for_update()
)
CHANGED = update(HouseholdRow).where(THIS).values(version=col(HouseholdRow.version) + 1).returning(col(HouseholdRow.version))
BECOME = update(HouseholdRow).where(THIS).values(kind=bindparam("becomes"))
MARK = update(HouseholdRow).where(THIS).values(status=bindparam("becomes"), version=col(HouseholdRow.version) + 1)
AMEND = update(HouseholdRow).where(THIS).values(kind=bindparam("becomes"), version=col(HouseholdRow.version) + 1)
VISIT_NEXT = update(HouseholdRow).where(THIS).values(due_at=bindparam("next_due_at", type_=INSTANT), version=col(HouseholdRow.version) + 1)

worklist = Worklist(HouseholdRow, select(*COLUMNS))


async def add(household: Household, tx: Transaction) -> bool:
    """Keep a household; false if another of its county has its number."""
    row = {
        "county_code": county_of(household.area_code),
        "id": household.id,
        "township_code": household.area_code[:TOWNSHIP],
        "area_code": household.area_code,
        "number": household.number,
        "kind": household.kind,
        "due_at": household.visit_due_at,
        "registered_at": tx.now,
    }
    return bool(await tx.insert(HouseholdRow, [row], skip_existing=True))


async def get(household_id: HouseholdId, tx: Transaction) -> Row[Any]:
    """Load one household.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    return _one((await tx.execute(GET, {"counties": tx.counties, "household_id": household_id})).one_or_none())


async def hold(household_id: HouseholdId, tx: Transaction) -> Row[Any]:
    """Load one household and keep others from deciding about it until this act ends.

    :raises NotFound: there is none, or it lies outside the caller's area.
    :raises HouseholdGone: it was struck off.
    """
    found = _one((await tx.execute(HOLD, {"counties": tx.counties, "household_id": household_id})).one_or_none())
    if found.status is HouseholdStatus.GONE:
        raise HouseholdGone
    return found


async def numbers_of(household_ids: Sequence[UUID], tx: Transaction) -> dict[UUID, str]:
    """Name the numbers of households."""
    rows = await tx.execute(NUMBERS, {"counties": tx.counties, "household_ids": list(household_ids)})
    return {row.id: row.number for row in rows}


async def hold_both(one: HouseholdId, other: HouseholdId, tx: Transaction) -> tuple[Row[Any], Row[Any]]:
    """Load two households, locked in the order of their ids, so that nobody who does the same the other way round waits for ever.

    :raises NotFound: one of them is not there, or lies outside the caller's area.
    :raises HouseholdGone: one of them was struck off.
    """
    rows = (await tx.execute(HOLD_ALL, {"counties": tx.counties, "household_ids": [one, other]})).all()
    found = {row.id: row for row in rows}
    first, second = _one(found.get(one)), _one(found.get(other))
    if HouseholdStatus.GONE in (first.status, second.status):
        raise HouseholdGone
    return first, second


async def changed(household_id: HouseholdId, tx: Transaction) -> int:
    """Say that something of a household is not what it was; give its new version."""
    return (await tx.execute(CHANGED, {"counties": tx.counties, "household_id": household_id})).scalar_one()


async def become(household_id: HouseholdId, kind: HouseholdKind, tx: Transaction) -> None:
    await tx.execute(BECOME, {"counties": tx.counties, "household_id": household_id, "becomes": kind})


async def mark(household_id: HouseholdId, status: HouseholdStatus, tx: Transaction) -> None:
    await tx.execute(MARK, {"counties": tx.counties, "household_id": household_id, "becomes": status})


async def visit_next(household_id: HouseholdId, due_at: datetime, tx: Transaction) -> None:
    """Say by when a household is to be visited next."""
    await tx.execute(VISIT_NEXT, {"counties": tx.counties, "household_id": household_id, "next_due_at": due_at})


async def amend(household_id: HouseholdId, kind: HouseholdKind, tx: Transaction) -> None:
    """Note that something about a household changed, and of which kind it is now."""
    await tx.execute(AMEND, {"counties": tx.counties, "household_id": household_id, "becomes": kind})


async def any_in(area: str, tx: Transaction) -> bool:
    """Say whether a household is registered in an area."""
    lo, hi = area_range(area)
    return bool((await tx.execute(ANY_IN, {"counties": tx.counties, "lo": lo, "hi": hi})).scalar())


def _one(found: Row[Any] | None) -> Row[Any]:
    if found is None:
        raise NotFound
    return found
