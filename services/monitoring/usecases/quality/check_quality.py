"""The long work of a check: two slices for each rule in a county; what was taken is recognised by the number of slices."""

from collections.abc import Mapping
from datetime import datetime

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.quality.rules import QualityRule, facts_awaited, hardship_of
from services.monitoring.store import law, quality
from services.monitoring.store.law import RuleInForce
from services.monitoring.store.quality import Checked
from services.monitoring.usecases.files.grades import graded_in
from services.monitoring.usecases.leads.lead_limits import lead_limits_in
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.ids import HouseholdId
from shared.kernel.jobs import Job, Taken
from shared.kernel.sheets import Outcome
from shared.kernel.workdays import Period, local_day


async def rules_to_check(job: Job, tx: Transaction) -> int:
    """Count the rules that a county is checked by."""
    return len(_numbers(job))


async def check_next_rule(job: Job, tx: Transaction, slices: int) -> Taken:
    """Check the next rule in a county (R59; plan ch.3 s.3); in the slice after it, open the leads that its findings call for.

    One that is in force no more is closed; one that asks of an awaited fact is left as it is, and the list of rules says so. Leads have a slice of
    their own, for whatever decides about a household holds it before anything else.
    """
    numbers, area = _numbers(job), _area(job, tx)
    turn, is_for_leads = divmod(slices, 2)
    if turn >= len(numbers):
        return Taken(counts={}, more=False)
    held = (await rules_in_force(area, tx)).get(numbers[turn])
    more = slices + 1 < 2 * len(numbers)
    if is_for_leads:
        if held and not facts_awaited(held.rule):
            await _lead(held.rule, area, tx)
        return Taken(counts={}, more=more)
    checked = await check_one(held.rule, area, tx) if held else await quality.close(numbers[turn], area, tx)
    return Taken(counts={Outcome.CREATED: checked.opened, Outcome.UPDATED: checked.closed}, more=more)


async def rules_in_force(area: str, tx: Transaction) -> Mapping[str, RuleInForce]:
    """Read the rules in force today in an area, by number."""
    return {each.rule.number: each for each in await law.quality_rules_for(area, local_day(tx.now), tx)}


async def check_one(rule: QualityRule, area: str, tx: Transaction, *, household_id: HouseholdId | None = None) -> Checked:
    """Check a rule in an area of one county, or on one household there; one that cannot be checked finds and closes nothing.

    :raises CalendarMissing: a year in which the owner's time runs is not loaded.
    """
    if facts_awaited(rule):
        return Checked(opened=0, closed=0)
    return await quality.check(rule, area, await _due(rule, area, tx), tx, household_id=household_id)


async def _due(rule: QualityRule, area: str, tx: Transaction) -> datetime:
    rules = await law.parameters_for(area, tx)
    period = Period(days=rule.days, kind=rule.day_kind, rolls=rules.says_yes(Key.ROLLS))
    return (await law.calendar_for(area, tx, days=period.reach)).end_of(period, tx.now)


async def _lead(rule: QualityRule, area: str, tx: Transaction) -> int:
    """Open the leads of a rule's findings, with their limits and grades as if a person had registered them: a fixed number of questions."""
    if rule.lead_risk is None:
        return 0
    villages = await quality.villages_to_look(rule.number, rule.lead_risk, area, tx)
    if not villages:
        return 0
    hardship = hardship_of(rule.lead_risk)
    limits = await lead_limits_in(villages, tx)
    grades = await graded_in([(village, hardship) for village in villages], tx)
    return await quality.open_leads(rule.number, rule.lead_risk, hardship, area, limits, grades, tx)


def _numbers(job: Job) -> list[str]:
    return job.arguments["rules"].split(",")


def _area(job: Job, tx: Transaction) -> str:
    """Name the area of a job inside the transaction's county."""
    asked = job.arguments["area"]
    return asked if is_inside(asked, tx.actor.area) else tx.actor.area
