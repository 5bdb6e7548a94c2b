"""What households live on, dated; and the two figures per head as the database computes them: the same expression for one household and for all."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Row, bindparam, func, or_, select, text
from sqlmodel import col

from services.monitoring.domain.income.figures import AMOUNTS, Income
from services.monitoring.domain.register.households import Household
from services.monitoring.store.base import Base
from shared.database.columns import MONEY, code, day, instant, money, not_nan
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.errors import NotFound
from shared.kernel.ids import HouseholdId, new_id
from shared.kernel.workdays import local_day


class IncomeRow(Base, table=True):
    """The income of a household from a day on; the present one is the row without an end."""

    __tablename__ = "household_income"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "household_id", "valid_from"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        CheckConstraint("people > 0", name="people"),
        *not_nan(*AMOUNTS),
        Index("uq_household_income_present", "county_code", "household_id", unique=True, postgresql_where=text("valid_to IS NULL")),
    )

    county_code: str = code()
    id: UUID
    household_id: UUID
    area_code: str = code()
    valid_from: date = day()
    valid_to: date | None = day(default=None)
    people: int
    wage_income: Decimal = money()
    production_income: Decimal = money()
    property_income: Decimal = money()
    transfer_income: Decimal = money()
    production_expense: Decimal = money()
    claim_income: Decimal = money()
    compliant_self_paid: Decimal = money()
    recorded_at: datetime = instant()


# The same figures as `domain/income/figures.py`; a test feeds both and compares.
NET = (
    col(IncomeRow.wage_income)
    + col(IncomeRow.production_income)
    + col(IncomeRow.property_income)
    + col(IncomeRow.transfer_income)
    - col(IncomeRow.production_expense)
)
REFERENCE = NET + col(IncomeRow.claim_income) - col(IncomeRow.compliant_self_paid)
NET_PER_HEAD = func.round(NET / col(IncomeRow.people), 2, type_=MONEY)
REFERENCE_PER_HEAD = func.round(REFERENCE / col(IncomeRow.people), 2, type_=MONEY)
BELOW_LINE = bindparam("line", type_=MONEY) > REFERENCE_PER_HEAD

EVER_STANDING = select(
    *columns_of(IncomeRow, Income),
    col(IncomeRow.valid_from),
    NET_PER_HEAD.label("net_per_head"),
    REFERENCE_PER_HEAD.label("reference_per_head"),
    BELOW_LINE.label("below_line"),
).where(among(IncomeRow.county_code, "counties"), col(IncomeRow.household_id) == bindparam("household_id"))
STANDING = EVER_STANDING.where(col(IncomeRow.valid_to).is_(None))
_ON = bindparam("on", type_=Date())
STANDING_ON = EVER_STANDING.where(col(IncomeRow.valid_from) <= _ON, or_(col(IncomeRow.valid_to).is_(None), col(IncomeRow.valid_to) > _ON))

PRESENT_OF_ALL = select(col(IncomeRow.household_id), *columns_of(IncomeRow, Income), NET.label("net")).where(
    among(IncomeRow.county_code, "counties"), among(IncomeRow.household_id, "household_ids"), col(IncomeRow.valid_to).is_(None)
)


async def add(household: Household, tx: Transaction) -> None:
    income = household.income
    row = {
        "county_code": county_of(household.area_code),
        "id": new_id(),
        "household_id": household.id,
        "area_code": household.area_code,
        "valid_from": local_day(tx.now),
        "people": income.people,
        **{amount: getattr(income, amount) for amount in AMOUNTS},
        "recorded_at": tx.now,
    }
    await tx.insert(IncomeRow, [row])


async def standing(household_id: HouseholdId, line: Decimal, tx: Transaction) -> Row[Any]:
    """Say how a household stands to a line: its income, both figures per head, and whether the reference lies below.

    :raises NotFound: there is no such household here.
    """
    found = (await tx.execute(STANDING, {"counties": tx.counties, "household_id": household_id, "line": line})).one_or_none()
    if found is None:
        raise NotFound
    return found


async def standing_on(household_id: HouseholdId, day: date, line: Decimal, tx: Transaction) -> Row[Any] | None:
    """Say the same of a past day, held against the line of that day; None if no income is known of it."""
    return (await tx.execute(STANDING_ON, {"counties": tx.counties, "household_id": household_id, "on": day, "line": line})).one_or_none()


async def present_of_all(household_ids: Sequence[UUID], tx: Transaction) -> Sequence[Row[Any]]:
    """Load the present income of several households, with their net income."""
    return (await tx.execute(PRESENT_OF_ALL, {"counties": tx.counties, "household_ids": list(household_ids)})).all()
