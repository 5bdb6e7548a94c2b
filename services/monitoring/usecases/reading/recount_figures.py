"""Count figures from scratch, and correct what is not right: asked for as a job, and done each night. On a healthy system nothing is."""

from uuid import UUID

import structlog
from pydantic import BaseModel

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.reading.area_figures import AreaNotYours
from services.monitoring.store import law
from services.monitoring.store.jobs import jobs
from services.monitoring.store.reading import area_figures
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG, county_of, is_inside
from shared.kernel.jobs import Job, JobState, Taken
from shared.kernel.sheets import Outcome
from shared.wire import AreaCode, command

FIGURE_RECOUNT = "figure_recount"

log = structlog.get_logger()


@command
class RecountFigures:
    """Where to count: a county, or the prefecture."""

    area: AreaCode


class RecountAsked(BaseModel):
    """The job that counts: see /v1/jobs/{id}."""

    id: UUID
    version: int
    state: JobState


async def ask_for_recount(asked: RecountFigures, tx: Transaction) -> RecountAsked:
    """Ask that the figures of an area's counties be counted from scratch.

    :raises AreaNotYours: the area, or its county, is not the caller's.
    :raises ParameterMissing: how long files are kept is not in force.
    """
    if not is_inside(county_of(asked.area), tx.actor.area):
        raise AreaNotYours("body.area")
    keep_days = (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)
    job = await jobs.ask(FIGURE_RECOUNT, "figures", {"area": county_of(asked.area)}, tx, keep_days=keep_days)
    return RecountAsked(id=job.id, version=job.version, state=job.state)


async def counties_to_count(_: Job, tx: Transaction) -> int:
    return 1


async def recount_county(_: Job, tx: Transaction, slices: int) -> Taken:
    """Count one county: a single statement, so whoever resumes counts it again and finds it right."""
    corrected = await _recount(tx) if slices == 0 else 0
    return Taken(counts={Outcome.UPDATED: corrected}, more=False)


async def recount_nightly(tx: Transaction) -> None:
    """Count a county. A duty; what it corrects is said, for something must have gone wrong."""
    if tx.actor.area != LINCANG:
        await _recount(tx)


async def _recount(tx: Transaction) -> int:
    corrected = await area_figures.recount(county_of(tx.actor.area), tx)
    if corrected:
        log.warning("figures_corrected", county=county_of(tx.actor.area), figures=corrected)
    return corrected
