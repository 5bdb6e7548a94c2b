"""Give a lead back to the level above: it is another village's, or nobody here knows the person."""

from services.monitoring.domain.leads import leads as rules
from services.monitoring.store.leads import lead_steps, leads
from services.monitoring.usecases.deadlines.end_pause import end_pause_of_lead
from services.monitoring.usecases.leads.dispatch_lead import LeadMoved
from shared.database.transaction import Transaction
from shared.kernel.ids import LeadId
from shared.kernel.procedure import as_seen
from shared.wire import SafeText, command


@command
class ReferLeadBack:
    reason: SafeText


async def refer_lead_back(lead_id: LeadId, referral: ReferLeadBack, tx: Transaction, *, expected: int) -> LeadMoved:
    """Let a lead lie one level further up, out of the caller's sight (R43; plan ch.3 s.1). Its pause ends.

    :raises NotFound: there is no such lead here.
    :raises Stale: somebody changed it.
    :raises BelongsToHousehold: it is known whose it is; AtTheTop: it lies with the county.
    """
    lead = await leads.get(lead_id, tx)
    as_seen(lead.version, expected)
    to = rules.referred_back(lead, by=tx.actor.role)
    lead = await end_pause_of_lead(lead, tx)

    await lead_steps.add(lead, rules.LeadAct.REFER_BACK, to, tx, note=referral.reason)
    return LeadMoved(id=lead_id, version=await leads.move(lead, to, tx, expected=lead.version), area=to)
