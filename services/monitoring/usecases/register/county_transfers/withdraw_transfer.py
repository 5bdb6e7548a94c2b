"""Take a transfer to another county back that cannot be done, or shall not."""

from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.register import county_transfers as rules
from services.monitoring.store.register import county_transfers
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen


class TransferTakenBack(BaseModel):
    id: UUID
    version: int
    status: rules.TransferStatus


async def withdraw_transfer(transfer_id: rules.TransferId, tx: Transaction, *, expected: int) -> TransferTakenBack:
    """End a transfer before the old county has closed the household (R38; plan ch.3 s.1): the household stays where it is.

    :raises Stale: somebody changed it.
    :raises TransferBegun: the old county has closed the household; TransferWithdrawn: it was withdrawn before.
    """
    transfer = await county_transfers.hold(transfer_id, tx)
    as_seen(transfer.version, expected)
    rules.withdraw(transfer)
    version = await county_transfers.withdraw(transfer, tx)
    return TransferTakenBack(id=transfer_id, version=version, status=rules.TransferStatus.WITHDRAWN)
