"""Approve a change that was asked for, and make it in the same act."""

from services.monitoring.domain.register import change_requests as rules
from services.monitoring.store.register import change_requests
from services.monitoring.usecases.register.requests.asked import CHANGES
from services.monitoring.usecases.register.requests.request_change import RequestStepped
from shared.database.transaction import Transaction
from shared.kernel.errors import Stale
from shared.kernel.procedure import as_seen
from shared.wire import SafeText, command
from shared.wire.kept import read


@command
class ApproveRequest:
    opinion: SafeText


async def approve_request(request_id: rules.ChangeRequestId, approval: ApproveRequest, tx: Transaction, *, expected: int) -> RequestStepped:
    """Approve a request and make the change by its own use case, as the approver (R44; plan ch.3 s.1); what that refuses is refused here.

    :raises Stale: somebody changed the request.
    :raises Conflict: it is decided or withdrawn; Forbidden: another level decides it; SamePerson: the approver asked for it.
    :raises ChangedSince: the household, or the other one, is not as the asker saw it.
    """
    request = await change_requests.get(request_id, tx)
    as_seen(request.version, expected)
    status = rules.decide(request, rules.RequestAct.APPROVE, by=tx.actor)

    await _make(request, tx)  # first: whatever decides about a household takes its lock before any other
    version = await change_requests.step(request, status, tx, expected=expected, opinion=approval.opinion)
    return RequestStepped(id=request_id, version=version, status=status)


async def _make(request: rules.ChangeRequest, tx: Transaction) -> None:
    change = CHANGES[request.act]
    _, said = await change_requests.show(request.id, tx)
    try:
        await change.make(request.household_id, read(change.command, said.asked), tx, request.household_version)
    except Stale as stale:
        raise rules.ChangedSince from stale
