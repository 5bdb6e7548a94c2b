"""Key groups, which are law, and the households in them, dated."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Uuid,
    and_,
    bindparam,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlmodel import col

from services.monitoring.domain.care.groups import GroupSource, InGroup, KeyGroup
from services.monitoring.store.base import Base
from services.monitoring.store.register.households import HouseholdRow
from shared.database.columns import CODE, INSTANT, code, day, instant, one_of, only, version
from shared.database.pages import walk
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import ancestry, area_range
from shared.kernel.page import Place
from shared.kernel.workdays import local_day


class KeyGroupRow(Base, table=True):
    """A group that is screened, in an area from a day on."""

    __tablename__ = "key_group"
    __table_args__ = (PrimaryKeyConstraint("county_code", "id"),)

    county_code: str = code()
    id: UUID
    area_code: str = code()
    code: str = code()
    title: str
    effective_from: date = day()
    document_number: str


class HouseholdGroupRow(Base, table=True):
    __tablename__ = "household_group"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        only("source", GroupSource),
        Index("uq_household_group_present", "county_code", "household_id", "group_code", unique=True, postgresql_where=text("valid_to IS NULL")),
        Index("ix_household_group_household_id", "county_code", "household_id"),
        Index("ix_household_group_group_code", "county_code", "group_code", "noted_at", "household_id"),
    )

    county_code: str = code()
    id: UUID
    household_id: UUID
    area_code: str = code()
    group_code: str = code()
    valid_from: date = day()
    valid_to: date | None = day(default=None)
    source: GroupSource = one_of(GroupSource)
    noted_by: str
    noted_at: datetime = instant()
    version: int = version()


IN_FORCE = and_(
    col(HouseholdGroupRow.valid_from) <= bindparam("on", type_=Date()),
    or_(col(HouseholdGroupRow.valid_to).is_(None), col(HouseholdGroupRow.valid_to) > bindparam("on", type_=Date())),
)
OF_HOUSEHOLD = and_(among(HouseholdGroupRow.county_code, "counties"), col(HouseholdGroupRow.household_id) == bindparam("household"))

GROUPS = (
    select(*columns_of(KeyGroupRow, KeyGroup))
    .where(among(KeyGroupRow.area_code, "areas"), col(KeyGroupRow.effective_from) <= bindparam("on", type_=Date()))
    .order_by(col(KeyGroupRow.area_code), col(KeyGroupRow.effective_from))
)
OF_ONE = select(*columns_of(HouseholdGroupRow, InGroup)).where(OF_HOUSEHOLD, IN_FORCE).order_by(col(HouseholdGroupRow.group_code))
PERIODS = (
    select(*columns_of(HouseholdGroupRow, InGroup))
    .where(OF_HOUSEHOLD, col(HouseholdGroupRow.group_code) == bindparam("group", type_=CODE))
    .order_by(col(HouseholdGroupRow.valid_from))
)
END = (
    update(HouseholdGroupRow)
    .where(
        among(HouseholdGroupRow.county_code, "counties"),
        col(HouseholdGroupRow.id) == bindparam("belonging"),
        col(HouseholdGroupRow.valid_to).is_(None),
        col(HouseholdGroupRow.version) == bindparam("expected"),
    )
    .values(valid_to=bindparam("until", type_=Date()), version=col(HouseholdGroupRow.version) + 1)
    .returning(col(HouseholdGroupRow.version))
)
END_ALL = text("""
    UPDATE household_group SET valid_to = greatest(valid_from, :on), version = version + 1
    WHERE county_code = :county AND household_id = :household AND (valid_to IS NULL OR valid_to > :on)
""").bindparams(bindparam("on", type_=Date()))
PERIODS_OF_ALL = (
    select(*columns_of(HouseholdGroupRow, InGroup))
    .where(col(HouseholdGroupRow.county_code) == bindparam("county", type_=CODE), among(HouseholdGroupRow.household_id, "household_ids"))
    .order_by(col(HouseholdGroupRow.household_id), col(HouseholdGroupRow.group_code), col(HouseholdGroupRow.valid_from))
)
END_EACH = text("""
    UPDATE household_group g SET valid_to = t.until, version = g.version + 1 FROM unnest(:ids, :untils) AS t (id, until)
    WHERE g.county_code = :county AND g.id = t.id AND g.valid_to IS NULL
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("untils", type_=ARRAY(Date)))
_ORDER = col(HouseholdGroupRow.noted_at), col(HouseholdGroupRow.household_id)
_BESIDE = (col(HouseholdRow.county_code) == col(HouseholdGroupRow.county_code)) & (col(HouseholdRow.id) == col(HouseholdGroupRow.household_id))
OF_GROUP = (
    select(
        col(HouseholdGroupRow.county_code),
        col(HouseholdRow.id),
        col(HouseholdRow.area_code),
        col(HouseholdRow.number),
        col(HouseholdRow.kind),
        col(HouseholdRow.status),
        col(HouseholdGroupRow.valid_from),
        col(HouseholdGroupRow.noted_at).label("due_at"),
    )
    .join(HouseholdRow, _BESIDE)
    .where(
        col(HouseholdGroupRow.county_code) == bindparam("county", type_=CODE),
        col(HouseholdGroupRow.group_code) == bindparam("group", type_=CODE),
        col(HouseholdGroupRow.area_code) >= bindparam("lo", type_=CODE),
        col(HouseholdGroupRow.area_code) < bindparam("hi", type_=CODE),
        IN_FORCE,
    )
    .order_by(*_ORDER)
    .limit(bindparam("at_most", type_=Integer()))
)
OF_GROUP_AFTER = OF_GROUP.where(tuple_(*_ORDER) > tuple_(bindparam("moment", type_=INSTANT), bindparam("after_id")))


