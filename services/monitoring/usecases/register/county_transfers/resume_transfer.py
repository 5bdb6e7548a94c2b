"""Take a transfer up again whose work has failed."""

from services.monitoring.domain.register import county_transfers as rules
from services.monitoring.store.jobs import jobs
from services.monitoring.store.register import county_transfers
from services.monitoring.usecases.register.county_transfers.ask_for_transfer import TransferAccepted, ask_for_work
from shared.database.transaction import Transaction
from shared.kernel.jobs import OPEN
from shared.kernel.procedure import as_seen


async def resume_transfer(transfer_id: rules.TransferId, tx: Transaction, *, expected: int) -> TransferAccepted:
    """Have the steps taken that are still to be taken, from wherever the transfer stands.

    :raises Stale: somebody changed it.
    :raises TransferOver: the household has arrived; TransferWithdrawn: it was withdrawn; TransferUnderWay: the last attempt is still at it.
    """
    transfer = await county_transfers.hold(transfer_id, tx)
    as_seen(transfer.version, expected)
    rules.resume(transfer, job_is_over=(await jobs.get(transfer.job_id, tx)).state not in OPEN)

    job_id = await ask_for_work(transfer_id, tx)
    version = await county_transfers.try_again(transfer, job_id, tx)
    return TransferAccepted(id=transfer_id, version=version, status=transfer.status, job_id=job_id)
