"""Record a home visit (走访)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.monitoring.domain.care import visits as rules
from services.monitoring.domain.leads.leads import Channel
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.risks import Hardship
from services.monitoring.store import law
from services.monitoring.store.care import visits
from services.monitoring.store.register import households
from services.monitoring.usecases.leads.open_lead import NewLead, open_lead
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, LeadId, new_id
from shared.kernel.workdays import happened, local_day
from shared.wire import AwareTime, Evidences, LongText, command, part
from shared.wire.evidence import as_kept

Latitude = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}\.[0-9]{1,7}$", strict=True), Field(examples=["23.8839"])]
Longitude = Annotated[str, StringConstraints(pattern=r"^1?[0-9]{1,2}\.[0-9]{1,7}$", strict=True), Field(examples=["100.0880"])]


@part
class Position:
    """Where it was, in degrees (CGCS2000)."""

    latitude: Latitude
    longitude: Longitude


@command
class RecordVisit:
    """When somebody was there and what was found: `nothing` alone, or up to five hardships, which open a lead."""

    visited_at: AwareTime
    findings: Annotated[list[rules.Finding], Field(min_length=1, max_length=5)]
    note: LongText | None = None
    position: Position | None = None
    evidence: Evidences


class VisitRecorded(BaseModel):
    """`due_at`: by when the household is to be visited next. `lead_id`: the lead that what was found has opened."""

    id: UUID
    version: int = 1
    due_at: datetime
    lead_id: UUID | None


async def record_visit(household_id: HouseholdId, visit: RecordVisit, tx: Transaction) -> VisitRecorded:
    """Record a visit; the period to the next one begins with it, and trouble that it found becomes a lead (R38, R41; plan ch.3 s.1).

    A visit that is entered late, after a later one, moves no date.

    :raises NotFound: there is no such household here.
    :raises HouseholdGone: it was struck off.
    :raises NotYetHappened: it lies ahead; VisitedAlready: the caller recorded this one or a later one.
    :raises FindingsContradict: nothing and something, or one thing twice.
    :raises HeardTooLongAgo: it found trouble longer ago than may still be entered.
    """
    hardships = rules.hardships_in(visit.findings)
    happened("body.visited_at", visit.visited_at, now=tx.now)
    household = await households.hold(household_id, tx)
    before = await visits.last(household_id, tx)
    rules.in_order(visit.visited_at, before.of_person)
    is_latest = before.of_household is None or visit.visited_at >= before.of_household
    due_at = await _due_after(visit.visited_at, household.area_code, tx) if is_latest else household.due_at

    visit_id = new_id()
    lead_id = await _lead_of(visit_id, visit, household, hardships, tx) if hardships else None
    await visits.add(_row(visit_id, visit, household, lead_id, tx), tx)
    if is_latest:
        await households.visit_next(household_id, due_at, tx)
    return VisitRecorded(id=visit_id, due_at=due_at, lead_id=lead_id)


async def _lead_of(visit_id: UUID, visit: RecordVisit, household: Any, hardships: list[Hardship], tx: Transaction) -> LeadId:
    """Open the lead of what a visit found; its limit counts from the visit."""
    lead = NewLead(
        area_code=household.area_code,
        household_id=HouseholdId(household.id),
        channel=Channel.HOME_VISIT,
        hardships=hardships,
        note=visit.note,
        heard_at=visit.visited_at,
    )
    return await open_lead(lead, tx, origin=visit_id, heard_field="body.visited_at")


async def _due_after(visited_at: datetime, area: str, tx: Transaction) -> datetime:
    """Find when the period ends that begins with a visit."""
    period = (await law.parameters_for(area, tx)).period(Key.VISIT_DAYS)
    calendar = await law.calendar_for(area, tx, days=period.reach, around=[local_day(visited_at)])
    return calendar.end_of(period, visited_at)


def _row(visit_id: UUID, visit: RecordVisit, household: Any, lead_id: LeadId | None, tx: Transaction) -> dict[str, Any]:
    position = {"latitude": visit.position.latitude, "longitude": visit.position.longitude} if visit.position else None
    told = {"note": visit.note, "position": position}
    return {
        "county_code": household.county_code,
        "id": visit_id,
        "household_id": household.id,
        "area_code": household.area_code,
        "visited_at": visit.visited_at,
        "visited_by": tx.actor.id,
        "recorded_at": tx.now,
        "was_due_at": household.due_at,
        "findings": list(visit.findings),
        "evidence": as_kept(visit.evidence),
        "secrets": tx.vault.seal(told, table="visit", row=visit_id) if any(told.values()) else None,
        "lead_id": lead_id,
    }
