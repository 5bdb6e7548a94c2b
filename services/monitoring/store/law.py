"""Tables of the law: lines, parameters, measures, working days. Readable by every role; only their writes are guarded.

Rows are added and never changed: what was in force on a past day can always be asked.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Integer, PrimaryKeyConstraint, Row, Select, UniqueConstraint, bindparam, select
from sqlmodel import Field, col

from services.monitoring.domain.measures import Measure
from services.monitoring.domain.parameters import Key, Parameter, Parameters
from services.monitoring.store.base import Base
from shared.database.base import Table
from shared.database.columns import code, day, money, one_of, only
from shared.database.rows import among, columns_of, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import ancestry, county_of
from shared.kernel.errors import Conflict
from shared.kernel.ids import derived_id
from shared.kernel.workdays import Calendar, DayKind, local_day


class BottomLineRow(Base, table=True):
    """The bottom line (监测底线) of an area and year: yuan per head and year (R37)."""

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


class ParameterRow(Base, table=True):
    __tablename__ = "parameter"
    __table_args__ = (PrimaryKeyConstraint("county_code", "id"), UniqueConstraint("county_code", "area_code", "key", "effective_from"))

    county_code: str = code()
    id: UUID
    area_code: str = code()
    key: str = code()
    value: str
    effective_from: date = day()
    document_number: str


class MeasureRow(Base, table=True):
    """Which measure a risk calls for (帮扶措施对照), and which service answers it."""

    __tablename__ = "measure_rule"
    __table_args__ = (
        PrimaryKeyConstraint("area_code", "risk", "has_labour", "measure", "effective_from"),
        only("day_kind", DayKind),
    )

    area_code: str = code()
    risk: str = code()
    has_labour: bool
    measure: str = code()
    effective_from: date = day()
    service: str
    days: int
    day_kind: DayKind = one_of(DayKind)
    document_number: str


class WorkdayRow(Base, table=True):
    """Whether a day is worked, 调休 included; an area's own festivals win over what holds around it."""

    __tablename__ = "work_calendar"
    __table_args__ = (PrimaryKeyConstraint("area_code", "day"),)

    area_code: str = code()
    day: date = Field(sa_type=Date)
    is_workday: bool
    source: str


class NoLine(Conflict):
    sentence = "该年度的监测底线尚未发布，请由州市先行发布。"
    english = "The bottom line of this year is not published yet: the prefecture must publish it."


class PublishedAlready(Conflict):
    sentence = "该日起施行的规定已经发布，不得改写，请另定施行日期。"
    english = "Another row holds from this day and is never changed: choose another day."


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
PARAMETERS = (
    select(*columns_of(ParameterRow, Parameter))
    .where(among(ParameterRow.area_code, "areas"), col(ParameterRow.effective_from) <= bindparam("on", type_=Date()))
    .order_by(col(ParameterRow.area_code), col(ParameterRow.effective_from))
)
MEASURES = (
    select(*columns_of(MeasureRow, Measure))
    .where(among(MeasureRow.area_code, "areas"), col(MeasureRow.effective_from) <= bindparam("on", type_=Date()))
    .order_by(col(MeasureRow.area_code), col(MeasureRow.effective_from))
)
WORKDAYS = (
    select(col(WorkdayRow.day), col(WorkdayRow.is_workday))
    .where(among(WorkdayRow.area_code, "areas"), col(WorkdayRow.day).between(bindparam("first", type_=Date()), bindparam("last", type_=Date())))
    .order_by(col(WorkdayRow.area_code))
)


_LAW = UUID("5309b6a0-0000-7000-8000-000000000001")
SAME_LINE = select(col(BottomLineRow.id)).where(
    *(table_of(BottomLineRow).c[name] == bindparam(f"this_{name}") for name in ("county_code", "id", "amount", "document_number"))
)
SAME_PARAMETER = select(col(ParameterRow.id)).where(
    *(table_of(ParameterRow).c[name] == bindparam(f"this_{name}") for name in ("county_code", "id", "value", "document_number"))
)


async def line_for(area: str, tx: Transaction) -> Row[Any]:
    """Find the bottom line in force today: the nearest ancestor's, the latest row.

    :raises NoLine: none is published for this year.
    """
    today = local_day(tx.now)
    found = (await tx.execute(LINE, {"areas": ancestry(area), "year": today.year, "on": today})).one_or_none()
    if found is None:
        raise NoLine
    return found


async def parameters_for(area: str, tx: Transaction) -> Parameters:
    """Read the parameters in force today; wider areas and earlier days come first and are overwritten by nearer and later ones."""
    rows = await tx.execute(PARAMETERS, {"areas": ancestry(area), "on": local_day(tx.now)})
    return Parameters({Key(row["key"]): Parameter(**{**row, "key": Key(row["key"])}) for row in rows.mappings()})


async def measures_for(area: str, tx: Transaction) -> list[Measure]:
    """Read the measures in force today, one row for each risk, ability to work and measure."""
    rows = await tx.execute(MEASURES, {"areas": ancestry(area), "on": local_day(tx.now)})
    return list({(row["risk"], row["has_labour"], row["measure"]): Measure(**row) for row in rows.mappings()}.values())


async def calendar_for(area: str, tx: Transaction, *, days: int, around: Sequence[date] = ()) -> Calendar:
    """Read the working days from the earliest of some days (today is one) to `days` after the latest; what is not loaded is unknown."""
    known = [*around, local_day(tx.now)]
    span = {"first": min(known), "last": max(known) + timedelta(days=days)}
    rows = await tx.execute(WORKDAYS, {"areas": ancestry(area), **span})
    return Calendar({row.day: row.is_workday for row in rows})


async def publish_line(area: str, year: int, tx: Transaction, *, amount: Decimal, effective_from: date, document_number: str) -> tuple[UUID, bool]:
    """Add a bottom line; the same one again is found. Give its id, and whether it is new.

    :raises PublishedAlready: another one holds from this day.
    """
    row = {"area_code": area, "year": year, "amount": amount, "effective_from": effective_from, "document_number": document_number}
    return await _publish(BottomLineRow, row, f"line/{area}/{year}/{effective_from}", SAME_LINE, tx)


async def publish_parameter(area: str, key: Key, tx: Transaction, *, value: str, effective_from: date, document_number: str) -> tuple[UUID, bool]:
    """Add a parameter; the same one again is found. Give its id, and whether it is new.

    :raises PublishedAlready: another one holds from this day.
    """
    row = {"area_code": area, "key": key, "value": value, "effective_from": effective_from, "document_number": document_number}
    return await _publish(ParameterRow, row, f"parameter/{area}/{key}/{effective_from}", SAME_PARAMETER, tx)


async def add_workdays(rows: Sequence[dict[str, Any]], tx: Transaction) -> int:
    """Add days that are not there yet, and say how many were new."""
    return await tx.insert(WorkdayRow, rows, skip_existing=True)


async def _publish(kind: type[Table], row: dict[str, Any], name: str, same: Select[Any], tx: Transaction) -> tuple[UUID, bool]:
    row_id = derived_id(_LAW, name)
    row = {"county_code": county_of(row["area_code"]), "id": row_id, **row}
    if await tx.insert(kind, [row], skip_existing=True):
        return row_id, True
    if (await tx.execute(same, {f"this_{name}": value for name, value in row.items()})).scalar() is None:
        raise PublishedAlready("body.effective_from")
    return row_id, False
