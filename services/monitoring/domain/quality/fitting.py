"""What a rule of data quality may say: held against the vocabulary, and against its own examples, before it is published (R59; plan ch.3 s.3)."""

from collections.abc import Mapping, Sequence

from services.monitoring.domain.quality.facts import FACTS, Fact, FactKind, RuleOf, Value
from services.monitoring.domain.quality.rules import OF_LISTS, OF_THE_MISSING, Comparison, Condition, Known, QualityRule, fires
from services.monitoring.domain.quality.withheld import lists_nobody_ill
from shared.kernel.errors import Invalid

_OF_EQUALS = (Comparison.EQUALS, Comparison.DIFFERS)
FITTING: Mapping[FactKind, frozenset[Comparison]] = {
    FactKind.NUMBER: frozenset({*OF_THE_MISSING, *_OF_EQUALS, Comparison.AT_LEAST, Comparison.AT_MOST, Comparison.MORE_THAN, Comparison.LESS_THAN}),
    FactKind.YES_NO: frozenset({*OF_THE_MISSING, *_OF_EQUALS}),
    FactKind.CODE: frozenset({*OF_THE_MISSING, *_OF_EQUALS, Comparison.AMONG, Comparison.NOT_AMONG}),
    FactKind.CODES: frozenset({*OF_THE_MISSING, Comparison.INCLUDES, Comparison.EXCLUDES, Comparison.BEYOND}),
}


class NoSuchFact(Invalid):
    sentence = "核查规则只能使用本系统列明的数据项。"
    english = "A rule asks only of facts that the vocabulary names for its subject."


class UnfitComparison(Invalid):
    sentence = "该数据项不能这样比较。"
    english = "This kind of fact cannot be compared like that."


class UnfitComparand(Invalid):
    sentence = "比较值与该数据项不符：应为一个值、一组值或同类的另一数据项，三者取一。"
    english = "What the fact is held against does not fit it: one value, a list, or another fact of the same kind, and nothing else."


class ExampleSaysOtherwise(Invalid):
    sentence = "示例的结论与规则不符：触发示例应当触发，通过示例应当通过。"
    english = "The rule decides an example otherwise than it says: the one must fire, and the other must not."


def fitting(rule: QualityRule, *, at: str) -> QualityRule:
    """Hold a rule against the vocabulary and against its own examples before it is published (R59; plan ch.3 s.3).

    :param at: where in the request the rule stands.
    :raises NoSuchFact: the subject has no such fact.
    :raises UnfitComparison: this kind of fact is not compared so; likewise UnfitComparand.
    :raises ListsTheIll: a list of its findings would be a list of the ill.
    :raises ExampleSaysOtherwise: an example's verdict is not what the rule gives.
    """
    vocabulary = FACTS[rule.subject]
    for part, conditions in (("given", rule.given), ("must", rule.must)):
        for n, each in enumerate(conditions):
            _fit(each, vocabulary, f"{at}.{part}.{n}")
    lists_nobody_ill(rule, at=at)
    for example, expected in (("firing", True), ("passing", False)):
        if fires(rule, example_facts(getattr(rule, example), rule.subject, at=f"{at}.{example}")) is not expected:
            raise ExampleSaysOtherwise(f"{at}.{example}")
    return rule


def example_facts(example: Sequence[Known], subject: RuleOf, *, at: str = "") -> dict[str, Value]:
    """Read the facts of an example.

    :raises NoSuchFact: there is no such fact; UnfitComparand: it cannot have this value, or stands twice.
    """
    read: dict[str, Value] = {}
    for n, each in enumerate(example):
        fact = _fact(each.fact, FACTS[subject], f"{at}.{n}.fact")
        value = _known(each, fact)
        if value is None or each.fact in read:
            raise UnfitComparand(f"{at}.{n}")
        read[each.fact] = value
    return read


def _known(known: Known, fact: Fact) -> Value | None:
    if fact.kind is FactKind.CODES:
        return None if known.values is None or known.value is not None else fact.read_all(known.values)
    return None if known.value is None or known.values is not None else fact.read(known.value)


def _fact(name: str, vocabulary: Mapping[str, Fact], at: str) -> Fact:
    if name not in vocabulary:
        raise NoSuchFact(at)
    return vocabulary[name]


def _fit(condition: Condition, vocabulary: Mapping[str, Fact], at: str) -> None:
    fact = _fact(condition.fact, vocabulary, f"{at}.fact")
    if condition.operator not in FITTING[fact.kind]:
        raise UnfitComparison(f"{at}.operator")
    given = [name for name in ("value", "values", "other") if getattr(condition, name) is not None]
    if condition.operator in OF_THE_MISSING:
        if given:
            raise UnfitComparand(*(f"{at}.{name}" for name in given))
    elif len(given) != 1 or not _comparable(condition, fact, vocabulary, at):
        raise UnfitComparand(at)


def _comparable(condition: Condition, fact: Fact, vocabulary: Mapping[str, Fact], at: str) -> bool:
    if condition.operator in OF_LISTS:
        return bool(condition.values) and fact.read_all(condition.values or ()) is not None
    if condition.other is not None:
        other = _fact(condition.other, vocabulary, f"{at}.other")
        return (other.kind, other.choices) == (fact.kind, fact.choices)
    return condition.value is not None and fact.read(condition.value) is not None
