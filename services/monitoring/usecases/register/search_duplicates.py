"""Ask for a search for people who are registered twice, county by county: a job."""

from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.jobs import jobs
from services.monitoring.usecases.register.register_household import OutsideYourArea
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.jobs import JobState
from shared.wire import AreaCode, command

DUPLICATE_SEARCH = "duplicate_search"


@command
class SearchDuplicates:
    """Where to search: a county, or the prefecture; in a narrower area only those of the own area are compared with their county."""

    area: AreaCode


class DuplicateSearchAsked(BaseModel):
    """The job that searches: see /v1/jobs/{id}."""

    id: UUID
    version: int
    state: JobState


async def search_duplicates(asked: SearchDuplicates, tx: Transaction) -> DuplicateSearchAsked:
    """Ask for a search in an area of the caller's (R52, plan ch.3 s.3).

    :raises OutsideYourArea: the area is not the caller's.
    :raises ParameterMissing: how long files are kept is not in force.
    """
    if not is_inside(asked.area, tx.actor.area):
        raise OutsideYourArea("body.area")
    keep_days = (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)
    job = await jobs.ask(DUPLICATE_SEARCH, "duplicates", {"area": asked.area}, tx, keep_days=keep_days)
    return DuplicateSearchAsked(id=job.id, version=job.version, state=job.state)
