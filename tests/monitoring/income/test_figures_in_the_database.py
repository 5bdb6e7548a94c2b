"""What the database adds up, and what the domain does: of random items, shares, bands, and histories with late corrections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, text

from services.monitoring.domain.income.figures import AMOUNTS, SOURCES, Income, band_of
from services.monitoring.domain.income.items import IncomeItem, ItemGroup, totals
from services.monitoring.domain.income.periods import IncomePeriod, PeriodType, period_of, quarter_of
from services.monitoring.domain.register.households import Household, HouseholdKind
from services.monitoring.store import law
from services.monitoring.store.income import counting, incomes
from services.monitoring.store.register import households
from shared.database.transaction import Database, Transaction
from shared.kernel.ids import HouseholdId, new_id
from tests.fixtures.platform import rehearsal
from tests.fixtures.tokens import HOME, county, prefecture
from tests.monitoring.income.test_income import INCOMES

CODES = [f"T{n}" for n in range(1, 12)] + ["T1.1", "T12.10"]
CENTS = st.integers(0, 10**10).map(lambda cents: Decimal(cents).scaleb(-2))
ITEMS = st.dictionaries(st.sampled_from(CODES), CENTS, max_size=len(CODES))
OF_COUNTY = [HOME[:6], HOME[:9], HOME, "530902001"]
DAYS = st.dates(date(2019, 1, 1), date(2021, 12, 31))


def rules_of(*areas: str) -> Any:
    return st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(areas), DAYS, st.sampled_from(ItemGroup), st.booleans()), max_size=40)


TODAY = date(2021, 9, 22)


@given(income=INCOMES)
@settings(max_examples=200, deadline=None)
def test_shares_are_percents_of_gross_rounded_half_up(income: Income) -> None:
    gross = sum(Fraction(getattr(income, source)) for source in SOURCES)

    for source, share in income.shares.items():
        expected = Fraction(floor(Fraction(getattr(income, source)) / gross * 10_000 + Fraction(1, 2)), 100) if gross else None
        assert (None if share is None else Fraction(share)) == expected


@pytest.mark.parametrize(("net", "band"), [("-1", 0), ("5999.99", 0), ("6000.00", 1), ("9999.99", 2), ("10000", 3), ("20000", 5), ("90000", 5)])
def test_a_band_begins_with_its_lower_bound(net: str, band: int) -> None:
    assert band_of(Decimal(net), [Decimal(each) for each in (6000, 8000, 10000, 15000, 20000)]) == band


@pytest.mark.parametrize(("ends_on", "first"), [("2021-08-31", "2020-09-01"), ("2020-02-29", "2019-03-01"), ("2021-02-28", "2020-02-29")])
def test_twelve_months_begin_the_day_after_the_same_day_of_the_year_before(ends_on: str, first: str) -> None:
    period = period_of(PeriodType.LAST_12_MONTHS, year=None, quarter=None, ends_on=date.fromisoformat(ends_on), today=TODAY)

    assert period.first == date.fromisoformat(first)


@given(year=st.integers(2020, 2100), quarter=st.integers(1, 4))
def test_quarters_follow_one_another_without_gap_or_overlap(year: int, quarter: int) -> None:
    this, following = quarter_of(year, quarter), quarter_of(year + quarter // 4, quarter % 4 + 1)

    assert this.last + timedelta(days=1) == following.first
    assert (this.first.day, (this.last - this.first).days in range(89, 92)) == (1, True)


@given(amounts=ITEMS, published=rules_of(*OF_COUNTY), ends_on=DAYS)
@settings(max_examples=60, deadline=None)
async def test_items_come_to_the_same_totals_in_the_database(
    amounts: dict[str, Decimal], published: list[Any], ends_on: date, monitoring: Database
) -> None:
    """The rules are random, and so is what is kept before: after a recount every record is what the domain says."""
    async with a_household_kept(monitoring) as (tx, household):
        for rule in published:
            await publish(rule, tx)
        rules = await law.items_for(HOME, ends_on, tx)
        known = {code: amount for code, amount in amounts.items() if code in rules}
        wrong = Income(people=2, **dict.fromkeys(AMOUNTS, Decimal(7)))
        period = IncomePeriod(kind=PeriodType.LAST_12_MONTHS, first=ends_on, last=ends_on)
        await incomes.record(household, wrong, period, known, tx, since=TODAY)

        taken = 0
        while await counting.recount(HOME, date(2019, 1, 1), tx, taken=taken, at_most=1000):
            taken += 1

        row = await incomes.as_of(HouseholdId(household.id), TODAY, tx, bands=[Decimal(1), Decimal(2)])
        assert row is not None
        expected = totals(known, rules, people=2)
        assert not known or {name: getattr(row, name) for name in AMOUNTS} == {name: getattr(expected, name) for name in AMOUNTS}


def expected_rule(code: str, published: list[Any], on: date) -> Any:
    """The slow way: of those that have come the nearest, then the latest."""
    come = [each for each in published if each[0] == code and HOME.startswith(each[1]) and each[2] <= on]
    return max(come, key=lambda each: (len(each[1]), each[2]), default=None)


@given(published=rules_of(*OF_COUNTY, "5309", "530921"), on=DAYS)
@settings(max_examples=40, deadline=None)
async def test_the_nearest_area_s_latest_rule_of_an_item_is_in_force(published: list[Any], on: date, monitoring: Database) -> None:
    unique = list({each[:3]: each for each in published}.values())
    async with rehearsal(monitoring, prefecture()) as tx:
        for rule in unique:
            await publish(rule, tx)

        found = await law.items_for(HOME, on, tx)

    for code in CODES:
        rule = expected_rule(code, unique, on)
        assert (found.get(code) and (found[code].item_group, found[code].counts)) == (rule and (rule[3], rule[4]))


@given(income=INCOMES)
@settings(max_examples=100, deadline=None)
async def test_shares_and_bands_are_the_same_in_the_database(income: Income, monitoring: Database) -> None:
    bounds = [Decimal(each) for each in (6000, 8000, 10000, 15000, 20000)]
    period = IncomePeriod(kind=PeriodType.LAST_12_MONTHS, first=TODAY, last=TODAY)
    async with a_household_kept(monitoring) as (tx, household):
        await incomes.record(household, income, period, {}, tx, since=TODAY)
        row = await incomes.as_of(HouseholdId(household.id), TODAY, tx, bands=bounds)

    assert row is not None
    assert {source: getattr(row, f"{source}_share") for source in SOURCES} == income.shares
    assert (row.net_per_head, row.reference_per_head, row.band) == (
        *(income.net_per_head, income.reference_per_head),
        band_of(income.net_per_head, bounds),
    )


@given(records=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 10**6)), max_size=12))
@settings(max_examples=80, deadline=None)
async def test_what_held_on_any_day_is_what_a_slow_history_says(records: list[tuple[int, int]], monitoring: Database) -> None:
    """Records come in any order, of any past day; the last word on a day wins, and no two hold at once."""
    slow = {TODAY: Decimal("8000.00")}
    async with a_household_kept(monitoring) as (tx, household):
        for back, yuan in records:
            since, wage = TODAY - timedelta(days=back), Decimal(yuan)
            income = Income(people=1, **{**dict.fromkeys(AMOUNTS, Decimal(0)), "wage_income": wage})
            await incomes.record(household, income, IncomePeriod(kind=PeriodType.ANNUAL_OCT_SEP, first=since, last=since), {}, tx, since=since)
            slow[since] = wage

        for back in range(-2, 23):
            on = TODAY - timedelta(days=back)
            found = await incomes.as_of(HouseholdId(household.id), on, tx, bands=[Decimal(1), Decimal(2)])
            known = [since for since in slow if since <= on]
            assert (found and found.wage_income) == (slow[max(known)] if known else None)
        present = await tx.execute(text("SELECT count(*) FROM household_income WHERE household_id = :id AND valid_to IS NULL"), {"id": household.id})
        assert present.scalar_one() == 1


def test_no_item_is_added_up_twice_nor_forgotten() -> None:
    rule = {
        f"X{n}": IncomeItem(code=f"X{n}", item_group=group, title="x", counts=True, area_code="5309", effective_from=TODAY, document_number="x")
        for n, group in enumerate(ItemGroup)
    }

    income = totals({code: Decimal(10**n) for n, code in enumerate(rule)}, rule, people=1)

    assert [getattr(income, name) for name in AMOUNTS] == [Decimal(10**n) for n in range(7)]


@asynccontextmanager
async def a_household_kept(database: Database) -> AsyncIterator[tuple[Transaction, Row[Any]]]:
    """A household in a transaction that never commits, as who may publish law there too."""
    household = Household(
        id=HouseholdId(new_id()),
        number=str(new_id()),
        area_code=HOME,
        kind=HouseholdKind.GENERAL,
        income=Income(people=1, **{**dict.fromkeys(AMOUNTS, Decimal(0)), "wage_income": Decimal("8000.00")}),
        visit_due_at=datetime(2021, 10, 22, 16, 0, tzinfo=UTC),
        members=[],
    )
    async with rehearsal(database, county(area=HOME[:6])) as tx:
        tx.now = datetime(2021, 9, 22, 1, 0, tzinfo=UTC)
        await households.add(household, tx)
        await incomes.add(household, tx)
        yield tx, await households.get(household.id, tx)


async def publish(rule: Any, tx: Transaction) -> None:
    code, area, since, group, counts = rule
    item = IncomeItem(code=code, item_group=group, title="x", counts=counts, area_code=area, effective_from=since, document_number="x")
    with suppress(law.PublishedAlready):
        async with tx.savepoint():
            await law.publish_item(item, tx)
