"""A rule of data quality as a question: only names of facts choose what is written, each from its own expression; every value is a parameter.

Promises: what comes of it is what `domain/quality/rules.py: fires` decides of the same facts, missing ones included; a property test feeds both.
Not for a rule that asks of an awaited fact: there is nothing to ask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, Boolean, Numeric, bindparam

from services.monitoring.domain.quality.facts import FACTS, Fact, FactKind
from services.monitoring.domain.quality.rules import Comparison, Condition, QualityRule, facts_named
from services.monitoring.store.quality.facts import VIEWS, Expression
from shared.database.columns import CODE

_TYPES: Mapping[FactKind, Any] = {FactKind.NUMBER: Numeric(), FactKind.YES_NO: Boolean(), FactKind.CODE: CODE, FactKind.CODES: CODE}
_WRITTEN: Mapping[Comparison, str] = {
    Comparison.FILLED: "{fact} IS NOT NULL",
    Comparison.MISSING: "{fact} IS NULL",
    Comparison.EQUALS: "{fact} = {value}",
    Comparison.DIFFERS: "{fact} <> {value}",
    Comparison.AT_LEAST: "{fact} >= {value}",
    Comparison.AT_MOST: "{fact} <= {value}",
    Comparison.MORE_THAN: "{fact} > {value}",
    Comparison.LESS_THAN: "{fact} < {value}",
    Comparison.AMONG: "{fact} = ANY({value})",
    Comparison.NOT_AMONG: "{fact} <> ALL({value})",
    Comparison.INCLUDES: "{fact} && {value}",
    Comparison.EXCLUDES: "NOT ({fact} && {value})",
    Comparison.BEYOND: "NOT ({fact} <@ {value})",
}


@dataclass(slots=True)
class Compiled:
    """What a rule asks: whether it fires, what is to be seen of its facts, the joins, and the values with their types."""

    fires: str
    seen: str
    joins: Sequence[str]
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    types: list[Any] = field(default_factory=list[Any])


def compiled(rule: QualityRule, *, expressions: Mapping[str, Expression] | None = None) -> Compiled:
    """Write a rule as a question over the view of its subject.

    :param expressions: where the facts are found, if not in the view.
    """
    found = expressions or VIEWS[rule.subject].facts
    values: dict[str, Any] = {}
    types: list[Any] = []

    def write(condition: Condition) -> str:
        fact = FACTS[rule.subject][condition.fact]
        value = ""
        if condition.other is not None:
            value = found[condition.other].sql
        elif condition.value is not None or condition.values is not None:
            name = f"value_{len(values)}"
            values[name] = _value(condition, fact)
            types.append(bindparam(name, type_=ARRAY(CODE) if condition.values is not None else _TYPES[fact.kind]))
            value = f":{name}"
        return f"({_WRITTEN[condition.operator].format(fact=found[condition.fact].sql, value=value)})"

    given, must = [" AND ".join(map(write, conditions)) or "true" for conditions in (rule.given, rule.must)]
    needed = [join for name in facts_named(rule) for join in found[name].joins]
    # `coalesce`: what is not known does not fire.
    fires = f"coalesce(({given}) AND NOT ({must}), false)"
    return Compiled(fires=fires, seen=_seen(rule, found), joins=list(dict.fromkeys(needed)), values=values, types=types)


def _value(condition: Condition, fact: Fact) -> Any:
    if condition.values is not None:
        return list(condition.values)
    return fact.read(condition.value or "")


def _seen(rule: QualityRule, found: Mapping[str, Expression]) -> str:
    """Write what is kept of the facts beside a finding: codes, as they are written in rules; nothing of health, and nothing that is missing."""
    vocabulary = FACTS[rule.subject]
    parts = [f"'{name}', {_as_written(found[name].sql, vocabulary[name])}" for name in facts_named(rule) if not vocabulary[name].is_private]
    return f"jsonb_strip_nulls(jsonb_build_object({', '.join(parts)}))"


def _as_written(sql: str, fact: Fact) -> str:
    match fact.kind:
        case FactKind.NUMBER:
            return f"CAST({sql} AS text)"
        case FactKind.YES_NO:
            return f"CASE {sql} WHEN true THEN 'yes' WHEN false THEN 'no' END"
        case FactKind.CODES:
            return f"to_jsonb({sql})"
        case FactKind.CODE:
            return sql
