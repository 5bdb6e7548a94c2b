"""Register a lead that a cadre, a department, the hotline or a platform brings."""

from datetime import UTC
from typing import Annotated, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, Field

from services.monitoring.domain.leads.channels import Channel, entered, version_told
from services.monitoring.domain.leads.leads import LeadStatus, lead_of_number
from services.monitoring.domain.risks import Hardship
from services.monitoring.store.leads import leads, self_reports
from services.monitoring.store.places import areas
from services.monitoring.store.register import households, people
from services.monitoring.usecases.leads.open_lead import NewLead, PersonNamed, number_of, open_lead, phone_of
from services.monitoring.usecases.register.register_household import OutsideYourArea
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTY, county_of, is_inside
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.ids import HouseholdId, LeadId
from shared.wire import AreaCode, AwareTime, IdNumber, LongText, PersonName, Phone, SourceNumber, command, part


@part
class LeadPerson:
    """Whom a lead is about, and where: a village, or only the township or county that the source knows."""

    name: PersonName
    id_number: IdNumber | None = None
    phone: Phone | None = None
    area: Annotated[AreaCode, Field(examples=["530902102"])]


@command
class RegisterLead:
    """A lead on a registered household, or on a person, who is matched to a household by the ID number.

    `heard_at` (T0) is when it arrived at its source, now if absent; `source_number` is the source's own number of it.
    """

    household_id: UUID | None = None
    person: LeadPerson | None = None
    channel: Literal[
        Channel.HOME_VISIT,
        Channel.DEPARTMENT,
        Channel.HOTLINE,
        Channel.AID_PLATFORM,
        Channel.NATIONAL_APP,
        Channel.DISASTER,
        Channel.QUALITY,
        Channel.REGIONAL,
    ]
    source_number: SourceNumber | None = None
    hardships: Annotated[list[Hardship], Field(min_length=1, max_length=5)]
    note: LongText | None = None
    heard_at: AwareTime | None = None


class LeadRegistered(BaseModel):
    """A lead that is kept. An outside platform is told no `version`."""

    id: UUID
    version: int | None
    status: LeadStatus


class OneSubject(Invalid):
    sentence = "线索须指明一户或一人，二者择一。"
    english = "A lead is about a household or about a person: name one of them."


class CountyUnknown(Invalid):
    sentence = "线索至少须写明县。"
    english = "A lead names at least the county."


class SourceNumberUsed(Conflict):
    sentence = "该来源编号已用于另一条内容不同的线索。"
    english = "This number of the source was used for another lead already."


async def register_lead(lead: RegisterLead, tx: Transaction) -> tuple[LeadRegistered, bool]:
    """Register a lead (R41-R43; plan ch.3 s.1), and say whether it is new: the same number of a source with the same content is the same lead.

    :raises NotYourChannel: the caller's office enters nothing of the channel; SourceNumberMisplaced: the number is missing, or out of place.
    :raises OneSubject: it names no household and no person, or both; CountyUnknown: it says no more than the prefecture.
    :raises NotFound: there is no such household here; HouseholdGone: it was struck off.
    :raises OutsideYourArea: the person's area is not the caller's; NoSuchArea: there is none of this code.
    :raises SourceNumberUsed: the number stands for something else.
    :raises NotYetHappened: it was heard of in the future; HeardTooLongAgo: longer ago than may still be entered.
    """
    area = await _area(lead, tx)
    entered(lead.channel, lead.source_number, by=tx.actor)
    if lead.source_number is None:
        return await _registered(lead, area, tx), True
    lead_id, content = lead_of_number(lead.channel, lead.source_number), tx.vault.index(_canonical(lead))
    if not await self_reports.take_id(lead_id, county_of(area), tx):
        return await _registered_before(lead_id, content, tx), False
    return await _registered(lead, area, tx, lead_id=lead_id, content=content), True


async def _area(lead: RegisterLead, tx: Transaction) -> str:
    """Say where a lead lies: in its household's village, or where the source says that the person lives."""
    if (lead.household_id is None) == (lead.person is None):
        raise OneSubject("body.household_id", "body.person")
    if lead.household_id:
        return (await households.get(HouseholdId(lead.household_id), tx)).area_code
    area = lead.person.area if lead.person else ""
    if len(area) < COUNTY:
        raise CountyUnknown("body.person.area")
    if not is_inside(area, tx.actor.area):
        raise OutsideYourArea("body.person.area")
    await areas.require_area(area, tx, field="body.person.area")
    return area


async def _registered(
    lead: RegisterLead, area: str, tx: Transaction, *, lead_id: LeadId | None = None, content: bytes | None = None
) -> LeadRegistered:
    """Keep a lead where its household is; a person registered in another county is noted as such, without a place."""
    elsewhere, household_id, person = False, lead.household_id, None
    if lead.person:
        found = await people.household_anywhere(lead.person.id_number, tx) if lead.person.id_number else None
        here = found if found and found.county_code == county_of(area) and is_inside(found.area_code, tx.actor.area) else None
        area, household_id = (here.area_code, here.household_id) if here else (area, None)
        elsewhere = found is not None and here is None
        person = PersonNamed(name=lead.person.name, id_number=lead.person.id_number, phone=lead.person.phone)
    if household_id:
        await households.hold(HouseholdId(household_id), tx)
    new = NewLead(
        area_code=area,
        household_id=HouseholdId(household_id) if household_id else None,
        channel=lead.channel,
        hardships=list(lead.hardships),
        note=lead.note,
        person=person,
        heard_at=lead.heard_at,
        source_number=lead.source_number,
        content_index=content,
        registered_elsewhere=elsewhere,
    )
    return LeadRegistered(id=await open_lead(new, tx, lead_id=lead_id), version=version_told(1, to=tx.actor), status=LeadStatus.REGISTERED)


async def _registered_before(lead_id: LeadId, content: bytes, tx: Transaction) -> LeadRegistered:
    """Answer a repetition with the lead that it opened; anything else under this number is another matter."""
    first = await leads.sent_before(lead_id, tx)
    if first is None or first.content_index != content:
        raise SourceNumberUsed("body.source_number")
    return LeadRegistered(id=lead_id, version=version_told(first.version, to=tx.actor), status=first.status)


def _canonical(lead: RegisterLead) -> str:
    """Write everything that was sent in one way, so that equal leads are equal texts."""
    person = lead.person
    content = {
        "household": str(lead.household_id) if lead.household_id else None,
        "person": [person.name.full, number_of(person.id_number), phone_of(person.phone), person.area] if person else None,
        "hardships": lead.hardships,
        "note": lead.note,
        "heard_at": lead.heard_at.astimezone(UTC) if lead.heard_at else None,
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
