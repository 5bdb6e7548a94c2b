"""The rules of data quality that are in force, with their examples and whether they can be checked; and the vocabulary that they are made of."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.domain.quality.facts import FACTS, Awaiting, FactKind, RuleOf
from services.monitoring.domain.quality.rules import Comparison, Condition, Known, Severity, facts_awaited
from services.monitoring.domain.risks import Risk
from services.monitoring.store import law
from services.monitoring.store.law import RuleInForce
from shared.database.transaction import Transaction
from shared.kernel.workdays import DayKind, local_day


class ConditionShown(BaseModel):
    fact: str = Field(examples=["farmland"])
    title: str = Field(examples=["耕地"])
    operator: Comparison
    value: str | None = Field(examples=["100"])
    values: list[str] | None
    other: str | None


class FactShownInExample(BaseModel):
    fact: str
    value: str | None
    values: list[str] | None


class QualityRuleShown(BaseModel):
    """A rule in force. `checkable` is false while one of its facts is held nowhere yet: `missing_facts` names them.

    `days`: the owner's time from the day of the check; a `lead_risk` lets a finding open a lead.
    """

    id: UUID
    area: str
    number: str = Field(examples=["5_14_008"])
    subject: RuleOf
    title: str
    english: str
    severity: Severity
    given: list[ConditionShown]
    must: list[ConditionShown]
    owner: Level
    days: int
    day_kind: DayKind
    lead_risk: Risk | None
    firing: list[FactShownInExample]
    passing: list[FactShownInExample]
    checkable: bool
    missing_facts: list[str]
    note: str | None
    effective_from: date
    effective_to: date | None
    document_number: str


class QualityRulesShown(BaseModel):
    items: list[QualityRuleShown]


class FactInVocabulary(BaseModel):
    """A fact that a rule may ask of: what it holds, in which unit, of which codes; `awaiting`: why it cannot be checked yet.

    `withheld`: it is compared, and not written beside a finding, for it is health or may say it.
    """

    subject: RuleOf
    fact: str
    title: str
    kind: FactKind
    unit: str
    choices: list[str]
    awaiting: Awaiting | None
    withheld: bool


class VocabularyShown(BaseModel):
    items: list[FactInVocabulary]


async def list_quality_rules(area: str, tx: Transaction, *, on: date | None) -> QualityRulesShown:
    """List the rules of data quality in force in an area on a day, by number (R59; plan ch.3 s.3)."""
    return QualityRulesShown(items=[_shown(each) for each in await law.quality_rules_for(area, on or local_day(tx.now), tx)])


def list_facts() -> VocabularyShown:
    """List what a rule may ask of, by subject."""
    return VocabularyShown(
        items=[
            FactInVocabulary(
                subject=subject,
                fact=name,
                title=fact.title,
                kind=fact.kind,
                unit=fact.unit,
                choices=list(fact.choices),
                awaiting=fact.awaiting,
                withheld=fact.is_private,
            )
            for subject, vocabulary in FACTS.items()
            for name, fact in vocabulary.items()
        ]
    )


def _shown(held: RuleInForce) -> QualityRuleShown:
    rule, missing = held.rule, facts_awaited(held.rule)
    said: dict[str, Any] = {name: getattr(rule, name) for name in _OF_RULE} | {name: getattr(held, name) for name in _OF_ROW}
    said |= {part: [_condition(each, rule.subject) for each in getattr(rule, part)] for part in ("given", "must")}
    said |= {part: [_known(each) for each in getattr(rule, part)] for part in ("firing", "passing")}
    return QualityRuleShown(**said, area=held.area_code, checkable=not missing, missing_facts=missing)


_OF_RULE = ("number", "subject", "title", "english", "severity", "owner", "days", "day_kind", "lead_risk")
_OF_ROW = ("id", "effective_from", "effective_to", "document_number", "note")


def _condition(each: Condition, subject: RuleOf) -> ConditionShown:
    return ConditionShown(
        fact=each.fact,
        title=FACTS[subject][each.fact].title,
        operator=each.operator,
        value=each.value,
        values=list(each.values) if each.values is not None else None,
        other=each.other,
    )


def _known(each: Known) -> FactShownInExample:
    return FactShownInExample(fact=each.fact, value=each.value, values=list(each.values) if each.values is not None else None)
