"""What households live on, dated; and the two figures per head as the database computes them: the same expression for one household and for all."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Row,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.monitoring.domain.income.figures import AMOUNTS, SOURCES, Income
from services.monitoring.domain.income.periods import IncomePeriod, PeriodType
from services.monitoring.domain.register.households import Household
from services.monitoring.store.base import Base
from shared.database.columns import MONEY, code, day, document, instant, money, not_nan, one_of
from shared.database.rows import among, columns_of, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.errors import NotFound
from shared.kernel.ids import HouseholdId, new_id
from shared.kernel.workdays import local_day


class IncomeRow(Base, table=True):
    """The income of a household from a day on; the present one is the row without an end.

    `items` are what the totals were added up from, code -> yuan; absent where only totals are known. So are the days of the period where nobody
    named them: then it is the twelve months before the day.
    """

    __tablename__ = "household_income"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "household_id", "valid_from"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        CheckConstraint("people > 0", name="people"),
        CheckConstraint("period_type IN ('annual_oct_sep', 'last_12_months')", name="period_type"),
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
    period_type: PeriodType = one_of(PeriodType, sa_column_kwargs={"server_default": text("'last_12_months'")})
    period_from: date | None = day(default=None)
    period_to: date | None = day(default=None)
    items: dict[str, str] | None = document(default=None, nullable=True)
    recorded_at: datetime = instant()


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What totals were added up from, code -> yuan, and the days of their period: as far as somebody named them."""

    period_type: PeriodType = PeriodType.LAST_12_MONTHS
    period_from: date | None = None
    period_to: date | None = None
    items: Mapping[str, str] | None = None


ONLY_TOTALS = Behind()


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
GROSS = NET + col(IncomeRow.production_expense)
# A hundred of many places makes a quotient of many: cut earlier, a share of a large sum might come to lie on the wrong side of a half.
_HUNDRED = cast(100, Numeric(30, 24))
SHARES = [
    func.round(_HUNDRED * col(getattr(IncomeRow, source)) / func.nullif(GROSS, 0), 2, type_=MONEY).label(f"{source}_share") for source in SOURCES
]
BAND = func.width_bucket(NET_PER_HEAD, bindparam("bands", type_=ARRAY(MONEY)), type_=Integer)

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

_OF_HOUSEHOLD = and_(among(IncomeRow.county_code, "counties"), col(IncomeRow.household_id) == bindparam("household"))
_SINCE = bindparam("since", type_=Date())
AS_OF = select(
    *columns_of(IncomeRow, Income),
    *(table_of(IncomeRow).c[name] for name in ("id", "period_type", "period_from", "period_to", "items", "valid_from", "valid_to", "recorded_at")),
    NET_PER_HEAD.label("net_per_head"),
    REFERENCE_PER_HEAD.label("reference_per_head"),
    *SHARES,
    BAND.label("band"),
).where(_OF_HOUSEHOLD, col(IncomeRow.valid_from) <= _SINCE, or_(col(IncomeRow.valid_to).is_(None), col(IncomeRow.valid_to) > _SINCE))
_KEPT = ("people", *AMOUNTS, "period_type", "period_from", "period_to", "items", "recorded_at")
CORRECT = (
    update(IncomeRow)
    .where(_OF_HOUSEHOLD, col(IncomeRow.valid_from) == _SINCE)
    .values({name: bindparam(f"new_{name}", type_=table_of(IncomeRow).c[name].type) for name in _KEPT})
    .returning(col(IncomeRow.id))
)
CUT = (
    update(IncomeRow)
    .where(_OF_HOUSEHOLD, col(IncomeRow.valid_from) < _SINCE, or_(col(IncomeRow.valid_to).is_(None), col(IncomeRow.valid_to) > _SINCE))
    .values(valid_to=_SINCE)
)
FOLLOWING = select(func.min(col(IncomeRow.valid_from))).where(_OF_HOUSEHOLD, col(IncomeRow.valid_from) > _SINCE)

PRESENT_OF_ALL = select(col(IncomeRow.household_id), *columns_of(IncomeRow, Income), NET.label("net")).where(
    among(IncomeRow.county_code, "counties"), among(IncomeRow.household_id, "household_ids"), col(IncomeRow.valid_to).is_(None)
)

