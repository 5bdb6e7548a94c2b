"""How a transfer to another county stands."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.register.county_transfers import TransferId, TransferStatus
from services.monitoring.store.jobs import jobs
from services.monitoring.store.register import county_transfers
from shared.database.transaction import Transaction
from shared.kernel.jobs import JobState


class TransferShown(BaseModel):
    """A transfer: `asked`, then `closed` in the old county, then `done`; or `withdrawn` while it was `asked`.

    Where `job_state` says `failed` before that, `/v1/jobs/{job_id}` says why; then it can be resumed, or withdrawn if it is still `asked`.
    """

    id: UUID
    version: int
    status: TransferStatus
    from_household: UUID
    from_village: str
    to_household: UUID
    to_village: str
    reason: str
    document_number: str
    job_id: UUID
    job_state: JobState
    asked_by: str
    asked_at: datetime
    closed_at: datetime | None
    opened_at: datetime | None


async def show_transfer(transfer_id: TransferId, tx: Transaction) -> TransferShown:
    """Show one transfer.

    :raises NotFound: there is none, or the caller is not of the prefecture.
    """
    transfer = await county_transfers.get(transfer_id, tx)
    job = await jobs.get(transfer.job_id, tx)
    shown = {name: getattr(transfer, name) for name in TransferShown.model_fields if name != "job_state"}
    return TransferShown(**shown, job_state=job.state)
