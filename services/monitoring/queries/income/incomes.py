"""What a household lived on, on any day: the record in force then, its figures, and how they stood to the line of that day."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.income.figures import AMOUNTS, SOURCES, Income, is_below
from services.monitoring.domain.income.periods import PeriodType
from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.income import incomes, quarters
from services.monitoring.store.register import households
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId
from shared.kernel.workdays import local_day

A_YEAR = 4
_SHOWN = 8


class LineShown(BaseModel):
    """A bottom line: yuan per head and year."""

    amount: Decimal
    area: str
    effective_from: date
    document_number: str


class BandShown(BaseModel):
    """A band of net income per head, yuan a year: from the lower bound, and below the upper one."""

    number: int
    lower: Decimal | None
    upper: Decimal | None


class RecordShown(BaseModel):
    """An income of a year, yuan: totals and items of the household, two figures per head. `shares`: percent of gross income.

    `items` are absent from records of which only totals are known; so are the days of the period where nobody named them.
    """

    id: UUID
    period_type: PeriodType
    period_from: date | None
    period_to: date | None
    valid_from: date
    valid_to: date | None
    people: int
    items: dict[str, Decimal] | None
    wage_income: Decimal
    production_income: Decimal
    property_income: Decimal
    transfer_income: Decimal
    production_expense: Decimal
    claim_income: Decimal
    compliant_self_paid: Decimal
    shares: dict[str, Decimal | None] = Field(examples=[{"wage_income": "41.43"}])
    net_per_head: Decimal
    reference_per_head: Decimal
    band: BandShown
    below_line: bool | None


class QuarterShown(BaseModel):
    """An income of a quarter, yuan; it is held against no line."""

    id: UUID
    version: int
    year: int
    quarter: int
    people: int
    items: dict[str, Decimal]
    wage_income: Decimal
    production_income: Decimal
    property_income: Decimal
    transfer_income: Decimal
    production_expense: Decimal
    claim_income: Decimal
    compliant_self_paid: Decimal
    net: Decimal
    net_per_head: Decimal


class LastQuarters(BaseModel):
    """The sum of the net incomes of the latest quarter and the three before it, as far as they are known; `known` says how many are."""

    net: Decimal
    known: int


class IncomesShown(BaseModel):
    """What was in force on a day: absent before the first record. The line is that of the day."""

    household_id: UUID
    version: int
    on: date
    line: LineShown | None
    record: RecordShown | None
    quarters: list[QuarterShown]
    last_four_quarters: LastQuarters | None


async def show_incomes(household_id: HouseholdId, on: date | None, tx: Transaction) -> IncomesShown:
    """Show what a household lives on today, or lived on on another day (R8, R19, R37; plan ch.1, ch.3 s.1); who looked is left in the audit.

    :raises NotFound: there is no such household here.
    """
    household = await households.get(household_id, tx)
    await tx.note_read("household", household.county_code, household.id)
    day = on or local_day(tx.now)
    line = await _line(household.area_code, day, tx)
    bounds = (await law.parameters_for(household.area_code, tx)).bounds(Key.INCOME_BANDS)
    record = await incomes.as_of(household_id, day, tx, bands=bounds)
    of_quarters = await quarters.last_of(household_id, day, tx, at_most=_SHOWN)
    return IncomesShown(
        household_id=household.id,
        version=household.version,
        on=day,
        line=line,
        record=_record(record, line, bounds) if record else None,
        quarters=[_quarter(row) for row in of_quarters],
        last_four_quarters=_last_four(of_quarters),
    )


async def _line(area: str, on: date, tx: Transaction) -> LineShown | None:
    try:
        line = await law.line_for(area, tx, on=on)
    except law.NoLine:
        return None
    return LineShown(amount=line.amount, area=line.area_code, effective_from=line.effective_from, document_number=line.document_number)


def _record(row: Row[Any], line: LineShown | None, bounds: Sequence[Decimal]) -> RecordShown:
    told = row._asdict()
    below = is_below(Income(people=row.people, **{name: told[name] for name in AMOUNTS}), line.amount) if line else None
    lower, upper = [None, *bounds][row.band], [*bounds, None][row.band]
    return RecordShown(
        **{name: told[name] for name in RecordShown.model_fields if name in told and name != "band"},
        shares={source: told[f"{source}_share"] for source in SOURCES},
        band=BandShown(number=row.band, lower=lower, upper=upper),
        below_line=below,
    )


def _quarter(row: Row[Any]) -> QuarterShown:
    return QuarterShown(**{name: getattr(row, name) for name in QuarterShown.model_fields})


def _last_four(rows: Sequence[Row[Any]]) -> LastQuarters | None:
    if not rows:
        return None
    number = [A_YEAR * row.year + row.quarter for row in rows]
    within = [row for row, n in zip(rows, number, strict=True) if number[0] - n < A_YEAR]
    return LastQuarters(net=sum((row.net for row in within), Decimal(0)), known=len(within))
