"""Data-quality rules as data (数据质量核查规则; R52, R59, plan ch.3 s.3): numbered, dated, of an area, each with two examples.

A rule fires on a subject for which all of `given` hold and `must` does not; of its examples one fires and one passes. The logic has three values: a
comparison with a missing fact is neither true nor false, and what is not known never fires; only `filled` and `missing` are about the missing itself.
Here is the oracle; `store/quality` writes the same rule as a question, and a property test feeds both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.domain.quality.facts import FACTS, Facts, RuleOf, Value
from services.monitoring.domain.risks import Hardship, Risk
from shared.kernel.workdays import DayKind


class Comparison(StrEnum):
    FILLED = "filled"
    MISSING = "missing"
    EQUALS = "equals"
    DIFFERS = "differs"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"
    AMONG = "among"  # one of the values
    NOT_AMONG = "not_among"
    INCLUDES = "includes"  # at least one of the values
    EXCLUDES = "excludes"  # none of the values
    BEYOND = "beyond"  # at least one that is none of the values


class Severity(StrEnum):
    SERIOUS = "serious"  # 严重：须立即核查
    ERROR = "error"  # 错误：必须修正
    SUSPECT = "suspect"  # 疑点：核实后修正或说明


OF_THE_MISSING = (Comparison.FILLED, Comparison.MISSING)
OF_LISTS = (Comparison.AMONG, Comparison.NOT_AMONG, Comparison.INCLUDES, Comparison.EXCLUDES, Comparison.BEYOND)
HARDSHIP_OF: Mapping[Risk, Hardship] = {
    Risk.ILLNESS: Hardship.ILLNESS,
    Risk.ACCIDENT: Hardship.ACCIDENT,
    Risk.INDUSTRY_FAILED: Hardship.HARVEST_OR_BUSINESS_FAILED,
    Risk.UNSTABLE_EMPLOYMENT: Hardship.JOB_LOST,
    Risk.SCHOOLING: Hardship.SCHOOLING,
    Risk.UNSAFE_HOUSE: Hardship.HOUSE,
    Risk.UNSAFE_WATER: Hardship.WATER,
}
"""What a lead of a risk says; of any other risk that there is another hardship."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One fact held against a value, a list of values, or another fact of the same subject."""

    fact: str
    operator: Comparison
    value: str | None = None
    values: Sequence[str] | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One fact of an example, as written."""

    fact: str
    value: str | None = None
    values: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRule:
    """A rule. Where all of `given` hold, all of `must` must hold.

    :param owner: which level repairs, within so many days of the kind.
    :param lead_risk: the risk that a finding may point to; then it opens a lead.
    :param firing: facts of an example on which it fires; `passing`: of one on which it does not.
    """

    number: str
    subject: RuleOf
    title: str
    english: str
    severity: Severity
    given: Sequence[Condition] = field(default_factory=tuple[Condition, ...])
    must: Sequence[Condition]
    owner: Level
    days: int
    day_kind: DayKind
    lead_risk: Risk | None = None
    firing: Sequence[Known]
    passing: Sequence[Known]


def fires(rule: QualityRule, facts: Facts) -> bool:
    """Decide whether a rule fires on a subject (R59; plan ch.3 s.3)."""
    return _all(holds(each, facts, rule) for each in rule.given) is True and _all(holds(each, facts, rule) for each in rule.must) is False


def facts_named(rule: QualityRule) -> list[str]:
    """Name the facts that a rule asks of, each once, in its order."""
    conditions = [*rule.given, *rule.must]
    return list(dict.fromkeys(name for each in conditions for name in (each.fact, each.other) if name))


def facts_awaited(rule: QualityRule) -> list[str]:
    """Name the facts of a rule that nobody can be asked for yet: with one of them it cannot be checked."""
    return [name for name in facts_named(rule) if FACTS[rule.subject][name].awaiting]


def hardship_of(risk: Risk) -> Hardship:
    """Say what a lead names that points to a risk."""
    return HARDSHIP_OF.get(risk, Hardship.DISASTER if risk.startswith("02") else Hardship.OTHER)


def _all(verdicts: Iterable[bool | None]) -> bool | None:
    """Join verdicts: one that is false decides, one that is not known leaves it open."""
    known = list(verdicts)
    return False if False in known else None if None in known else True


def holds(condition: Condition, facts: Facts, rule: QualityRule) -> bool | None:
    """Hold one condition against facts; None if that is not known."""
    found = facts.get(condition.fact)
    match condition.operator:
        case Comparison.FILLED:
            return found is not None
        case Comparison.MISSING:
            return found is None
        case _:
            against = _comparand(condition, facts, rule)
            return None if found is None or against is None else _compare(found, condition.operator, against)


def _comparand(condition: Condition, facts: Facts, rule: QualityRule) -> Value | None:
    if condition.other is not None:
        return facts.get(condition.other)
    fact = FACTS[rule.subject][condition.fact]
    return fact.read_all(condition.values) if condition.values is not None else fact.read(condition.value or "")


def _compare(found: Value, operator: Comparison, against: Value) -> bool:
    if isinstance(found, Decimal) and isinstance(against, Decimal):
        return _compare_numbers(found, operator, against)
    if isinstance(against, frozenset):
        having = found if isinstance(found, frozenset) else frozenset({str(found)})
        if operator in (Comparison.AMONG, Comparison.INCLUDES):
            return bool(having & against)
        return bool(having - against) if operator is Comparison.BEYOND else not having & against
    return (found == against) is (operator is Comparison.EQUALS)


def _compare_numbers(found: Decimal, operator: Comparison, against: Decimal) -> bool:
    return {
        Comparison.EQUALS: found == against,
        Comparison.DIFFERS: found != against,
        Comparison.AT_LEAST: found >= against,
        Comparison.AT_MOST: found <= against,
        Comparison.MORE_THAN: found > against,
        Comparison.LESS_THAN: found < against,
    }[operator]
