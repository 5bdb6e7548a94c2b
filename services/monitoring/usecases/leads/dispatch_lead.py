"""Send a lead down to who checks it (分级反馈基层核实)."""

from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.leads import leads as rules
from services.monitoring.store.leads import lead_steps, leads
from services.monitoring.store.places import areas
from services.monitoring.usecases.deadlines.end_pause import end_pause_of_lead
from shared.database.transaction import Transaction
from shared.kernel.ids import LeadId
from shared.kernel.procedure import as_seen
from shared.wire import AreaCode, SafeText, command


@command
class DispatchLead:
    """To which township or village inside the area in which the lead lies."""

    area: AreaCode
    note: SafeText | None = None


class LeadMoved(BaseModel):
    """The lead's new version, and where it lies now."""

    id: UUID
    version: int
    area: str


async def dispatch_lead(lead_id: LeadId, dispatch: DispatchLead, tx: Transaction, *, expected: int) -> LeadMoved:
    """Let a lead lie further down, in a township or a village (R43; plan ch.3 s.1). Its pause ends: whom it waited for is the next village's to say.

    :raises NotFound: there is no such lead here.
    :raises Stale: somebody changed it.
    :raises NotFurtherDown: the area is not inside the one in which it lies; NoSuchArea: there is none of this code.
    """
    lead = await leads.get(lead_id, tx)
    as_seen(lead.version, expected)
    to = rules.dispatched(lead, dispatch.area, by=tx.actor.role)
    await areas.require_area(to, tx, field="body.area")
    lead = await end_pause_of_lead(lead, tx)

    await lead_steps.add(lead, rules.LeadAct.DISPATCH, to, tx, note=dispatch.note)
    return LeadMoved(id=lead_id, version=await leads.move(lead, to, tx, expected=lead.version), area=to)
