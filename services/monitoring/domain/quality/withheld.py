"""What a rule of data quality would give away of the facts that are withheld (R59; plan ch.3 s.3): health, and what may say it.

A rule may ask of them, but whoever reads who was found must not know by it that somebody is ill.
"""

from collections.abc import Sequence

from services.monitoring.domain.quality.facts import FACTS, Fact, FactKind
from services.monitoring.domain.quality.rules import Condition, QualityRule, facts_named, holds
from shared.kernel.errors import Invalid


class ListsTheIll(Invalid):
    sentence = "该条件会使问题清单成为患病或残疾人员名单，不得作为核查规则。"
    english = "By this condition a list of findings would be a list of people who are ill: no rule singles people out by their health."


def withheld_in(rule: QualityRule) -> list[str]:
    """Name the facts of a rule that are compared and never shown."""
    return [name for name in facts_named(rule) if FACTS[rule.subject][name].is_private]


def lists_nobody_ill(rule: QualityRule, *, at: str) -> None:
    """Refuse a rule of which a finding would say that somebody is ill: with all that it fires on, or where one condition of `must` fails.

    A withheld fact is not held against another one either, for the other is shown beside the finding.

    :param at: where in the request the rule stands.
    :raises ListsTheIll: it does.
    """
    for part, conditions in (("given", rule.given), ("must", rule.must)):
        for n, each in enumerate(conditions):
            if each.other and any(FACTS[rule.subject][name].is_private for name in (each.fact, each.other)):
                raise ListsTheIll(f"{at}.{part}.{n}")
    for name in withheld_in(rule):
        given = [n for n, each in enumerate(rule.given) if each.fact == name]
        found = _left(name, [rule.given[n] for n in given], rule, _values(FACTS[rule.subject][name]), verdict=True)
        if given and _says_ill(name, found, rule):
            raise ListsTheIll(f"{at}.given.{given[-1]}")
        for n, each in enumerate(rule.must):
            if each.fact == name and _says_ill(name, _left(name, [each], rule, found, verdict=False), rule):
                raise ListsTheIll(f"{at}.must.{n}")


def can_be_excused(rule: QualityRule) -> bool:
    """Say whether nothing withheld can change while a rule fires: what is not kept beside a finding cannot be held against what an excuse was given
    for."""
    withheld = withheld_in(rule)
    if any(each.other in withheld or (each.other and each.fact in withheld) for each in (*rule.given, *rule.must)):
        return False
    return all(len(_fired_on(name, rule)) <= 1 for name in withheld)


def _fired_on(name: str, rule: QualityRule) -> list[str | None]:
    """List the values of a withheld fact with which a rule can fire."""
    values = _left(name, [each for each in rule.given if each.fact == name], rule, _values(FACTS[rule.subject][name]), verdict=True)
    if any(each.fact != name for each in rule.must):
        return values
    return [value for value in values if any(_left(name, [each], rule, [value], verdict=False) for each in rule.must)]


def _values(fact: Fact) -> list[str | None]:
    """List what a withheld fact can be, and that it is missing."""
    return [None, *(("yes", "no") if fact.kind is FactKind.YES_NO else fact.choices)]


def _left(name: str, conditions: Sequence[Condition], rule: QualityRule, values: Sequence[str | None], *, verdict: bool) -> list[str | None]:
    """List those values of a fact for which all conditions have this verdict."""
    fact = FACTS[rule.subject][name]
    known = {value: {name: read} if value is not None and (read := fact.read(value)) is not None else {} for value in values}
    return [value for value in values if all(holds(each, known[value], rule) is verdict for each in conditions)]


def _says_ill(name: str, values: Sequence[str | None], rule: QualityRule) -> bool:
    return bool(values) and set(values) <= set(FACTS[rule.subject][name].ill)
