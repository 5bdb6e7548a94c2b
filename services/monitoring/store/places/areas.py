"""The area tree (行政区划): statistical codes of 2023 and what became of them. Readable by every role; changed by the prefecture's documents only."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Date, Index, PrimaryKeyConstraint, Row, and_, bindparam, or_, select, text
from sqlmodel import col

from services.monitoring.domain.places.tree import Area, NoSuchArea, Tree
from services.monitoring.store.base import Base
from shared.database import columns
from shared.database.columns import CODE
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range
from shared.kernel.errors import Invalid
from shared.kernel.workdays import local_day

MOST = 2_000
"""More than all areas of the prefecture: the tree is read whole or by parent."""


class AreaRow(Base, table=True):
    """An area under one name. `valid_to` may lie ahead: the day is set, and until then the area is there."""

    __tablename__ = "area"
    __table_args__ = (PrimaryKeyConstraint("code", "valid_from"), Index("ix_area_parent_code", "parent_code"))

    code: str = columns.code()
    name: str
    level: str
    parent_code: str = columns.code()
    valid_from: date = columns.day()
    valid_to: date | None = columns.day(default=None)


class NoSuchVillage(Invalid):
    sentence = "没有这个村的区划代码。"
    english = "There is no village of this code."


THERE = and_(
    col(AreaRow.valid_from) <= bindparam("on", type_=Date()),
    or_(col(AreaRow.valid_to).is_(None), col(AreaRow.valid_to) > bindparam("on", type_=Date())),
)
OF_RANGE = and_(col(AreaRow.code) >= bindparam("lo", type_=CODE), col(AreaRow.code) < bindparam("hi", type_=CODE))

ONE = select(*columns_of(AreaRow, Area)).where(col(AreaRow.code) == bindparam("area", type_=CODE), THERE)
THOSE = select(col(AreaRow.code)).where(among(AreaRow.code, "codes"), THERE)
INSIDE = (
    select(col(AreaRow.code), col(AreaRow.name), col(AreaRow.level), col(AreaRow.parent_code))
    .where(col(AreaRow.parent_code) == bindparam("parent", type_=CODE), THERE)
    .order_by(col(AreaRow.code))
    .limit(MOST)
)
VILLAGES = (
    select(col(AreaRow.code), col(AreaRow.name)).where(OF_RANGE, col(AreaRow.level) == "village", THERE).order_by(col(AreaRow.code)).limit(MOST)
)
ALL_DAYS = select(*columns_of(AreaRow, Area)).where(OF_RANGE)
ENDED = (
    select(*columns_of(AreaRow, Area))
    .where(OF_RANGE, col(AreaRow.level) == "village", col(AreaRow.valid_to) <= bindparam("on", type_=Date()))
    .order_by(col(AreaRow.code), col(AreaRow.valid_from))
)
NAMES = text("""
    SELECT DISTINCT ON (code) code, name, level FROM area WHERE code = ANY(:codes) AND valid_from <= :on ORDER BY code, valid_from DESC
""").bindparams(bindparam("codes", type_=ARRAY(CODE)), bindparam("on", type_=Date()))
_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended('areas/' || :county, 0))")
_END = text("""
    UPDATE area SET valid_to = :day FROM unnest(CAST(:codes AS text[])) AS ended (code)
    WHERE area.code = ended.code AND area.valid_to IS NULL
""").bindparams(bindparam("day", type_=Date()))


async def require_village(village: str, tx: Transaction, *, field: str = "body.village") -> None:
    """Hold a code against the tree of today.

    :raises NoSuchVillage: it is not in it, not any more or not yet.
    """
    found = await on_day(village, local_day(tx.now), tx)
    if found is None or found.level != "village":
        raise NoSuchVillage(field)


async def require_area(area: str, tx: Transaction, *, field: str) -> None:
    """Hold the code of an area of any level against the tree of today.

    :raises NoSuchArea: it is not in it, not any more or not yet.
    """
    if await on_day(area, local_day(tx.now), tx) is None:
        raise NoSuchArea(field)


async def missing_of(codes: Sequence[str], tx: Transaction) -> set[str]:
    """Name those codes of areas that are not in the tree of today: one question, however many."""
    if not codes:
        return set()
    return set(codes) - set((await tx.execute(THOSE, {"codes": list(codes), "on": local_day(tx.now)})).scalars())


async def on_day(code: str, day: date, tx: Transaction) -> Area | None:
    """Find an area as it is called on a day."""
    found = (await tx.execute(ONE, {"area": code, "on": day})).mappings().one_or_none()
    return Area(**found) if found else None


async def inside(parent: str, day: date, tx: Transaction) -> list[Row[Any]]:
    """List the areas one level below another, as they are on a day."""
    return list((await tx.execute(INSIDE, {"parent": parent, "on": day})).all())


async def names_of(codes: Iterable[str], day: date, tx: Transaction) -> dict[str, Row[Any]]:
    """Say how areas are called on a day, or were called last: code, name and level."""
    return {row.code: row for row in await tx.execute(NAMES, {"codes": sorted(set(codes)), "on": day})}


async def villages_in(area: str, tx: Transaction) -> list[Row[Any]]:
    """List the villages of an area as they are today."""
    lo, hi = area_range(area)
    return list((await tx.execute(VILLAGES, {"lo": lo, "hi": hi, "on": local_day(tx.now)})).all())


async def ended_villages(area: str, tx: Transaction) -> list[Area]:
    """List the villages inside an area that have ended and are there no more, as they were called last."""
    lo, hi = area_range(area)
    today = local_day(tx.now)
    there = {row.code for row in await villages_in(area, tx)}
    last = {row["code"]: Area(**row) for row in (await tx.execute(ENDED, {"lo": lo, "hi": hi, "on": today})).mappings()}
    return [area for code, area in last.items() if code not in there]


async def tree_of(county: str, tx: Transaction) -> Tree:
    """Load all areas of a county with all their days, and keep others from changing them until this act ends."""
    await tx.execute(_HOLD, {"county": county})
    lo, hi = area_range(county)
    return Tree([Area(**row) for row in (await tx.execute(ALL_DAYS, {"lo": lo, "hi": hi})).mappings()])


async def change(ended: Sequence[Area], begun: Sequence[Area], day: date, tx: Transaction) -> None:
    """End areas on a day, and begin others: two statements, however many."""
    await tx.execute(_END, {"codes": [area.code for area in ended], "day": day})
    names = Area.__dataclass_fields__
    await tx.insert(AreaRow, [{name: getattr(area, name) for name in names} for area in begun])
