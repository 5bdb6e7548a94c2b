"""The notice comes down when its period is over."""

from services.monitoring.domain import cases as rules
from services.monitoring.store import cases
from services.monitoring.usecases.cases.stepped import Stepped
from services.monitoring.usecases.cases.take_step import take_step
from shared.database.transaction import Transaction
from shared.kernel.ids import CaseId
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import happened
from shared.wire import AwareTime, Evidences, command
from shared.wire.evidence import as_kept


@command
class RemoveNotice:
    """When the notice was taken down, with the photo that it hung until then."""

    removed_at: AwareTime
    evidence: Evidences


async def remove_notice(case_id: CaseId, removal: RemoveNotice, tx: Transaction, *, expected: int) -> Stepped:
    """End a notice that hung for its whole period.

    :raises NoticeStillRunning: it was taken down too early.
    :raises NotYetHappened: it claims to have been taken down in the future.
    :raises Stale: somebody changed the case.
    """
    case = await cases.get(case_id, tx)
    as_seen(case.version, expected)
    happened("body.removed_at", removal.removed_at, now=tx.now)
    status = rules.remove_notice(case, removal.removed_at, by=tx.actor)

    record = {"removed_at": removal.removed_at.isoformat(), "evidence": as_kept(removal.evidence)}
    version = await take_step(case, rules.CaseAct.REMOVE_NOTICE, tx, status=status, record=record, basis={})
    return Stepped(id=case_id, version=version, status=status)
