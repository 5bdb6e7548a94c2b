"""Take note of what was said to one's own level (签收)."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.deadlines import escalations as rules
from services.monitoring.domain.deadlines.escalations import EscalationId, EscalationStatus
from services.monitoring.store.deadlines import escalations
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen
from shared.wire import LongText, command


@command
class AcknowledgeEscalation:
    """What will be done about it."""

    note: LongText


class Acknowledged(BaseModel):
    id: UUID
    version: int
    status: EscalationStatus
    acknowledged_at: datetime


async def acknowledge_escalation(escalation_id: EscalationId, said: AcknowledgeEscalation, tx: Transaction, *, expected: int) -> Acknowledged:
    """Acknowledge a warning or what is late; it does not keep what stays late from going up.

    :raises NotFound: there is no such thing here.
    :raises NotToYourLevel: it was said to another level.
    :raises Conflict: it is acknowledged, or its step is done; Stale: somebody changed it.
    """
    escalation = await escalations.get(escalation_id, tx)
    as_seen(escalation.version, expected)
    status = rules.acknowledge(escalation, by=tx.actor)
    note = tx.vault.seal({"note": said.note}, table="escalation", row=escalation_id)
    version = await escalations.acknowledge(escalation, tx, expected=expected, status=status, note=note)
    return Acknowledged(id=escalation_id, version=version, status=status, acknowledged_at=tx.now)
