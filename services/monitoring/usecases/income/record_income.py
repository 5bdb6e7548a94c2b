"""Record what a household lives on: a year's income, from a day on, or a quarter's."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.income.items import by_code, must_add_up, totals
from services.monitoring.domain.income.periods import PeriodType, holds_from, period_of
from services.monitoring.store import law
from services.monitoring.store.income import incomes, quarters
from services.monitoring.store.register import households
from services.monitoring.usecases.income.settle_standings import settle
from services.monitoring.usecases.law.publish_income_item import ItemCode
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import local_day
from shared.wire import Day, Year, Yuan, command, part


@part
class ItemAmount:
    """One line of the form: yuan of the whole household in the period."""

    code: ItemCode
    amount: Yuan


@part
class StatedTotals:
    """What the form states beside its items, of what counts: sub-totals, and net income. Each is held against the items; what is absent is not."""

    wage_income: Yuan | None = None
    production_income: Yuan | None = None
    property_income: Yuan | None = None
    transfer_income: Yuan | None = None
    production_expense: Yuan | None = None
    claim_income: Yuan | None = None
    compliant_self_paid: Yuan | None = None
    net: Yuan | None = None


@command
class RecordIncome:
    """An income by items. The annual collection of a year is 1 October to 30 September (`year`), the last twelve months end on `ends_on`,
    a quarter is one of the calendar (`year`, `quarter`).

    A year's income holds from `effective_from` on: today, or a past day, which puts a late correction between what held before and after.
    """

    period_type: PeriodType
    year: Year | None = None
    quarter: Annotated[int, Field(strict=True, ge=1, le=4, examples=[2])] | None = None
    ends_on: Day | None = None
    effective_from: Day | None = None
    people: Annotated[int, Field(strict=True, ge=1, le=100, examples=[4])]
    items: Annotated[list[ItemAmount], Field(max_length=100)]
    stated: StatedTotals | None = None


class IncomeRecorded(BaseModel):
    """`id` is the record's, `version` the household's. The period's days, both included; a year's income holds from `effective_from` on."""

    id: UUID
    version: int
    period_type: PeriodType
    period_from: date
    period_to: date
    effective_from: date


async def record_income(household_id: HouseholdId, income: RecordIncome, tx: Transaction, *, expected: int) -> IncomeRecorded:
    """Record an income of a household of the caller's area (R37, R38; plan ch.3 s.1). Its totals are what counts at the end of its period.

    :raises NotFound: there is no such household here.
    :raises HouseholdGone: it was struck off.
    :raises Stale: somebody changed it.
    :raises PeriodUnfit: the period does not fit its type; NotYetHappened: it is not over.
    :raises HoldsBeforeItsPeriodEnds: it would hold before it is known.
    :raises ItemTwice: an item stands twice; ItemNotInForce: there is no such item then; TooMuch: a total cannot be kept.
    :raises IncomeDoesNotAddUp: what is stated differs from the items.
    """
    household = await households.hold(household_id, tx)
    as_seen(household.version, expected)
    today = local_day(tx.now)
    period = period_of(income.period_type, year=income.year, quarter=income.quarter, ends_on=income.ends_on, today=today)
    since = holds_from(period, income.effective_from, today=today)
    amounts = by_code([(item.code, item.amount) for item in income.items])
    counted = totals(amounts, await law.items_for(household.area_code, period.last, tx), people=income.people)
    must_add_up(counted, _stated(income))

    if period.kind is PeriodType.QUARTER:
        record_id = await quarters.record(household, counted, period, amounts, tx)
    else:
        record_id = await incomes.record(household, counted, period, amounts, tx, since=since)
        await settle([household.id], tx)
    version = await households.changed(household_id, tx)
    return IncomeRecorded(
        id=record_id, version=version, period_type=period.kind, period_from=period.first, period_to=period.last, effective_from=since
    )


def _stated(income: RecordIncome) -> dict[str, Decimal | None]:
    names = StatedTotals.__dataclass_fields__  # pyright: ignore[reportAttributeAccessIssue]
    return {name: getattr(income.stated, name) for name in names} if income.stated else {}
