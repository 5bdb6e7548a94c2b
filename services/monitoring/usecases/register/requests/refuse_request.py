"""Refuse a change that was asked for."""

from services.monitoring.domain.register import change_requests as rules
from services.monitoring.store.register import change_requests
from services.monitoring.usecases.register.requests.request_change import RequestStepped
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen
from shared.wire import SafeText, command


@command
class RefuseRequest:
    opinion: SafeText


async def refuse_request(request_id: rules.ChangeRequestId, refusal: RefuseRequest, tx: Transaction, *, expected: int) -> RequestStepped:
    """Refuse a request, and say why.

    :raises Stale: somebody changed it.
    :raises Conflict: it is decided or withdrawn; Forbidden: another level decides it; SamePerson: who refuses asked for it.
    """
    request = await change_requests.get(request_id, tx)
    as_seen(request.version, expected)
    status = rules.decide(request, rules.RequestAct.REFUSE, by=tx.actor)
    version = await change_requests.step(request, status, tx, expected=expected, opinion=refusal.opinion)
    return RequestStepped(id=request_id, version=version, status=status)
