"""The households that an incident may have hit are laid down by a job, to be checked."""

from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.incidents import incidents as rules
from services.monitoring.domain.incidents.incidents import IncidentId, IncidentStatus
from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.incidents import incidents, laying_down
from services.monitoring.store.jobs import jobs
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.jobs import Job, Taken
from shared.kernel.sheets import Outcome
from shared.kernel.workdays import local_day


class Asked(BaseModel):
    """The job that does it; watch it at `/v1/jobs/{id}`."""

    id: UUID
    job_id: UUID


async def ask_for_laying_down(incident_id: IncidentId, tx: Transaction) -> Asked:
    """Ask for the households of an incident's areas, and of the emergency department's list of its days, to be laid down (R40, R56; plan ch.3 s.3).

    Asked again it adds who has come since.

    :raises NotFound: there is no such incident here; IncidentClosed: it is over.
    """
    held = await incidents.get(incident_id, tx)
    rules.under_way(held)
    keep_days = (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)
    # A county's officer works on the own part of a wider incident.
    area = held.area_code if len(held.area_code) > len(tx.actor.area) else tx.actor.area
    job = await jobs.ask(rules.LAYING_DOWN, rules.LAYING_DOWN, {"incident": str(incident_id), "area": area}, tx, keep_days=keep_days)
    return Asked(id=incident_id, job_id=job.id)


async def households_to_lay_down(job: Job, tx: Transaction) -> int:
    """Count the households of a county that an incident is missing."""
    return await laying_down.to_lay_down(await incidents.get(_incident_of(job), tx), tx)


async def lay_down(job: Job, tx: Transaction, _: int) -> Taken:
    """Lay down the next households of an incident; of one that was closed meanwhile none. What was taken is recognised by the rows that it left."""
    held = await incidents.kept_open(_incident_of(job), tx)
    if held.status is IncidentStatus.CLOSED:
        return Taken(counts={Outcome.CREATED: 0}, more=False)
    county = county_of(tx.actor.area)
    period = (await law.parameters_for(county, tx)).period(Key.INCIDENT_CHECK_DAYS)
    calendar = await law.calendar_for(county, tx, days=period.reach, around=[local_day(tx.now)])
    count, more = await laying_down.lay_down(held, tx, due_at=calendar.end_of(period, tx.now))
    return Taken(counts={Outcome.CREATED: count}, more=more)


def _incident_of(job: Job) -> IncidentId:
    return IncidentId(UUID(job.arguments["incident"]))
