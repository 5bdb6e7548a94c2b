"""Try a rule of signals on the rows that are held now, before it is published."""

from pydantic import BaseModel

from services.monitoring.domain.places.width import within_a_county
from services.monitoring.domain.signals import fitting, lasting, list_of
from services.monitoring.store import signals
from services.monitoring.usecases.law.publish_signal_rule import ListName, RuleVersion, rule_of
from services.monitoring.usecases.law.published import require_own_area
from shared.database.transaction import Transaction
from shared.wire import AreaCode, command


@command
class TrySignalRule:
    """A rule as it would be published, to be tried on the rows held now in an area: a county or less, the caller's own if none is named."""

    kind: ListName
    area: AreaCode | None = None
    rule: RuleVersion


class CountyTrial(BaseModel):
    """Of a county's rows of the list that are held now: all, those that the rule would call, and those of them that no rule calls yet."""

    county: str
    rows: int
    called: int
    more: int


class TrialShown(BaseModel):
    counties: list[CountyTrial]


async def try_signal_rule(trial: TrySignalRule, tx: Transaction) -> TrialShown:
    """Count what a rule would call of the rows held now in an area; nothing is changed, and nobody named (R57, plan ch.3 s.3).

    :raises NotYourArea: the area is not the caller's.
    :raises AreaTooWide: it is wider than a county.
    :raises NoSuchList: there is no such kind of list.
    :raises NoSuchColumn: the rule could never hold; likewise NoLeadsOfThis, UnfitOperator, UnfitValue and UnfitBase.
    :raises EndsBeforeItBegins: it ends before it begins.
    """
    rule = fitting(rule_of(trial.rule), list_of(trial.kind), at="body.rule")
    lasting(trial.rule.effective_from, trial.rule.effective_to, at="body.rule")
    area = trial.area or tx.actor.area
    require_own_area(area, tx, field="body.area")
    within_a_county(area, field="body.area")
    days = {"since": trial.rule.effective_from, "until": trial.rule.effective_to}
    rows = await signals.would_call(trial.kind, rule, area, days, tx)
    return TrialShown(counties=[CountyTrial(county=row.county_code, rows=row.rows, called=row.called, more=row.more) for row in rows])