# What held until a day ends on it; what begins on the day on which the former began stands in its place.
END = text("""
    UPDATE household_income SET valid_to = greatest(valid_from, :since)
    WHERE county_code = :county AND household_id = :household AND valid_to IS NULL RETURNING valid_to
""").bindparams(bindparam("since", type_=Date()))
_STANDS = {each: bindparam(each, type_=MONEY) for each in AMOUNTS} | {"people": bindparam("people", type_=Integer())}
_BEHIND = ("period_type", "period_from", "period_to", "items")
_BEGIN = insert(IncomeRow).values(
    county_code=bindparam("county"),
    id=func.uuidv7(),
    household_id=bindparam("household"),
    area_code=bindparam("area"),
    valid_from=bindparam("since"),
    recorded_at=bindparam("now"),
    **_STANDS,
    **{each: bindparam(each, type_=table_of(IncomeRow).c[each].type) for each in _BEHIND},
)
BEGIN = _BEGIN.on_conflict_do_update(
    constraint="pk_household_income",
    set_={"valid_to": None, **{each: _BEGIN.excluded[each] for each in ("recorded_at", *_STANDS, *_BEHIND)}},
)
BEHIND = select(*(table_of(IncomeRow).c[each] for each in _BEHIND)).where(_OF_HOUSEHOLD, col(IncomeRow.valid_to).is_(None))


async def add(household: Household, tx: Transaction, *, behind: Behind = ONLY_TOTALS) -> None:
    income = household.income
    row = {
        "county_code": county_of(household.area_code),
        "id": new_id(),
        "household_id": household.id,
        "area_code": household.area_code,
        "valid_from": local_day(tx.now),
        "people": income.people,
        **{amount: getattr(income, amount) for amount in AMOUNTS},
        **asdict(behind),
        "recorded_at": tx.now,
    }
    await tx.insert(IncomeRow, [row])


async def begin(household: Row[Any], income: Income, tx: Transaction, *, since: date | None = None, behind: Behind = ONLY_TOTALS) -> None:
    """Let a household live on something else, from today on or since a day."""
    began = await end(household, tx, since=since)
    amounts = {amount: getattr(income, amount) for amount in AMOUNTS}
    place = {"county": household.county_code, "household": household.id, "area": household.area_code}
    await tx.execute(BEGIN, place | amounts | asdict(behind) | {"people": income.people, "since": began, "now": tx.now})


async def recount(household: Row[Any], people: int, tx: Transaction, *, since: date) -> Income:
    """Let more or fewer people share the same income since a day, with all that is known of it; give it as it is shared now."""
    household_id = HouseholdId(household.id)
    income = replace(await present(household_id, tx), people=people)
    await begin(household, income, tx, since=since, behind=await behind_present(household_id, tx))
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


async def standing_on(household_id: HouseholdId, day: date, line: Decimal, tx: Transaction) -> Row[Any] | None:
    """Say the same of a past day, held against the line of that day; None if no income is known of it."""
    return (await tx.execute(STANDING_ON, {"counties": tx.counties, "household_id": household_id, "on": day, "line": line})).one_or_none()


async def record(household: Row[Any], income: Income, period: IncomePeriod, items: Mapping[str, Decimal], tx: Transaction, *, since: date) -> UUID:
    """Keep what a household lives on from a day on, and give the record's id.

    A day inside the history is put between its neighbours; one that has a record already is corrected, and the audit holds what it said before.
    """
    told = {
        "people": income.people,
        **{amount: getattr(income, amount) for amount in AMOUNTS},
        "period_type": period.kind,
        "period_from": period.first,
        "period_to": period.last,
        "items": {code: str(amount) for code, amount in items.items()},
        "recorded_at": tx.now,
    }
    this = {"counties": tx.counties, "household": household.id, "since": since}
    corrected = (await tx.execute(CORRECT, this | {f"new_{name}": value for name, value in told.items()})).scalar()
    if corrected is not None:
        return corrected
    await tx.execute(CUT, this)
    place = {"county_code": household.county_code, "id": new_id(), "household_id": household.id, "area_code": household.area_code}
    until = (await tx.execute(FOLLOWING, this)).scalar()
    await tx.insert(IncomeRow, [{**place, "valid_from": since, "valid_to": until, **told}])
    return place["id"]


async def as_of(household_id: HouseholdId, on: date, tx: Transaction, *, bands: Sequence[Decimal]) -> Row[Any] | None:
    """Find the record in force on a day, with its figures; none before the first."""
    asked = {"counties": tx.counties, "household": household_id, "since": on, "bands": list(bands)}
    return (await tx.execute(AS_OF, asked)).one_or_none()


async def present(household_id: HouseholdId, tx: Transaction) -> Income:
    """Give what a household lives on.

    :raises NotFound: there is no such household here.
    """
    for row in await present_of_all([household_id], tx):
        return Income(people=row.people, **{amount: getattr(row, amount) for amount in AMOUNTS})
    raise NotFound


async def behind_present(household_id: HouseholdId, tx: Transaction) -> Behind:
    """Give what a household's present totals were added up from.

    :raises NotFound: there is no such household here.
    """
    found = (await tx.execute(BEHIND, {"counties": tx.counties, "household": household_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Behind(**found)


async def present_of_all(household_ids: Sequence[UUID], tx: Transaction) -> Sequence[Row[Any]]:
    """Load the present income of several households, with their net income."""
    return (await tx.execute(PRESENT_OF_ALL, {"counties": tx.counties, "household_ids": list(household_ids)})).all()