async def groups_for(area: str, tx: Transaction) -> dict[str, KeyGroup]:
    """Read the groups in force today in an area: nearer and later rows overwrite wider and earlier ones."""
    rows = await tx.execute(GROUPS, {"areas": ancestry(area), "on": local_day(tx.now)})
    return {row["code"]: KeyGroup(**row) for row in rows.mappings()}


async def groups_in(areas: Sequence[str], tx: Transaction) -> dict[str, dict[str, KeyGroup]]:
    """Read the groups in force today in each of some areas: one question, however many."""
    wanted = sorted({each for area in areas for each in ancestry(area)})
    rows = [KeyGroup(**row) for row in (await tx.execute(GROUPS, {"areas": wanted, "on": local_day(tx.now)})).mappings()]
    above = {area: set(ancestry(area)) for area in set(areas)}
    return {area: {row.code: row for row in rows if row.area_code in lines} for area, lines in above.items()}


async def periods_of_all(household_ids: Sequence[UUID], county: str, tx: Transaction) -> dict[tuple[UUID, str], list[InGroup]]:
    """List when households of a county belonged to groups, by household and group, the earliest first."""
    found: dict[tuple[UUID, str], list[InGroup]] = {}
    for row in (await tx.execute(PERIODS_OF_ALL, {"county": county, "household_ids": list(household_ids)})).mappings():
        found.setdefault((row["household_id"], row["group_code"]), []).append(InGroup(**row))
    return found


async def add_all(rows: Sequence[Mapping[str, Any]], tx: Transaction) -> None:
    """Let households belong to groups; those that ended meanwhile were ended before."""
    await tx.insert(HouseholdGroupRow, rows)


async def end_each(untils: Mapping[UUID, date], county: str, tx: Transaction) -> None:
    """End what is held: the household of each is held by the caller."""
    if untils:
        await tx.execute(END_EACH, {"county": county, "ids": list(untils), "untils": list(untils.values())})


async def of_household(household_id: UUID, on: date, tx: Transaction) -> list[InGroup]:
    """List the groups that a household belongs to on a day."""
    rows = await tx.execute(OF_ONE, {"counties": tx.counties, "household": household_id, "on": on})
    return [InGroup(**row) for row in rows.mappings()]


async def periods(household_id: UUID, group_code: str, tx: Transaction) -> list[InGroup]:
    """List when a household belonged to a group."""
    rows = await tx.execute(PERIODS, {"counties": tx.counties, "household": household_id, "group": group_code})
    return [InGroup(**row) for row in rows.mappings()]


async def add(belonging: Mapping[str, Any], tx: Transaction) -> None:
    await tx.insert(HouseholdGroupRow, [belonging])


async def end(belonging: InGroup, on: date, tx: Transaction, *, expected: int) -> int:
    """End a household's belonging if it still is as the caller saw it, and give its new version.

    :raises Stale: somebody changed it.
    """
    this = {"counties": tx.counties, "belonging": belonging.id, "expected": expected, "until": on}
    return await tx.change(END, this)


async def end_all(household: Row[Any], on: date, tx: Transaction) -> None:
    """End all that a household belongs to on a day."""
    await tx.execute(END_ALL, {"county": household.county_code, "household": household.id, "on": on})


async def households_of(group_code: str, area: str, tx: Transaction, *, after: Place | None, size: int) -> tuple[list[Row[Any]], str | None]:
    """Read a page of a group's present households in an area, in the order in which they were noted, and the cursor of the next page."""
    lo, hi = area_range(area)
    asked = {"group": group_code, "lo": lo, "hi": hi, "on": local_day(tx.now)}

    async def read(county: str, place: Place | None, at_most: int) -> Sequence[Row[Any]]:
        question, beyond = (OF_GROUP_AFTER, {"moment": place.due_at, "after_id": place.id}) if place else (OF_GROUP, {})
        return (await tx.execute(question, asked | beyond | {"county": county, "at_most": at_most})).all()

    return await walk(area, read, after=after, size=size)
