"""When a household's case is decided, the leads that waited for it open the next one."""

from services.monitoring.domain.cases import Case
from services.monitoring.domain.parameters import Key, Parameters
from services.monitoring.domain.risks import joined
from services.monitoring.store import households, leads
from services.monitoring.usecases.cases.open_case import open_case
from shared.database.transaction import Transaction
from shared.kernel.ids import CaseId


async def open_next_case(decided: Case, parameters: Parameters, tx: Transaction) -> CaseId | None:
    """Open a case with the risks of all waiting leads, its limit counted from the oldest; none waits, none opens."""
    waiting = await leads.waiting(decided.household_id, tx)
    if not waiting:
        return None
    risks = joined([], [risk for lead in waiting for risk in lead.risks], at_most=parameters.number(Key.MAX_RISKS))
    household = await households.hold(decided.household_id, tx)
    case_id = await open_case(household, risks, tx, since=waiting[0].registered_at, due_at=waiting[0].due_at)
    await leads.join([lead.id for lead in waiting], case_id, tx)
    return case_id
