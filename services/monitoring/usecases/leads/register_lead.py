"""Register a lead that a cadre, a department or the hotline brings."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.leads import Channel, LeadStatus
from services.monitoring.domain.risks import Hardship
from services.monitoring.store.register import households
from services.monitoring.usecases.leads.open_lead import NewLead, open_lead
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId
from shared.wire import LongText, command


@command
class RegisterLead:
    """A lead on a registered household."""

    household_id: UUID
    channel: Literal[Channel.HOME_VISIT, Channel.DEPARTMENT, Channel.HOTLINE, Channel.DISASTER]
    hardships: Annotated[list[Hardship], Field(min_length=1, max_length=5)]
    note: LongText | None = None


class LeadRegistered(BaseModel):
    id: UUID
    version: int
    status: LeadStatus


async def register_lead(lead: RegisterLead, tx: Transaction) -> LeadRegistered:
    """Register a lead on a household of the caller's area (R41-R43; plan ch.3 s.1).

    :raises NotFound: there is no such household here.
    :raises HouseholdGone: it was struck off.
    """
    household = await households.hold(HouseholdId(lead.household_id), tx)
    new = NewLead(
        area_code=household.area_code,
        household_id=HouseholdId(household.id),
        channel=lead.channel,
        hardships=list(lead.hardships),
        note=lead.note,
    )
    return LeadRegistered(id=await open_lead(new, tx), version=1, status=LeadStatus.REGISTERED)
