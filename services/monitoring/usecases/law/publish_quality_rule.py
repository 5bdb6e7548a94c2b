"""Publish a rule of data quality (数据质量核查规则)."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.domain.quality.facts import RuleOf
from services.monitoring.domain.quality.fitting import fitting
from services.monitoring.domain.quality.rules import Comparison, Condition, Known, QualityRule, Severity
from services.monitoring.domain.risks import Risk
from services.monitoring.domain.signals import lasting
from services.monitoring.store import law
from services.monitoring.usecases.law.published import Published, require_own_area
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTY
from shared.kernel.errors import Invalid
from shared.kernel.workdays import DayKind
from shared.wire import Day, DocumentNumber, SafeText, command, part

RuleNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Z]{1,6}(_[0-9]{1,4}){1,3}$"),
    Field(description="规则编号：全国核查编号，或以LC_开头的本地编号", examples=["5_14_008"]),
]
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,50}$"), Field(description="数据项，见 /v1/quality-facts", examples=["farmland"])]
FactValue = Annotated[str, StringConstraints(pattern=r"^-?[0-9A-Za-z_.]{1,40}$"), Field(description="数值、代码或 yes/no", examples=["100"])]
Days = Annotated[int, Field(strict=True, ge=1, le=366, examples=[15])]


@part
class ConditionSaid:
    """One fact held against one value, a list of values, or another fact; `filled` and `missing` take none of them."""

    fact: FactName
    operator: Comparison
    value: FactValue | None = None
    values: Annotated[list[FactValue], Field(min_length=1, max_length=60)] | None = None
    other: FactName | None = None


@part
class FactSaid:
    """One fact of an example; of several codes a list. What is not named is missing."""

    fact: FactName
    value: FactValue | None = None
    values: Annotated[list[FactValue], Field(max_length=60)] | None = None


Conditions = Annotated[list[ConditionSaid], Field(max_length=20)]
Example = Annotated[list[FactSaid], Field(max_length=40)]


@part
class QualityRuleVersion:
    """Where all of `given` hold, all of `must` must hold; else there is a finding, to be repaired by the owner within the days.

    `firing` and `passing` are the facts of two examples: on the one the rule fires, on the other it does not. A `lead_risk` lets a finding open a
    lead. It holds from one day until before another.
    """

    subject: RuleOf
    title: SafeText
    english: Annotated[SafeText, Field(examples=["Farmland above 100 mu"])]
    severity: Severity
    given: Conditions
    must: Annotated[Conditions, Field(min_length=1)]
    owner: Level
    days: Days
    day_kind: DayKind
    lead_risk: Risk | None = None
    firing: Example
    passing: Example
    effective_from: Day
    effective_to: Day | None = None


@command
class PublishQualityRule(QualityRuleVersion):
    document_number: DocumentNumber


class RuleTooNarrow(Invalid):
    sentence = "核查规则由州市或县（区）发布，不得窄于县（区）。"
    english = "A rule of data quality holds for the prefecture or for a county, and for nothing narrower."


class NobodyAbove(Invalid):
    sentence = "责任层级须为村、乡镇或县，其上一级方可核准说明。"
    english = "The owner is a village, a township or a county: the level above it accepts excuses."


async def publish_quality_rule(area: str, number: str, version: PublishQualityRule, tx: Transaction) -> tuple[Published, bool]:
    """Publish a version of a rule for the prefecture or a county (R59; plan ch.3 s.3); say also whether it is new. A published row is never changed.

    :raises NotYourArea: the area is not the caller's; RuleTooNarrow: it is narrower than a county.
    :raises NoSuchFact: the vocabulary has no such fact; likewise UnfitComparison, UnfitComparand, ListsTheIll and NobodyAbove.
    :raises ExampleSaysOtherwise: the rule decides an example otherwise than it says.
    :raises EndsBeforeItBegins: it ends before it begins; PublishedAlready: another version holds from this day.
    """
    require_own_area(area, tx)
    if len(area) > COUNTY:
        raise RuleTooNarrow("path.area")
    rule = rule_of(number, version, at="body")
    kept: dict[str, Any] = {name: getattr(version, name) for name in ("effective_from", "effective_to", "document_number")}
    row_id, is_new = await law.publish_quality_rule(area, rule, kept, tx)
    return Published(id=row_id, area=area, effective_from=version.effective_from), is_new


def rule_of(number: str, version: QualityRuleVersion, *, at: str) -> QualityRule:
    """Read a rule as it was sent, held against the vocabulary, its examples and its days.

    :raises NoSuchFact: the vocabulary has no such fact; likewise UnfitComparison, UnfitComparand, ListsTheIll, NobodyAbove, ExampleSaysOtherwise.
    :raises EndsBeforeItBegins: it ends before it begins.
    """
    if version.owner is Level.PREFECTURE:
        raise NobodyAbove(f"{at}.owner")
    lasting(version.effective_from, version.effective_to, at=at)
    said: dict[str, Any] = {name: getattr(version, name) for name in QualityRule.__dataclass_fields__ if name != "number"}
    said |= {part: tuple(_condition(each) for each in getattr(version, part)) for part in ("given", "must")}
    said |= {part: tuple(_known(each) for each in getattr(version, part)) for part in ("firing", "passing")}
    return fitting(QualityRule(number=number, **said), at=at)


def _condition(said: ConditionSaid) -> Condition:
    return Condition(fact=said.fact, operator=said.operator, value=said.value, values=said.values, other=said.other)


def _known(said: FactSaid) -> Known:
    return Known(fact=said.fact, value=said.value, values=said.values)
