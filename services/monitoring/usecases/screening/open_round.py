"""Open a round of screening (定期排查): its households are laid down by a job."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain import screening as rules
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.screening import RoundId, RoundOf, RoundStatus
from services.monitoring.store import law
from services.monitoring.store.jobs import jobs
from services.monitoring.store.places import areas
from services.monitoring.store.screening import rounds
from services.monitoring.usecases.register.register_household import OutsideYourArea
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of, is_inside
from shared.kernel.ids import new_id
from shared.kernel.jobs import JobId
from shared.kernel.workdays import local_day
from shared.wire import AreaCode, Day, DocumentNumber, SafeText, command


@command
class OpenRound:
    """Which households of which area are visited from which day to which, and by which document."""

    title: Annotated[SafeText, Field(examples=["2021年四季度集中排查"])]
    area: AreaCode
    households: RoundOf = RoundOf.ALL
    opens_on: Day
    ends_on: Day
    document_number: DocumentNumber


class RoundChanged(BaseModel):
    """A round's new version and status, and the job that works on its households; watch it at `/v1/jobs/{id}`."""

    id: UUID
    version: int
    status: RoundStatus
    job_id: UUID


async def open_round(new: OpenRound, tx: Transaction) -> RoundChanged:
    """Open a round in the caller's area or a part of it (R38; plan ch.3 s.1).

    :raises OutsideYourArea: the area is not the caller's; NoSuchArea: there is none of this code.
    :raises PeriodUnfit: it ends before it opens, or before today.
    """
    if not is_inside(new.area, tx.actor.area):
        raise OutsideYourArea("body.area")
    await areas.require_area(new.area, tx, field="body.area")
    rules.period(new.opens_on, new.ends_on, today=local_day(tx.now))
    round_id = RoundId(new_id())
    job_id = await ask(rules.LAYING_DOWN, round_id, new.area, tx)

    row = {
        "county_code": county_of(new.area),
        "id": round_id,
        "area_code": new.area,
        "title": new.title,
        "households": new.households,
        "opens_on": new.opens_on,
        "ends_on": new.ends_on,
        "document_number": new.document_number,
        "opened_by": tx.actor.id,
        "opened_at": tx.now,
        "job_id": job_id,
    }
    await rounds.add(row, tx)
    return RoundChanged(id=round_id, version=1, status=RoundStatus.OPEN, job_id=job_id)


async def ask(kind: str, round_id: RoundId, area: str, tx: Transaction) -> JobId:
    """Ask for the long work of a round, county by county of its area."""
    keep_days = (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)
    return (await jobs.ask(kind, kind, {"round": str(round_id), "area": area}, tx, keep_days=keep_days)).id
