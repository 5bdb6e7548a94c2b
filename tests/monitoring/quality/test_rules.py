"""The rules as the domain reads them: what ships decides its own examples, and what can never hold is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from services.monitoring.domain.quality.facts import FACTS, FactKind, RuleOf, Value
from services.monitoring.domain.quality.findings import LEVEL_OF
from services.monitoring.domain.quality.fitting import (
    FITTING,
    ExampleSaysOtherwise,
    NoSuchFact,
    UnfitComparand,
    UnfitComparison,
    example_facts,
    fitting,
)
from services.monitoring.domain.quality.rules import Comparison, Condition, Known, QualityRule, facts_awaited, fires, hardship_of
from services.monitoring.domain.quality.withheld import ListsTheIll, can_be_excused, lists_nobody_ill, withheld_in
from services.monitoring.domain.risks import Hardship, Risk
from services.monitoring.store.quality.facts import VIEWS
from shared.kernel.errors import Refusal
from tests.builders.quality import condition, rule_of, shipped

RULES = shipped()
# The numbers that the checkers of the national exports give; the others are the prefecture's own.
NATIONAL = (
    *("1_01_002", "1_11_001", "1_11_002", "1_11_004", "1_11_006", "1_11_007", "1_11_008", "1_11_009", "1_11_010", "2_11_002"),
    *("1111_18", "5_12_007", "5_11_030", "5_12_011", "4_11_015", "5_16_003", "5_16_005", "1111_07", "1111_06", "1111_13"),
    *("5_15_012", "1111_2", "5_15_017", "5_12_015", "5_12_013", "5_12_008", "5_15_019", "5_16_010", "5_12_004", "5_12_005"),
    *("2_01_015", "4_01_006", "5_01_004", "1111_12", "5_01_005", "5_12_006", "5_12_002", "5_17_011", "5_17_012", "5_17_013"),
    *("1111_10", "1111_16", "2_01_013", "2_01_014", "5_15_021", "5_14_008", "5_14_002"),
)
LAND = rule_of(
    {
        "number": "LC_99_001",
        "subject": "household",
        "title": "耕地",
        "english": "farmland",
        "severity": "suspect",
        "given": [],
        "must": [{"fact": "farmland", "operator": "at_most", "value": "50"}],
        "owner": "village",
        "days": 1,
        "day_kind": "calendar",
        "firing": [{"fact": "farmland", "value": "51"}],
        "passing": [{"fact": "farmland", "value": "50"}],
    }
)


def test_every_number_of_the_national_checkers_ships_and_the_others_are_our_own() -> None:
    numbers = [rule.number for rule in RULES]

    assert len(numbers) == len(set(numbers))
    assert {number for number in numbers if not number.startswith("LC_")} == set(NATIONAL)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.number)
def test_a_shipped_rule_decides_its_examples_as_it_says(rule: QualityRule) -> None:
    assert fitting(rule, at="body") is rule
    assert fires(rule, example_facts(rule.firing, rule.subject))
    assert not fires(rule, example_facts(rule.passing, rule.subject))


def test_every_fact_that_is_held_has_its_expression_and_no_other_has_one() -> None:
    held = {subject: {name for name, fact in vocabulary.items() if fact.awaiting is None} for subject, vocabulary in FACTS.items()}

    assert {subject: set(view.facts) for subject, view in VIEWS.items()} == held
    assert {join for view in VIEWS.values() for each in view.facts.values() for join in each.joins} <= {j for v in VIEWS.values() for j in v.joins}


def test_a_rule_on_an_awaited_fact_names_what_it_lacks() -> None:
    awaited = {rule.number: facts_awaited(rule) for rule in RULES}

    assert awaited["1111_12"] == ["monthly_wage"]
    assert awaited["1_11_009"] == ["elimination_way"]
    assert awaited["2_01_013"] == ["phone_length"]
    assert awaited["5_14_008"] == awaited["1_11_010"] == []


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if all(each.operator is not Comparison.FILLED for each in rule.must)], ids=lambda r: r.number
)
def test_of_whom_nothing_is_known_nothing_is_found_unless_the_rule_asks_whether_it_is_filled(rule: QualityRule) -> None:
    asks_for_missing = any(each.operator is Comparison.MISSING for each in (*rule.given, *rule.must))

    assert not fires(rule, {}) or asks_for_missing


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"tracked": True, "farmland": Decimal(51), "forest": Decimal(1)}, True),
        ({"tracked": True, "farmland": Decimal(51)}, True),
        ({"tracked": True, "farmland": Decimal(49)}, False),
        ({"tracked": True}, False),
        ({"tracked": True, "farmland": Decimal(49), "forest": Decimal(201)}, True),
        ({"tracked": False, "farmland": Decimal(51), "forest": Decimal(1)}, False),
        ({"farmland": Decimal(51), "forest": Decimal(1)}, False),
    ],
)
def test_one_condition_that_fails_decides_and_one_that_is_not_known_never_does(facts: Mapping[str, Value], expected: bool) -> None:
    must = (condition("farmland", "at_most", "50"), condition("forest", "at_most", "200"))

    assert fires(replace(LAND, given=(condition("tracked", "equals", "yes"),), must=must), facts) is expected


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"must": (condition("gold", "at_most", "50"),)}, NoSuchFact, "body.must.0.fact"),
        ({"must": (condition("monthly_wage", "at_most", "50"),)}, NoSuchFact, "body.must.0.fact"),
        ({"given": (condition("farmland", "differs", other="silver"),)}, NoSuchFact, "body.given.0.other"),
        ({"must": (condition("farmland", "among", ["1"]),)}, UnfitComparison, "body.must.0.operator"),
        ({"must": (condition("kind", "at_least", "general"),)}, UnfitComparison, "body.must.0.operator"),
        ({"must": (condition("farmland", "at_most", "much"),)}, UnfitComparand, "body.must.0"),
        ({"must": (condition("farmland", "at_most"),)}, UnfitComparand, "body.must.0"),
        ({"must": (condition("farmland", "at_most", ["1"]),)}, UnfitComparand, "body.must.0"),
        ({"must": (condition("farmland", "filled", "1"),)}, UnfitComparand, "body.must.0.value"),
        ({"must": (condition("farmland", "at_most", "1", other="forest"),)}, UnfitComparand, "body.must.0"),
        ({"must": (condition("farmland", "differs", other="kind"),)}, UnfitComparand, "body.must.0"),
        ({"must": (condition("kind", "among", ["general", "rich"]),)}, UnfitComparand, "body.must.0"),
        ({"must": (condition("kind", "among", ["general", "general"]),)}, UnfitComparand, "body.must.0"),
        ({"must": (condition("kind", "among", []),)}, UnfitComparand, "body.must.0"),
        ({"firing": (Known(fact="gold", value="1"),)}, NoSuchFact, "body.firing.0.fact"),
        ({"firing": (Known(fact="farmland", value="x"),)}, UnfitComparand, "body.firing.0"),
        ({"firing": (Known(fact="farmland", values=("1",)),)}, UnfitComparand, "body.firing.0"),
        ({"firing": (Known(fact="farmland", value="51"),) * 2}, UnfitComparand, "body.firing.1"),
        ({"firing": (Known(fact="farmland", value="50"),)}, ExampleSaysOtherwise, "body.firing"),
        ({"firing": ()}, ExampleSaysOtherwise, "body.firing"),
        ({"passing": (Known(fact="farmland", value="50.01"),)}, ExampleSaysOtherwise, "body.passing"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_with_the_place(wrong: dict[str, object], refusal: type[Refusal], field: str) -> None:
    with pytest.raises(refusal) as refused:
        fitting(replace(LAND, **wrong), at="body")  # pyright: ignore[reportArgumentType]

    assert type(refused.value) is refusal
    assert refused.value.fields == (field,)


@pytest.mark.parametrize(
    ("given", "must", "field"),
    [
        ([], [condition("healthy", "equals", "yes")], "must.0"),
        ([], [condition("age", "at_most", "150"), condition("healthy", "differs", "no")], "must.1"),
        ([condition("tracked", "equals", "yes"), condition("healthy", "equals", "no")], [condition("labour", "equals", "none")], "given.1"),
        ([condition("healthy", "filled"), condition("healthy", "differs", "yes")], [condition("works", "missing")], "given.1"),
        ([], [condition("healthy", "equals", other="works")], "must.0"),
        ([condition("works", "differs", other="healthy")], [condition("age", "at_least", "16")], "given.0"),
        ([condition("drop_out_reason", "among", ["illness", "disability"])], [condition("school_status", "filled")], "given.0"),
        ([condition("drop_out_reason", "among", ["illness", "weary"])], [condition("drop_out_reason", "differs", "illness")], "must.0"),
        ([condition("healthy", "equals", "yes")], [condition("labour", "not_among", ["none"])], None),
        ([condition("healthy", "filled")], [condition("age", "at_least", "1")], None),
        ([condition("age", "at_least", "7")], [condition("drop_out_reason", "filled")], None),
        ([condition("age", "at_least", "7")], [condition("drop_out_reason", "among", ["illness", "disability"])], None),
    ],
)
def test_no_rule_lists_people_for_being_ill(given: Sequence[Condition], must: Sequence[Condition], field: str | None) -> None:
    rule = replace(LAND, subject=RuleOf.PERSON, given=given, must=must)

    if field is None:
        lists_nobody_ill(rule, at="body")
        assert withheld_in(rule)
    else:
        with pytest.raises(ListsTheIll) as refused:
            lists_nobody_ill(rule, at="body")
        assert refused.value.fields == (f"body.{field}",)


def test_what_may_change_unseen_is_not_excused() -> None:
    """Whose finding leaves a withheld fact more than one value, of that rule an excuse could not be held against it."""
    assert {rule.number for rule in RULES if not can_be_excused(rule)} == {"LC_07_004"}
    drawn = replace(LAND, subject=RuleOf.PERSON, given=(), must=(condition("healthy", "equals", other="works"),))
    assert not can_be_excused(drawn)
    assert not can_be_excused(replace(drawn, given=(condition("healthy", "filled"),), must=(condition("age", "at_least", "1"),)))
    assert can_be_excused(replace(drawn, given=(condition("healthy", "differs", "no"),), must=(condition("age", "at_least", "1"),)))


def test_of_the_withheld_facts_it_is_known_which_values_are_illness() -> None:
    private = {name: fact for vocabulary in FACTS.values() for name, fact in vocabulary.items() if fact.is_private}
    assert all(fact.ill and all(fact.read(value) is not None for value in fact.ill) for fact in private.values())


def test_every_kind_of_fact_has_its_comparisons_and_every_code_can_be_written() -> None:
    assert set(FITTING) == set(FactKind)
    codes = [word for vocabulary in FACTS.values() for fact in vocabulary.values() for word in fact.choices]
    assert all(word.replace("_", "").isalnum() for word in codes)
    assert set(FACTS) == set(RuleOf)
    assert len(LEVEL_OF) == 4


def test_a_lead_of_every_risk_names_a_hardship() -> None:
    named = {risk: hardship_of(risk) for risk in Risk}

    assert (named[Risk.UNSAFE_HOUSE], named[Risk.UNSAFE_WATER], named[Risk.SCHOOLING]) == (Hardship.HOUSE, Hardship.WATER, Hardship.SCHOOLING)
    assert (named[Risk.FLOOD], named[Risk.OTHER_DISASTER], named[Risk.DISABILITY]) == (Hardship.DISASTER, Hardship.DISASTER, Hardship.OTHER)
