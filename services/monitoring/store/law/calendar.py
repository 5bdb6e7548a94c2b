from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, PrimaryKeyConstraint, bindparam, select
from sqlmodel import Field, col

from services.monitoring.store.base import Base
from shared.database.columns import code
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.areas import ancestry
from shared.kernel.workdays import Calendar, local_day


class WorkdayRow(Base, table=True):
    """Whether a day is worked, 调休 included; an area's own festivals win over what holds around it."""

    __tablename__ = "work_calendar"
    __table_args__ = (PrimaryKeyConstraint("area_code", "day"),)

    area_code: str = code()
    day: date = Field(sa_type=Date)
    is_workday: bool
    source: str


WORKDAYS = (
    select(col(WorkdayRow.area_code), col(WorkdayRow.day), col(WorkdayRow.is_workday))
    .where(among(WorkdayRow.area_code, "areas"), col(WorkdayRow.day).between(bindparam("first", type_=Date()), bindparam("last", type_=Date())))
    .order_by(col(WorkdayRow.area_code))
)


async def calendar_for(area: str, tx: Transaction, *, days: int, around: Sequence[date] = ()) -> Calendar:
    """Read the working days from the earliest of some days (today is one) to `days` after the latest; what is not loaded is unknown."""
    asked = ("calendar", area, days, *around)
    return (await tx.once(asked, lambda: calendars_of([area], tx, days=days, around=around)))[area]


async def calendars_of(areas: Sequence[str], tx: Transaction, *, days: int, around: Sequence[date] = ()) -> dict[str, Calendar]:
    """Read the same for each of several areas, with one question."""
    known = [*around, local_day(tx.now)]
    span = {"first": min(known), "last": max(known) + timedelta(days=days)}
    lines = {area: ancestry(area) for area in areas}
    rows = (await tx.execute(WORKDAYS, {"areas": sorted({each for line in lines.values() for each in line}), **span})).all()
    calendars: dict[tuple[str, ...], Calendar] = {}
    found: dict[str, Calendar] = {}
    there = {row.area_code for row in rows}
    for area, line in lines.items():
        wider = tuple(each for each in line if each in there)
        if wider not in calendars:
            calendars[wider] = Calendar({row.day: row.is_workday for row in rows if row.area_code in wider})
        found[area] = calendars[wider]
    return found


async def add_workdays(rows: Sequence[dict[str, Any]], tx: Transaction) -> int:
    """Add days that are not there yet, and say how many were new."""
    tx.forget()
    return await tx.insert(WorkdayRow, rows, skip_existing=True)
