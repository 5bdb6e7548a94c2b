"""Take a household's own report (自主申报), as often as a phone sends it, once."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import orjson
from pydantic import BaseModel, Field

from services.monitoring.domain.leads.leads import Channel, LeadStatus
from services.monitoring.domain.risks import Hardship
from services.monitoring.store.leads import self_reports
from services.monitoring.store.places import areas
from services.monitoring.store.register import people
from services.monitoring.usecases.leads.open_lead import NewLead, open_lead
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of, is_inside
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ids import HouseholdId, SelfReportId
from shared.wire import AwareTime, IdNumber, LongText, PersonName, Phone, VillageCode, command


@command
class TakeSelfReport:
    """A report; `reported_at` is the phone's time when it was written, perhaps days before it could be sent."""

    village: VillageCode
    name: PersonName
    id_number: IdNumber
    phone: Phone | None = None
    hardships: Annotated[list[Hardship], Field(min_length=1, max_length=5)]
    description: LongText | None = None
    reported_at: AwareTime


class Taken(BaseModel):
    """How a report stands: `registered` while it is being checked, then `confirmed` or `dismissed`."""

    id: UUID
    version: int = 1
    status: LeadStatus
    received_at: datetime


class OutsideYourCounty(Forbidden):
    sentence = "该村不在您申报的县内。"
    english = "The village lies outside the county of your registration."


class IdTaken(Conflict):
    sentence = "此编号已用于另一份申报，请以新的编号提交。"
    english = "This id was used for another report: send it under a new one."


async def take_self_report(report_id: SelfReportId, report: TakeSelfReport, tx: Transaction) -> tuple[Taken, bool]:
    """Take a report and open its lead (R41; plan ch.3 s.1); say also whether it is new.

    The person is matched by blind index to a household of the same county; one registered in another county is noted as such,
    without a place.

    :raises OutsideYourCounty: the village is of another county.
    :raises NoSuchVillage: there is no such village.
    :raises IdTaken: the id holds something else.
    """
    if not is_inside(report.village, tx.actor.area):
        raise OutsideYourCounty("body.village")
    await areas.require_village(report.village, tx)
    content = tx.vault.index(_canonical(report))
    if not await self_reports.take_id(report_id, county_of(report.village), tx):
        return await _taken_before(report_id, content, tx), False

    lead = await _open_lead(report_id, report, tx)
    row = {
        "county_code": county_of(report.village),
        "id": report_id,
        "area_code": report.village,
        "reported_by": tx.actor.id,
        "lead_id": lead,
        "hardships": list(report.hardships),
        "content_index": content,
        "secrets": tx.vault.seal(_secrets(report), table="self_report", row=report_id),
        "reported_at": report.reported_at,
        "received_at": tx.now,
    }
    await self_reports.add(row, tx)
    return Taken(id=report_id, status=LeadStatus.REGISTERED, received_at=tx.now), True


async def _taken_before(report_id: SelfReportId, content: bytes, tx: Transaction) -> Taken:
    """Answer a repetition as the first time; anything else under this id is another report."""
    first = await self_reports.mine(report_id, tx)
    if first is None or first.content_index != content:
        raise IdTaken
    return Taken(id=report_id, status=first.status, received_at=first.received_at)


async def _open_lead(report_id: SelfReportId, report: TakeSelfReport, tx: Transaction) -> UUID:
    found = await people.household_anywhere(report.id_number, tx)
    here = found if found and found.county_code == county_of(report.village) else None
    lead = NewLead(
        area_code=here.area_code if here else report.village,
        household_id=HouseholdId(here.household_id) if here else None,
        channel=Channel.SELF_REPORT,
        hardships=list(report.hardships),
        note=report.description,
        registered_elsewhere=found is not None and here is None,
    )
    return await open_lead(lead, tx, origin=report_id)


def _secrets(report: TakeSelfReport) -> dict[str, str | None]:
    return {
        "name": report.name.full,
        "id_number": report.id_number.number,
        "phone": report.phone.number if report.phone else None,
        "description": report.description,
    }


def _canonical(report: TakeSelfReport) -> str:
    """Write everything that was sent in one way, so that equal reports are equal texts."""
    content = {**_secrets(report), "village": report.village, "hardships": report.hardships, "reported_at": report.reported_at.astimezone(UTC)}
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
