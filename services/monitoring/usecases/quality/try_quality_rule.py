"""Try a rule of data quality on what is kept now, before it is published."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.places.width import within_a_county
from services.monitoring.domain.quality.findings import Uncheckable
from services.monitoring.domain.quality.rules import facts_awaited
from services.monitoring.domain.quality.withheld import withheld_in
from services.monitoring.store import quality
from services.monitoring.usecases.law.publish_quality_rule import QualityRuleVersion, rule_of
from services.monitoring.usecases.law.published import require_own_area
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.wire import AreaCode, command

_NOBODY = UUID(int=0)


@command
class TryQualityRule:
    """A rule as it would be published, to be tried in an area: a county or less, the caller's own if none is named.

    `after`: where the page before ended.
    """

    area: AreaCode | None = None
    rule: QualityRuleVersion
    after: UUID | None = None
    size: Annotated[int, Field(strict=True, ge=1, le=200, examples=[50])] = 50


class WouldBeFound(BaseModel):
    """A subject on which the rule would fire, with the facts that were seen: codes, and nothing of health."""

    subject_id: UUID
    household_id: UUID
    person_id: UUID | None
    flag_id: UUID | None
    area: str
    facts: dict[str, str | list[str]]


class QualityTrialShown(BaseModel):
    """How many subjects there are, on how many the rule would fire, and a page of these. `next`: the `after` of the next page.

    `withheld`: facts of the rule that are health or may say it; with one of them subjects are counted and nobody is listed.
    """

    area: str
    subjects: int
    found: int
    withheld: list[str] = Field(examples=[["healthy"]])
    items: list[WouldBeFound]
    next: UUID | None


async def try_quality_rule(trial: TryQualityRule, tx: Transaction) -> QualityTrialShown:
    """Count what a rule would find in an area, and list a page of it; nothing is kept (R59; plan ch.3 s.3). Who tried is left in the audit.

    Of a rule that asks of a withheld fact only the counts are told: one could be written to ask of anybody.

    :raises NotYourArea: the area is not the caller's; AreaTooWide: it is wider than a county.
    :raises NoSuchFact: the vocabulary has no such fact; likewise UnfitComparison, UnfitComparand, ListsTheIll, NobodyAbove, ExampleSaysOtherwise.
    :raises EndsBeforeItBegins: it ends before it begins.
    :raises Uncheckable: it asks of a fact that is held nowhere yet.
    """
    rule = rule_of("trial", trial.rule, at="body.rule")
    area = trial.area or tx.actor.area
    require_own_area(area, tx, field="body.area")
    within_a_county(area, field="body.area")
    if facts_awaited(rule):
        raise Uncheckable(detail="、".join(facts_awaited(rule)))
    withheld = withheld_in(rule)
    subjects, found, rows = await quality.would_find(rule, area, tx, after=trial.after, size=0 if withheld else trial.size + 1)
    await tx.note_read("quality_trial", county_of(area), _NOBODY)
    shown = [WouldBeFound(area=row.area_code, **{name: getattr(row, name) for name in WouldBeFound.model_fields if name != "area"}) for row in rows]
    following = shown[trial.size - 1].subject_id if len(shown) > trial.size else None
    return QualityTrialShown(area=area, subjects=subjects, found=found, withheld=withheld, items=shown[: trial.size], next=following)
