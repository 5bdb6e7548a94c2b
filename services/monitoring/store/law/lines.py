from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Date, Integer, PrimaryKeyConstraint, Row, UniqueConstraint, any_, bindparam, select
from sqlmodel import col

from services.monitoring.domain.income.lines import BottomLine
from services.monitoring.store.base import Base
from services.monitoring.store.law.publishing import publish
from shared.database.columns import code, day, instant, money
from shared.database.rows import among, columns_of, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTIES, LINCANG, ancestry
from shared.kernel.errors import Conflict
from shared.kernel.workdays import local_day


class BottomLineRow(Base, table=True):
    """The bottom line (监测底线) of an area and year: yuan per head and year (R37).

    `published_at` is absent from lines that came with a migration: those are not adopted anew. `simulation_id`: what proved it beforehand.
    """

    __tablename__ = "bottom_line"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        UniqueConstraint("county_code", "area_code", "year", "effective_from"),
        CheckConstraint("amount > 0 AND amount <> 'NaN'", name="amount"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    year: int
    amount: Decimal = money()
    effective_from: date = day()
    document_number: str
    simulation_id: UUID | None = None
    published_at: datetime | None = instant(default=None)


class NoLine(Conflict):
    sentence = "该年度的监测底线尚未发布，请由州市先行发布。"
    english = "The bottom line of this year is not published yet: the prefecture must publish it."


LINE = (
    select(col(BottomLineRow.amount), col(BottomLineRow.area_code), col(BottomLineRow.effective_from), col(BottomLineRow.document_number))
    .where(
        among(BottomLineRow.area_code, "areas"),
        col(BottomLineRow.year) == bindparam("year", type_=Integer()),
        col(BottomLineRow.effective_from) <= bindparam("on", type_=Date()),
    )
    .order_by(col(BottomLineRow.area_code).desc(), col(BottomLineRow.effective_from).desc())
    .limit(1)
)
SAME_LINE = select(col(BottomLineRow.id)).where(
    *(table_of(BottomLineRow).c[name] == bindparam(f"this_{name}") for name in ("county_code", "id", "amount", "document_number"))
)


LINES_OVER = select(*columns_of(BottomLineRow, BottomLine)).where(
    among(BottomLineRow.area_code, "areas"), col(BottomLineRow.year) == any_(bindparam("years", type_=ARRAY(Integer)))
)
HOMES = [*COUNTIES, LINCANG]
"""A line belongs to its area's county, or to the prefecture."""

COME = (
    select(*columns_of(BottomLineRow, BottomLine))
    .where(
        among(BottomLineRow.county_code, "homes"),
        col(BottomLineRow.year) == bindparam("year", type_=Integer()),
        col(BottomLineRow.effective_from) <= bindparam("on", type_=Date()),
        col(BottomLineRow.published_at).is_not(None),
    )
    .order_by(col(BottomLineRow.id))
)


async def line_for(area: str, tx: Transaction, *, on: date | None = None) -> Row[Any]:
    """Find the bottom line in force today, or on another day: the nearest ancestor's, the latest row.

    :raises NoLine: none is published for the day's year.
    """
    day = on or local_day(tx.now)
    found = (await tx.execute(LINE, {"areas": ancestry(area), "year": day.year, "on": day})).one_or_none()
    if found is None:
        raise NoLine
    return found


async def lines_over(areas: Iterable[str], years: Iterable[int], tx: Transaction) -> list[BottomLine]:
    """Read every line of some years that may hold in one of some areas, with one question; which does, `domain/income/lines.py` says."""
    asked = {"areas": sorted({each for area in areas for each in ancestry(area)}), "years": sorted(set(years))}
    return [BottomLine(**row) for row in (await tx.execute(LINES_OVER, asked)).mappings()]


async def lines_that_have_come(tx: Transaction) -> list[BottomLine]:
    """List the lines of this year that somebody published and whose day has come, wherever they hold."""
    today = local_day(tx.now)
    return [BottomLine(**row) for row in (await tx.execute(COME, {"homes": HOMES, "year": today.year, "on": today})).mappings()]


async def publish_line(
    area: str, year: int, tx: Transaction, *, amount: Decimal, effective_from: date, document_number: str, simulation_id: UUID | None
) -> tuple[UUID, bool]:
    """Add a bottom line; the same one again is found. Give its id, and whether it is new.

    :param simulation_id: what proved it; two rows that differ in nothing else are the same.
    :raises PublishedAlready: another one holds from this day.
    """
    row = {"area_code": area, "year": year, "amount": amount, "effective_from": effective_from, "document_number": document_number}
    row |= {"simulation_id": simulation_id, "published_at": tx.now}
    return await publish(BottomLineRow, row, f"line/{area}/{year}/{effective_from}", SAME_LINE, tx)
