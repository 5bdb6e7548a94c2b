"""What households had in single quarters (季度监测): kept apart from years' incomes, and never compared with a yearly line."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, Row, and_, bindparam, func, select, update
from sqlmodel import col

from services.monitoring.domain.income.figures import AMOUNTS, Income
from services.monitoring.domain.income.periods import IncomePeriod
from services.monitoring.store.base import Base
from shared.database.columns import code, day, document, instant, money, not_nan, version
from shared.database.rows import among, table_of
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, new_id


class QuarterRow(Base, table=True):
    """The income of a household in one quarter of the calendar; a correction is its next version."""

    __tablename__ = "quarterly_income"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "household_id", "year", "quarter"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        CheckConstraint("people > 0", name="people"),
        CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter"),
        *not_nan(*AMOUNTS),
    )

    county_code: str = code()
    id: UUID
    household_id: UUID
    area_code: str = code()
    year: int
    quarter: int
    period_to: date = day()
    people: int
    wage_income: Decimal = money()
    production_income: Decimal = money()
    property_income: Decimal = money()
    transfer_income: Decimal = money()
    production_expense: Decimal = money()
    claim_income: Decimal = money()
    compliant_self_paid: Decimal = money()
    items: dict[str, str] = document()
    recorded_at: datetime = instant()
    version: int = version()


_SHOWN = ("id", "year", "quarter", "period_to", "people", *AMOUNTS, "items", "version")
_KEPT = ("people", *AMOUNTS, "items", "recorded_at")
_OF_HOUSEHOLD = and_(among(QuarterRow.county_code, "counties"), col(QuarterRow.household_id) == bindparam("household"))
NET = (
    col(QuarterRow.wage_income)
    + col(QuarterRow.production_income)
    + col(QuarterRow.property_income)
    + col(QuarterRow.transfer_income)
    - col(QuarterRow.production_expense)
)
CORRECT = (
    update(QuarterRow)
    .where(_OF_HOUSEHOLD, col(QuarterRow.year) == bindparam("in_year"), col(QuarterRow.quarter) == bindparam("in_quarter"))
    .values({name: bindparam(f"new_{name}", type_=table_of(QuarterRow).c[name].type) for name in _KEPT} | {"version": col(QuarterRow.version) + 1})
    .returning(col(QuarterRow.id))
)
LAST = (
    select(*(table_of(QuarterRow).c[name] for name in _SHOWN), NET.label("net"), func.round(NET / col(QuarterRow.people), 2).label("net_per_head"))
    .where(_OF_HOUSEHOLD, col(QuarterRow.period_to) <= bindparam("on"))
    .order_by(col(QuarterRow.year).desc(), col(QuarterRow.quarter).desc())
    .limit(bindparam("at_most"))
)


async def record(household: Row[Any], income: Income, period: IncomePeriod, items: Mapping[str, Decimal], tx: Transaction) -> UUID:
    """Keep what a household had in a quarter, or correct it, and give the record's id."""
    told = {
        "people": income.people,
        **{amount: getattr(income, amount) for amount in AMOUNTS},
        "items": {code: str(amount) for code, amount in items.items()},
        "recorded_at": tx.now,
    }
    this = {"counties": tx.counties, "household": household.id, "in_year": period.year, "in_quarter": period.quarter}
    corrected = (await tx.execute(CORRECT, this | {f"new_{name}": value for name, value in told.items()})).scalar()
    if corrected is not None:
        return corrected
    place = {"county_code": household.county_code, "id": new_id(), "household_id": household.id, "area_code": household.area_code}
    await tx.insert(QuarterRow, [{**place, "year": period.year, "quarter": period.quarter, "period_to": period.last, **told}])
    return place["id"]


async def last_of(household_id: HouseholdId, on: date, tx: Transaction, *, at_most: int) -> Sequence[Row[Any]]:
    """List the quarters of a household that were over on a day, the latest first."""
    return (await tx.execute(LAST, {"counties": tx.counties, "household": household_id, "on": on, "at_most": at_most})).all()
