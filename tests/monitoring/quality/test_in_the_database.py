"""A rule as a question: the database decides what the domain decides, of facts and of households that realise them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, Boolean, Numeric, bindparam, text

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.domain.quality.facts import FACTS, Fact, FactKind, RuleOf, Value
from services.monitoring.domain.quality.fitting import FITTING, example_facts
from services.monitoring.domain.quality.rules import (
    OF_LISTS,
    OF_THE_MISSING,
    Condition,
    QualityRule,
    Severity,
    facts_awaited,
    facts_named,
    fires,
)
from services.monitoring.store import quality
from services.monitoring.store.quality.compiling import compiled
from services.monitoring.store.quality.facts import Expression
from shared.database.columns import CODE
from shared.database.transaction import Database, Transaction
from shared.kernel.workdays import DayKind
from tests.builders.quality import realised, shipped, written
from tests.fixtures.platform import rehearsal
from tests.fixtures.tokens import village

PLACE = "530923106201"
"""A village that no other test uses."""

CHECKABLE = [rule for rule in shipped() if not facts_awaited(rule)]
_WORDS = ("a", "b", "01", "other")
_TYPES: Mapping[FactKind, Any] = {FactKind.NUMBER: Numeric(), FactKind.YES_NO: Boolean(), FactKind.CODE: CODE, FactKind.CODES: ARRAY(CODE)}
_CASTS = {FactKind.NUMBER: "numeric", FactKind.YES_NO: "boolean", FactKind.CODE: "text", FactKind.CODES: "text[]"}


def a_value(fact: Fact) -> st.SearchStrategy[Value]:
    words = list(fact.choices[:4] or _WORDS)
    match fact.kind:
        case FactKind.NUMBER:
            return st.integers(-3, 3).map(Decimal) | st.sampled_from([Decimal("0.01"), Decimal("20000.00")])
        case FactKind.YES_NO:
            return st.booleans()
        case FactKind.CODE:
            return st.sampled_from(words)
        case FactKind.CODES:
            return st.frozensets(st.sampled_from(words))


@st.composite
def a_condition(draw: st.DrawFn, vocabulary: Mapping[str, Fact]) -> Condition:
    name = draw(st.sampled_from(sorted(vocabulary)))
    fact = vocabulary[name]
    operator = draw(st.sampled_from(sorted(FITTING[fact.kind])))
    if operator in OF_THE_MISSING:
        return Condition(fact=name, operator=operator)
    if operator in OF_LISTS:
        return Condition(fact=name, operator=operator, values=draw(st.lists(st.sampled_from(fact.choices[:4] or _WORDS), min_size=1, unique=True)))
    others = [each for each, other in vocabulary.items() if (other.kind, other.choices) == (fact.kind, fact.choices)]
    if draw(st.booleans()):
        return Condition(fact=name, operator=operator, other=draw(st.sampled_from(others)))
    return Condition(fact=name, operator=operator, value=str(written(draw(a_value(fact)))))


@st.composite
def a_rule_with_facts(draw: st.DrawFn) -> tuple[QualityRule, dict[str, Value]]:
    """Draw a rule, and what is known of what it asks: of some of it nothing."""
    subject = draw(st.sampled_from(list(RuleOf)))
    vocabulary = FACTS[subject]
    conditions = st.lists(a_condition(vocabulary), max_size=3).map(tuple)
    rule = QualityRule(
        number="LC_99_001",
        subject=subject,
        title="试",
        english="drawn",
        severity=Severity.SUSPECT,
        given=draw(conditions),
        must=draw(conditions),
        owner=Level.VILLAGE,
        days=1,
        day_kind=DayKind.CALENDAR,
        firing=(),
        passing=(),
    )
    known = {name: draw(st.none() | a_value(vocabulary[name])) for name in facts_named(rule)}
    return rule, {name: value for name, value in known.items() if value is not None}


@given(drawn=a_rule_with_facts())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_the_database_and_the_domain_decide_alike(drawn: tuple[QualityRule, dict[str, Value]], monitoring: Database) -> None:
    rule, facts = drawn
    named, kinds = facts_named(rule), {name: FACTS[rule.subject][name].kind for name in facts_named(rule)}
    asks = compiled(rule, expressions={name: Expression(f"x.{name}") for name in named})
    columns = ", ".join(["1 AS one", *(f"CAST(:fact_{name} AS {_CASTS[kinds[name]]}) AS {name}" for name in named)])
    given_facts = {f"fact_{name}": sorted(v) if isinstance(v := facts.get(name), frozenset) else v for name in named}
    types = [bindparam(f"fact_{name}", type_=_TYPES[kinds[name]]) for name in named]
    question = text(f"SELECT {asks.fires} AS fires, {asks.seen} AS seen FROM (SELECT {columns}) AS x").bindparams(*types, *asks.types)

    async with rehearsal(monitoring, village()) as tx:
        row = (await tx.execute(question, {**given_facts, **asks.values})).one()

    assert row.fires is fires(rule, facts)
    shown = {name: value for name, value in facts.items() if not FACTS[rule.subject][name].is_private}
    assert {name: value if isinstance(value, list) else str(value) for name, value in row.seen.items()} == {n: written(v) for n, v in shown.items()}


async def found(rule: QualityRule, facts: dict[str, Value], tx: Transaction) -> bool:
    """Make a household as an example says, and ask whether the rule finds it."""
    subject_id = await realised(rule.subject, facts, PLACE, tx)
    subjects, _, rows = await quality.would_find(rule, PLACE, tx, after=None, size=200)
    assert subjects >= 1
    return subject_id in {row.subject_id for row in rows}


@pytest.mark.parametrize("rule", CHECKABLE, ids=lambda rule: rule.number)
async def test_a_household_as_the_example_says_is_found_or_not(rule: QualityRule, monitoring: Database, september: object) -> None:
    async with rehearsal(monitoring, village(area=PLACE)) as tx:
        assert await found(rule, example_facts(rule.firing, rule.subject), tx)
        assert not await found(rule, example_facts(rule.passing, rule.subject), tx)
