"""Open a lead, from whatever channel."""

from dataclasses import asdict, dataclass
from uuid import UUID

from services.monitoring.domain.leads import Channel
from services.monitoring.domain.risks import Hardship
from services.monitoring.store import leads
from services.monitoring.usecases.leads.lead_limits import lead_limits_in
from shared.database.transaction import Transaction
from shared.kernel.areas import TOWNSHIP, county_of
from shared.kernel.ids import HouseholdId, LeadId, derived_id, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLead:
    area_code: str
    household_id: HouseholdId | None
    channel: Channel
    hardships: list[Hardship]
    note: str | None
    registered_elsewhere: bool = False


async def open_lead(lead: NewLead, tx: Transaction, *, origin: UUID | None = None) -> LeadId:
    """Keep a new lead and begin its limits: the total one, that ends with the county's decision, and that of its verification.

    :param origin: what it comes from; the same origin opens the same lead.
    """
    limits = (await lead_limits_in([lead.area_code], tx))[lead.area_code]
    lead_id = LeadId(derived_id(origin, "lead") if origin else new_id())
    row = {
        "county_code": county_of(lead.area_code),
        "id": lead_id,
        "township_code": lead.area_code[:TOWNSHIP],
        "area_code": lead.area_code,
        "household_id": lead.household_id,
        "channel": lead.channel,
        "hardships": list(lead.hardships),
        "registered_elsewhere": lead.registered_elsewhere,
        "secrets": tx.vault.seal({"note": lead.note}, table="lead", row=lead_id) if lead.note else None,
        "registered_at": tx.now,
        "registered_by": tx.actor.id,
        **asdict(limits),
    }
    await leads.add(row, tx)
    return lead_id
