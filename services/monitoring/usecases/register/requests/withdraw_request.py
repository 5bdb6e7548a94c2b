"""Take back a change that one has asked for."""

from services.monitoring.domain.register import change_requests as rules
from services.monitoring.store.register import change_requests
from services.monitoring.usecases.register.requests.request_change import RequestStepped
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen


async def withdraw_request(request_id: rules.ChangeRequestId, tx: Transaction, *, expected: int) -> RequestStepped:
    """Withdraw a request.

    :raises Stale: somebody changed it.
    :raises NotYourRequest: somebody else made it; Conflict: it is decided or withdrawn.
    """
    request = await change_requests.get(request_id, tx)
    as_seen(request.version, expected)
    status = rules.withdraw(request, by=tx.actor)
    version = await change_requests.step(request, status, tx, expected=expected, opinion=None)
    return RequestStepped(id=request_id, version=version, status=status)
