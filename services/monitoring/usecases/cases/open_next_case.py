"""When a household's case is decided, the leads that waited for it open the next one."""

from services.monitoring.domain.cases import Case
from services.monitoring.domain.risks import TooManyRisks
from services.monitoring.store import law
from services.monitoring.store.leads import leads
from services.monitoring.store.register import households
from services.monitoring.usecases.cases.open_case import open_case
from shared.database.transaction import Transaction
from shared.kernel.ids import CaseId


async def open_next_case(decided: Case, tx: Transaction) -> CaseId | None:
    """Open a case with the risks of all waiting leads; none waits, none opens.

    What the next case lacks, this year's line for instance, must not hold up the decision on this one: the leads go on waiting, and the next
    confirmed lead takes them along.
    """
    waiting = await leads.waiting(decided.household_id, tx)
    if not waiting:
        return None
    try:
        case_id = await open_case(await households.hold(decided.household_id, tx), waiting, tx)
    except (law.NoLine, TooManyRisks):
        return None
    await leads.join([lead.id for lead in waiting], case_id, tx)
    return case_id
