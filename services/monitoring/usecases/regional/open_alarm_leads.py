"""Open leads for the households of a regional alarm that the county found real: asked for by a door, done by a job."""

from uuid import UUID

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.regional import alarms as rules
from services.monitoring.domain.regional.alarms import AlarmId
from services.monitoring.store import law
from services.monitoring.store.jobs import jobs
from services.monitoring.store.regional import alarms, leading
from services.monitoring.usecases.files.grades import graded_in
from services.monitoring.usecases.leads.lead_limits import lead_limits_in
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, Taken
from shared.kernel.procedure import as_seen
from shared.kernel.sheets import Outcome

ALARM_LEADS = "regional_alarm_leads"
LEADS_AT_ONCE = 500


async def ask_for_leads(alarm_id: AlarmId, tx: Transaction, *, expected: int) -> Job:
    """Ask for a lead on each household of an alarm that nobody looks at yet (R40, R55; plan ch.3 s.3).

    :raises NotFound: there is no such alarm here; Stale: somebody changed it.
    :raises NotReal: the county did not find it real.
    """
    alarm = await alarms.get(alarm_id, tx)
    as_seen(alarm.version, expected)
    rules.hold_to_leads(alarm)
    days = (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)
    arguments = {"area": alarm.county_code, "alarm": str(alarm_id)}
    return await jobs.ask(ALARM_LEADS, "regional_alarm", arguments, tx, keep_days=days)


async def size_of_alarm(job: Job, tx: Transaction) -> int:
    """Count an alarm's households."""
    return await alarms.count_households(_alarm(job), tx)


async def leads_slice(job: Job, tx: Transaction, _: int) -> Taken:
    """Open the next leads; a household that has had this alarm's is not found again."""
    alarm = await alarms.get(_alarm(job), tx)
    held = await leading.hold(alarm.id, alarm.county_code, tx, at_most=LEADS_AT_ONCE)
    found = await leading.find(alarm.id, alarm.county_code, held, tx)
    villages = sorted({row.area_code for row in found})
    hardship = rules.hardship_of(alarm.cause)
    limits, graded = await lead_limits_in(villages, tx), await graded_in([(village, hardship) for village in villages], tx)
    grades = {village: graded[village, hardship] for village in villages}
    opened = await leading.open_leads(alarm.id, found, hardship, limits, grades, tx) if found else 0
    return Taken(counts={Outcome.CREATED: opened}, more=len(held) == LEADS_AT_ONCE)


def _alarm(job: Job) -> AlarmId:
    return AlarmId(UUID(job.arguments["alarm"]))
