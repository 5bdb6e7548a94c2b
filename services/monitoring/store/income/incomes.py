"""What households live on, dated; and the two figures per head as the database computes them: the same expression for one household and for all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Row, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
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

STANDING = select(
    *columns_of(IncomeRow, Income),
    col(IncomeRow.valid_from),
    NET_PER_HEAD.label("net_per_head"),
    REFERENCE_PER_HEAD.label("reference_per_head"),
    BELOW_LINE.label("below_line"),
).where(among(IncomeRow.county_code, "counties"), col(IncomeRow.household_id) == bindparam("household_id"), col(IncomeRow.valid_to).is_(None))

PRESENT_OF_ALL = select(col(IncomeRow.household_id), *columns_of(IncomeRow, Income), NET.label("net")).where(
    among(IncomeRow.county_code, "counties"), among(IncomeRow.household_id, "household_ids"), col(IncomeRow.valid_to).is_(None)
)

# What held until a day ends on it; what begins on the day on which the former began stands in its place.
END = text("""
    UPDATE household_income SET valid_to = greatest(valid_from, :since)
    WHERE county_code = :county AND household_id = :household AND valid_to IS NULL RETURNING valid_to
""").bindparams(bindparam("since", type_=Date()))
_STANDS = {each: bindparam(each, type_=MONEY) for each in AMOUNTS} | {"people": bindparam("people", type_=Integer())}
_BEGIN = insert(IncomeRow).values(
    county_code=bindparam("county"),
    id=func.uuidv7(),
    household_id=bindparam("household"),
    area_code=bindparam("area"),
    valid_from=bindparam("since"),
    recorded_at=bindparam("now"),
    **_STANDS,
)
BEGIN = _BEGIN.on_conflict_do_update(
    constraint="pk_household_income",
    set_={"valid_to": None, **{each: getattr(_BEGIN.excluded, each) for each in ("recorded_at", *_STANDS)}},
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


async def begin(household: Row[Any], income: Income, tx: Transaction, *, since: date | None = None) -> None:
    """Let a household live on something else, from today on or since a day."""
    began = await end(household, tx, since=since)
    amounts = {amount: getattr(income, amount) for amount in AMOUNTS}
    place = {"county": household.county_code, "household": household.id, "area": household.area_code}
    await tx.execute(BEGIN, place | amounts | {"people": income.people, "since": began, "now": tx.now})


async def recount(household: Row[Any], people: int, tx: Transaction, *, since: date) -> Income:
    """Let more or fewer people share the same income since a day; give it as it is shared now."""
    income = replace(await present(HouseholdId(household.id), tx), people=people)
    await begin(household, income, tx, since=since)
    return income


async def end(household: Row[Any], tx: Transaction, *, since: date | None = None) -> date:
    """End a household's present income; say on which day, which is no earlier than the one on which it began."""
    asked = {"county": household.county_code, "household": household.id, "since": since or local_day(tx.now)}
    return (await tx.execute(END, asked)).scalar_one_or_none() or asked["since"]


async def standing(household_id: HouseholdId, line: Decimal, tx: Transaction) -> Row[Any]:
    """Say how a household stands to a line: its income, both figures per head, and whether the reference lies below.

    :raises NotFound: there is no such household here.
    """
    found = (await tx.execute(STANDING, {"counties": tx.counties, "household_id": household_id, "line": line})).one_or_none()
    if found is None:
        raise NotFound
    return found


async def present(household_id: HouseholdId, tx: Transaction) -> Income:
    """Give what a household lives on.

    :raises NotFound: there is no such household here.
    """
    for row in await present_of_all([household_id], tx):
        return Income(people=row.people, **{amount: getattr(row, amount) for amount in AMOUNTS})
    raise NotFound


async def present_of_all(household_ids: Sequence[UUID], tx: Transaction) -> Sequence[Row[Any]]:
    """Load the present income of several households, with their net income."""
    return (await tx.execute(PRESENT_OF_ALL, {"counties": tx.counties, "household_ids": list(household_ids)})).all()
