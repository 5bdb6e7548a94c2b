"""The plan's lists of places, and what is on them from which day. Readable by every role; each office writes what lies in its area."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Index, Integer, PrimaryKeyConstraint, Row, and_, bindparam, func, or_, select, text, update
from sqlmodel import col

from services.monitoring.domain.periods import Period
from services.monitoring.domain.places.lists import Entry, EntryLevel, PlaceList
from services.monitoring.store.base import Base
from shared.database.columns import CODE, code, day, one_of, only, version
from shared.database.rows import columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range
from shared.kernel.errors import NotFound

MOST = 2_000
"""The longest list has a thousand places."""


class PlaceListRow(Base, table=True):
    """A list as the plan counts it."""

    __tablename__ = "place_list"
    __table_args__ = (PrimaryKeyConstraint("code"), only("level", EntryLevel))

    code: str = code()
    title: str
    level: EntryLevel = one_of(EntryLevel)
    expected: int
    chapter: str
    document_number: str


class PlaceRow(Base, table=True):
    __tablename__ = "place"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        Index("uq_place_present", "county_code", "list_code", "place_code", unique=True, postgresql_where=text("valid_to IS NULL")),
        Index("ix_place_list_code", "list_code", "place_code"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    list_code: str = code()
    place_code: str = code()
    title: str
    valid_from: date = day()
    valid_to: date | None = day(default=None)
    document_number: str
    version: int = version()


class NoSuchPlaceList(NotFound):
    sentence = "没有这份名单。"
    english = "There is no such list."


IN_FORCE = and_(
    col(PlaceRow.valid_from) <= bindparam("on", type_=Date()),
    or_(col(PlaceRow.valid_to).is_(None), col(PlaceRow.valid_to) > bindparam("on", type_=Date())),
)
OF_PLACE = and_(
    col(PlaceRow.county_code) == bindparam("county", type_=CODE),
    col(PlaceRow.list_code) == bindparam("list", type_=CODE),
    col(PlaceRow.place_code) == bindparam("place", type_=CODE),
)
INSIDE = and_(col(PlaceRow.area_code) >= bindparam("lo", type_=CODE), col(PlaceRow.area_code) < bindparam("hi", type_=CODE))

ONE_LIST = select(*columns_of(PlaceListRow, PlaceList)).where(col(PlaceListRow.code) == bindparam("list", type_=CODE))
LISTS = select(*columns_of(PlaceListRow, PlaceList)).order_by(col(PlaceListRow.code))
COUNTS = select(col(PlaceRow.list_code), func.count().label("loaded")).where(IN_FORCE, INSIDE).group_by(col(PlaceRow.list_code))
ENTRIES = (
    select(*columns_of(PlaceRow, Entry))
    .where(col(PlaceRow.list_code) == bindparam("list", type_=CODE), IN_FORCE, INSIDE)
    .order_by(col(PlaceRow.place_code))
    .limit(bindparam("at_most", type_=Integer()))
)
PERIODS = select(*columns_of(PlaceRow, Entry)).where(OF_PLACE).order_by(col(PlaceRow.valid_from))
ANYWHERE = select(*columns_of(PlaceRow, Entry)).where(
    col(PlaceRow.list_code) == bindparam("list", type_=CODE),
    col(PlaceRow.place_code) == bindparam("place", type_=CODE),
    col(PlaceRow.valid_to).is_(None),
)
OF_AREA = (
    select(col(PlaceRow.list_code), col(PlaceRow.place_code), col(PlaceRow.area_code))
    .where(INSIDE, IN_FORCE)
    .order_by(col(PlaceRow.list_code), col(PlaceRow.place_code))
)
END = (
    update(PlaceRow)
    .where(
        col(PlaceRow.county_code) == bindparam("county", type_=CODE),
        col(PlaceRow.id) == bindparam("entry"),
        col(PlaceRow.valid_to).is_(None),
        col(PlaceRow.version) == bindparam("expected"),
    )
    .values(valid_to=bindparam("until", type_=Date()), version=col(PlaceRow.version) + 1)
    .returning(col(PlaceRow.version))
)


async def get(list_code: str, tx: Transaction, *, field: str = "path.list_code") -> PlaceList:
    """Load a list.

    :raises NoSuchPlaceList: there is none.
    """
    found = (await tx.execute(ONE_LIST, {"list": list_code})).mappings().one_or_none()
    if found is None:
        raise NoSuchPlaceList(field)
    return PlaceList(**found)


async def everything(tx: Transaction) -> list[PlaceList]:
    return [PlaceList(**row) for row in (await tx.execute(LISTS)).mappings()]


async def loaded(area: str, on: date, tx: Transaction) -> dict[str, int]:
    """Count the places of each list that lie in an area on a day: one grouped question."""
    lo, hi = area_range(area)
    return {row.list_code: row.loaded for row in await tx.execute(COUNTS, {"lo": lo, "hi": hi, "on": on})}


async def entries(list_code: str, area: str, on: date, tx: Transaction) -> list[Entry]:
    """List the places of a list that lie in an area on a day."""
    lo, hi = area_range(area)
    rows = await tx.execute(ENTRIES, {"list": list_code, "lo": lo, "hi": hi, "on": on, "at_most": MOST})
    return [Entry(**row) for row in rows.mappings()]


async def places_of(area: str, on: date, tx: Transaction) -> Sequence[Row[Any]]:
    """Say which places of which lists lie in an area on a day: for whatever is to be counted or filtered by key areas (R53)."""
    lo, hi = area_range(area)
    return (await tx.execute(OF_AREA, {"lo": lo, "hi": hi, "on": on})).all()


async def periods(county: str, list_code: str, place_code: str, tx: Transaction) -> list[Entry]:
    """List when a place of a county was on a list."""
    rows = await tx.execute(PERIODS, {"county": county, "list": list_code, "place": place_code})
    return [Entry(**row) for row in rows.mappings()]


async def present(list_code: str, place_code: str, tx: Transaction) -> list[Entry]:
    """Find the places of a code that are on a list without an end: counties may number their sites alike."""
    return [Entry(**row) for row in (await tx.execute(ANYWHERE, {"list": list_code, "place": place_code})).mappings()]


async def add(entry: Entry, tx: Transaction) -> bool:
    """Put a place on a list; false if it is there already."""
    return bool(await tx.insert(PlaceRow, [asdict(entry)], skip_existing=True))


async def end(entry: Entry, on: date, tx: Transaction, *, expected: int) -> int:
    """Take a place off a list if it still is as the caller saw it, and give its new version.

    :raises Stale: somebody changed it.
    """
    this = {"county": entry.county_code, "entry": entry.id, "expected": expected, "until": on}
    return await tx.change(END, this)


def period_of(entry: Entry) -> Period:
    return Period(valid_from=entry.valid_from, valid_to=entry.valid_to)
