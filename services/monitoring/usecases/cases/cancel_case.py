"""A household is gone: its case and the leads that waited for the next one end."""

from services.monitoring.domain import cases as rules
from services.monitoring.domain.leads.answers import LeadOutcome
from services.monitoring.store import cases
from services.monitoring.store.leads import leads
from services.monitoring.store.register import households
from services.monitoring.usecases.cases.take_step import take_step
from services.monitoring.usecases.leads.answer_leads import answer_leads, answer_leads_of
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId


async def cancel_case(household_id: HouseholdId, tx: Transaction, *, reason: str, document_number: str) -> None:
    """End what is under way for a household that is gone, so that nothing is left that nobody can decide; the sources of its leads are answered."""
    area = (await households.get(household_id, tx)).area_code
    await answer_leads(await leads.dismiss_waiting(household_id, tx, reason=reason), LeadOutcome.OTHER, tx, area=area, reason=reason)
    case = await cases.open_of(household_id, tx)
    if case is None:
        return
    status = rules.cancel(case, by=tx.actor)
    record = {"document_number": document_number}
    await take_step(case, rules.CaseAct.CANCEL, tx, status=status, opinion=reason, record=record, basis={})
    await answer_leads_of(case, status, tx, reason=reason)
