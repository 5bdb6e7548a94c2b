"""The area tree (行政区划): statistical codes of 2023, county to village. Readable by every role, written by migrations."""

from datetime import date
from typing import Any

from sqlalchemy import Index, PrimaryKeyConstraint, Row, bindparam, select
from sqlmodel import col

from services.monitoring.store.base import Base
from shared.database import columns
from shared.database.columns import CODE
from shared.database.transaction import Transaction
from shared.kernel.areas import area_range
from shared.kernel.errors import Invalid

MOST = 2_000
"""More than all areas of the prefecture: the tree is read whole or by parent."""


class AreaRow(Base, table=True):
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


class NoSuchArea(Invalid):
    sentence = "没有这个区划代码。"
    english = "There is no area of this code."


AREA = select(col(AreaRow.code)).where(col(AreaRow.code) == bindparam("area", type_=CODE), col(AreaRow.valid_to).is_(None))
VILLAGE = select(col(AreaRow.code)).where(
    col(AreaRow.code) == bindparam("village", type_=CODE), col(AreaRow.level) == "village", col(AreaRow.valid_to).is_(None)
)
INSIDE = (
    select(col(AreaRow.code), col(AreaRow.name), col(AreaRow.level), col(AreaRow.parent_code))
    .where(col(AreaRow.parent_code) == bindparam("parent", type_=CODE), col(AreaRow.valid_to).is_(None))
    .order_by(col(AreaRow.code))
    .limit(MOST)
)

VILLAGES = (
    select(col(AreaRow.code), col(AreaRow.name))
    .where(
        col(AreaRow.code) >= bindparam("lo", type_=CODE),
        col(AreaRow.code) < bindparam("hi", type_=CODE),
        col(AreaRow.level) == "village",
        col(AreaRow.valid_to).is_(None),
    )
    .order_by(col(AreaRow.code))
    .limit(MOST)
)


async def require_village(village: str, tx: Transaction, *, field: str = "body.village") -> None:
    """Hold a code against the tree.

    :raises NoSuchVillage: it is not in it, or not any more.
    """
    if (await tx.execute(VILLAGE, {"village": village})).scalar() is None:
        raise NoSuchVillage(field)


async def require_area(area: str, tx: Transaction, *, field: str) -> None:
    """Hold the code of an area of any level against the tree.

    :raises NoSuchArea: it is not in it, or not any more.
    """
    if (await tx.execute(AREA, {"area": area})).scalar() is None:
        raise NoSuchArea(field)


async def inside(parent: str, tx: Transaction) -> list[Row[Any]]:
    """List the areas one level below another."""
    return list((await tx.execute(INSIDE, {"parent": parent})).all())


async def villages_in(area: str, tx: Transaction) -> list[Row[Any]]:
    """List the villages of an area."""
    lo, hi = area_range(area)
    return list((await tx.execute(VILLAGES, {"lo": lo, "hi": hi})).all())
