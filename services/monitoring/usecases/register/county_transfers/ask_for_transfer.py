"""Ask for a household's transfer to another county (跨县迁移)."""

from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.register.county_transfers import CountyTransfer, TransferAsked, TransferId, TransferStatus, household_there
from services.monitoring.domain.register.hindrances import may_leave_county, moves_across_counties
from services.monitoring.store import law
from services.monitoring.store.jobs import jobs
from services.monitoring.store.places import areas
from services.monitoring.store.register import county_transfers, households
from services.monitoring.store.register.under_way import under_way
from services.monitoring.usecases.leads.lead_limits import lead_limits_in
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, new_id
from shared.kernel.jobs import JobId
from shared.kernel.procedure import as_seen
from shared.wire import DocumentNumber, HouseholdNumber, SafeText, VillageCode, command

JOB = "household_transfer"


@command
class TransferAcrossCounties:
    """Into which village of another county; its number there, unless it is taken by then: else its id is its number."""

    to_village: VillageCode
    number: HouseholdNumber | None = None
    reason: SafeText
    document_number: DocumentNumber


class TransferAccepted(BaseModel):
    """A transfer that was asked for; watch it at `/v1/household-transfers/{id}`, and its work at `/v1/jobs/{job_id}`."""

    id: UUID
    version: int
    status: TransferStatus
    job_id: UUID


async def ask_for_transfer(household_id: HouseholdId, asked: TransferAcrossCounties, tx: Transaction, *, expected: int) -> TransferAccepted:
    """Ask for a transfer to another county (R38, R44; plan ch.3 s.1): the one county closes the household, then the other opens it.

    What both steps need is looked at before anything happens, and what hinders them again when they come.

    :raises Stale: somebody changed the household; HouseholdGone: it was struck off.
    :raises TransferAsked: another transfer of it is under way.
    :raises InsideCounty: the village lies in the same county; NoSuchVillage: there is none.
    :raises CaseUnderWay: a case is not decided; LeadsUnderWay: a lead is not.
    :raises ParameterMissing: what is in force there does not say by when a lead is decided; likewise CalendarMissing.
    """
    household = await households.hold(household_id, tx)
    as_seen(household.version, expected)
    if await county_transfers.under_way_of(household_id, tx):
        raise TransferAsked
    moves_across_counties(household.area_code, asked.to_village)
    await areas.require_village(asked.to_village, tx, field="body.to_village")
    may_leave_county(await under_way(household, tx))
    await lead_limits_in([asked.to_village], tx)

    transfer_id = TransferId(new_id())
    job_id = await ask_for_work(transfer_id, tx)
    transfer = CountyTransfer(
        id=transfer_id,
        from_household=household_id,
        from_village=household.area_code,
        to_household=household_there(transfer_id, household_id),
        to_village=asked.to_village,
        number=asked.number,
        status=TransferStatus.ASKED,
        reason=asked.reason,
        document_number=asked.document_number,
        job_id=job_id,
        asked_by=tx.actor.id,
        asked_at=tx.now,
        closed_at=None,
        opened_at=None,
        version=1,
    )
    await county_transfers.add(transfer, tx)
    await households.changed(household_id, tx)
    return TransferAccepted(id=transfer_id, version=1, status=TransferStatus.ASKED, job_id=job_id)


async def ask_for_work(transfer_id: TransferId, tx: Transaction) -> JobId:
    """Have a worker take the steps of a transfer that are still to be taken."""
    keep_days = (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)
    return (await jobs.ask(JOB, JOB, {"transfer": str(transfer_id)}, tx, keep_days=keep_days)).id
