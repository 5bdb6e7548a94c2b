"""Open a lead, from whatever channel."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.monitoring.domain.leads.channels import Channel, heard
from services.monitoring.domain.leads.grades import grade_for
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.signals import Grade, Group
from services.monitoring.store import law
from services.monitoring.store.leads import leads
from services.monitoring.store.register import households
from services.monitoring.usecases.leads.lead_limits import lead_limits_in
from shared.database.transaction import Transaction
from shared.kernel.areas import TOWNSHIP, county_of
from shared.kernel.ids import HouseholdId, LeadId, derived_id, new_id
from shared.kernel.people import IdNumber, PersonName, Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonNamed:
    """Whom a lead names that belongs to no household yet."""

    name: PersonName
    id_number: IdNumber | None
    phone: Phone | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLead:
    """What a lead says.

    :param heard_at: when it arrived at its source (T0), if that was before now.
    :param content_index: the keyed hash of what was sent under `source_number`.
    """

    area_code: str
    household_id: HouseholdId | None
    channel: Channel
    hardships: list[Hardship]
    note: str | None
    person: PersonNamed | None = None
    heard_at: datetime | None = None
    source_number: str | None = None
    content_index: bytes | None = None
    registered_elsewhere: bool = False


async def open_lead(
    lead: NewLead, tx: Transaction, *, origin: UUID | None = None, lead_id: LeadId | None = None, heard_field: str = "body.heard_at"
) -> LeadId:
    """Keep a new lead, graded, and begin its limits: the total one, that ends with the county's decision and counts from when the trouble was
    heard of, and that of its verification.

    :param origin: what it comes from; the same origin opens the same lead.
    :param lead_id: the id that follows from its source's number.
    :raises NotYetHappened: it was heard of in the future; HeardTooLongAgo: longer ago than may still be entered.
    """
    parameters = await law.parameters_for(lead.area_code, tx)
    heard_at = lead.heard_at or tx.now
    heard(heard_field, heard_at, now=tx.now, within_days=parameters.number(Key.HEARD_DAYS))
    limits = (await lead_limits_in([lead.area_code], tx, heard_at=heard_at))[lead.area_code]
    lead_id = lead_id or LeadId(derived_id(origin, "lead") if origin else new_id())
    row = {
        "county_code": county_of(lead.area_code),
        "id": lead_id,
        "township_code": lead.area_code[:TOWNSHIP],
        "area_code": lead.area_code,
        "household_id": lead.household_id,
        "channel": lead.channel,
        "grade": await _grade(lead, tx),
        "source_number": lead.source_number,
        "content_index": lead.content_index,
        "hardships": list(lead.hardships),
        "registered_elsewhere": lead.registered_elsewhere,
        "secrets": tx.vault.seal(told, table="lead", row=lead_id) if (told := _told(lead)) else None,
        "registered_at": tx.now,
        "registered_by": tx.actor.id,
        "heard_at": heard_at,
        **asdict(limits),
    }
    await leads.add(row, tx)
    return lead_id


async def _grade(lead: NewLead, tx: Transaction) -> Grade:
    kind = (await households.get(lead.household_id, tx)).kind if lead.household_id else Group.GENERAL
    return grade_for(lead.hardships, Group(kind), (await law.grade_rules_of([lead.area_code], tx))[lead.area_code])


def _told(lead: NewLead) -> dict[str, Any]:
    """Gather what is sealed of a lead: what was said, and about whom."""
    person = lead.person
    who = {"name": person.name.full, "id_number": number_of(person.id_number), "phone": phone_of(person.phone)} if person else {}
    return {"note": lead.note, **who} if lead.note or who else {}


def number_of(id_number: IdNumber | None) -> str | None:
    return id_number.number if id_number else None


def phone_of(phone: Phone | None) -> str | None:
    return phone.number if phone else None
