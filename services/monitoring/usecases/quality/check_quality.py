"""The long work of a check: a slice for each rule in a county, recognised by their number; then slices of the households whose findings call for
leads, recognised by the leads that they left behind."""

from collections.abc import Mapping, Sequence
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

LEADS_AT_ONCE = 500


async def rules_to_check(job: Job, tx: Transaction) -> int:
    """Count the rules that a county is checked by."""
    return len(_numbers(job))


async def check_next_rule(job: Job, tx: Transaction, slices: int) -> Taken:
    """Check the next rule in a county (R59; plan ch.3 s.3); after the last one, open the next leads that their findings call for.

    One that is in force no more is closed; one that asks of an awaited fact is left as it is, and the list of rules says so. Leads have slices of
    their own, for whatever decides about a household holds it before anything else.
    """
    numbers, area = _numbers(job), _area(job, tx)
    in_force = await rules_in_force(area, tx)
    if slices >= len(numbers):
        return Taken(counts={}, more=await _lead([in_force[number].rule for number in numbers if number in in_force], area, tx))
    held = in_force.get(numbers[slices])
    checked = await check_one(held.rule, area, tx) if held else await quality.close(numbers[slices], area, tx)
    return Taken(counts={Outcome.CREATED: checked.opened, Outcome.UPDATED: checked.closed}, more=True)


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


async def _lead(rules: Sequence[QualityRule], area: str, tx: Transaction) -> bool:
    """Open leads of the first rule whose findings call for some, with their limits and grades as if a person had registered them: a fixed number of
    questions. Say whether there were any."""
    for rule in rules:
        if rule.lead_risk is None or facts_awaited(rule):
            continue
        found = await quality.find(rule.number, rule.lead_risk, area, tx, at_most=LEADS_AT_ONCE)
        if found:
            villages, hardship = sorted({row.area_code for row in found}), hardship_of(rule.lead_risk)
            limits = await lead_limits_in(villages, tx)
            grades = await graded_in([(village, hardship) for village in villages], tx)
            await quality.open_leads(rule, found, hardship, limits, grades, tx)
            return True
    return False


def _numbers(job: Job) -> list[str]:
    return job.arguments["rules"].split(",")


def _area(job: Job, tx: Transaction) -> str:
    """Name the area of a job inside the transaction's county."""
    asked = job.arguments["area"]
    return asked if is_inside(asked, tx.actor.area) else tx.actor.area
