"""The two figures per head: the domain's, the database's, and a third computation that knows neither."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitoring.domain.income.figures import Income, MonitoredCategory, category_of, is_below
from services.monitoring.domain.register.households import Household, HouseholdKind
from services.monitoring.store.income import incomes
from services.monitoring.store.register import households
from shared.database.transaction import Database
from shared.kernel.ids import HouseholdId, new_id
from tests.fixtures.platform import rehearsal
from tests.fixtures.tokens import HOME, village

YUAN = st.one_of(
    st.decimals(min_value=0, max_value="999999999999.99", places=2),
    st.decimals(min_value=0, max_value=60_000, places=2),
    st.integers(0, 12_000_000).map(lambda cents: Decimal(cents) / 100),
)
LINES = st.one_of(st.just(Decimal("6000.00")), st.decimals(min_value="0.01", max_value=20_000, places=2))
INCOMES = st.builds(
    Income,
    people=st.integers(1, 30),
    wage_income=YUAN,
    production_income=YUAN,
    property_income=YUAN,
    transfer_income=YUAN,
    production_expense=YUAN,
    claim_income=YUAN,
    compliant_self_paid=YUAN,
)


def an_income(**changes: str | int) -> Income:
    amounts: dict[str, str | int] = dict.fromkeys(incomes.AMOUNTS, "0.00")
    people = int(changes.pop("people", 1))
    return Income(people=people, **{name: Decimal(amount) for name, amount in (amounts | changes).items()})


def half_up(amount: Fraction) -> Fraction:
    """Round to cents, halves away from zero, as people do on paper."""
    cents = floor(abs(amount) * 100 + Fraction(1, 2))
    return Fraction(-cents if amount < 0 else cents, 100)


@pytest.mark.parametrize(
    ("income", "net", "reference"),
    [
        (an_income(people=4, wage_income="8000", production_income="9000", production_expense="2500", transfer_income="1200"), "3925.00", "3925.00"),
        (an_income(people=2, wage_income="10000", claim_income="3000", compliant_self_paid="5000"), "5000.00", "4000.00"),
        (an_income(people=3, property_income="100"), "33.33", "33.33"),
        (an_income(people=3, property_income="200"), "66.67", "66.67"),
        (an_income(people=8, property_income="0.04"), "0.01", "0.01"),  # 0.005, up
        (an_income(people=8, production_expense="0.04"), "-0.01", "-0.01"),  # away from zero
        (an_income(people=8, production_expense="0.03"), "0.00", "0.00"),
        (an_income(people=1, compliant_self_paid="0.01"), "0.00", "-0.01"),
    ],
)
def test_net_and_reference_per_head_by_hand(income: Income, net: str, reference: str) -> None:
    assert (income.net_per_head, income.reference_per_head) == (Decimal(net), Decimal(reference))


def test_rounding_happens_once_at_the_end() -> None:
    income = an_income(people=8, wage_income="0.04", claim_income="0.04")  # 0.005 and 0.005 make 0.01, rounded one by one 0.02

    assert income.reference_per_head == Decimal("0.01")


@pytest.mark.parametrize(("amount", "below"), [("5999.99", True), ("6000.00", False), ("6000.01", False)])
def test_below_is_below_and_not_level(amount: str, below: bool) -> None:
    assert is_below(an_income(wage_income=amount), Decimal(6000)) is below


@pytest.mark.parametrize(
    ("lifted_out", "below", "category"),
    [
        (True, True, MonitoredCategory.UNSTABLE_LIFTED_OUT),
        (False, True, MonitoredCategory.MARGINAL),
        (True, False, MonitoredCategory.SUDDEN_DIFFICULTY),
        (False, False, MonitoredCategory.SUDDEN_DIFFICULTY),
    ],
)
def test_the_three_kinds_of_monitored_household(lifted_out: bool, below: bool, category: MonitoredCategory) -> None:
    assert category_of(lifted_out=lifted_out, below_line=below) is category


@given(income=INCOMES, line=LINES)
@settings(max_examples=150, deadline=None)
async def test_the_database_and_the_domain_compute_the_same_figures(income: Income, line: Decimal, monitoring: Database) -> None:
    household = Household(
        id=HouseholdId(new_id()),
        number="tests",
        area_code=HOME,
        kind=HouseholdKind.GENERAL,
        income=income,
        visit_due_at=datetime(2021, 10, 22, 16, 0, tzinfo=UTC),
        members=[],
    )
    async with rehearsal(monitoring, village()) as tx:
        await households.add(household, tx)
        await incomes.add(household, tx)
        kept = await incomes.standing(household.id, line, tx)

    gross = sum(Fraction(amount) for amount in (income.wage_income, income.production_income, income.property_income, income.transfer_income))
    net = gross - Fraction(income.production_expense)
    reference = net + Fraction(income.claim_income) - Fraction(income.compliant_self_paid)
    figures = half_up(net / income.people), half_up(reference / income.people)
    assert (Fraction(kept.net_per_head), Fraction(kept.reference_per_head)) == figures
    assert (Fraction(income.net_per_head), Fraction(income.reference_per_head)) == figures
    assert kept.below_line is is_below(income, line) is (figures[1] < Fraction(line))
    assert all(getattr(kept, name) == getattr(income, name) for name in incomes.AMOUNTS)
