"""Send many leads down at once."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.monitoring.domain.parameters import MOST_ITEMS
from services.monitoring.store.leads import leads
from services.monitoring.usecases.decisions.ask_for_decisions import DecisionsAsked, ask_for_decisions
from services.monitoring.usecases.leads.dispatch_lead import DispatchLead
from shared.database.transaction import Transaction
from shared.kernel.jobs import Atomic, Mode
from shared.wire import AreaCode, Count, SafeText, command, part


@part
class LeadToDispatch:
    """A lead in the version that was seen; an area given here stands over that of all."""

    lead_id: UUID
    version: Count
    area: AreaCode | None = None
    note: SafeText | None = None


@command
class DispatchLeads:
    """Many leads to one area, or each to its own. `validate` only says what would become of each, and can be committed later."""

    mode: Mode = Mode.COMMIT
    atomic: Atomic = Atomic.ROWS
    area: AreaCode
    note: SafeText | None = None
    items: Annotated[list[LeadToDispatch], Field(min_length=1, max_length=MOST_ITEMS)]


async def dispatch_leads(dispatched: DispatchLeads, tx: Transaction) -> DecisionsAsked:
    """Ask for many leads to be sent down (R43; plan ch.3 s.1): each is sent as if it had been sent alone.

    :raises TooManyItems: more than are let in at once; likewise TooManyForWhole, TwiceInList.
    """
    counties = await leads.counties_of([each.lead_id for each in dispatched.items], tx)
    said = DispatchLead(area=dispatched.area, note=dispatched.note)
    return await ask_for_decisions("lead_dispatch", said, dispatched, tx, field="lead_id", counties=counties)
