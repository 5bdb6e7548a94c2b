"""A household is visited again some time after an incident; one that is still in difficulty is a lead."""

from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.incidents import effects
from services.monitoring.domain.incidents import tracking as visits
from services.monitoring.domain.incidents.effects import Effect, EffectAct
from services.monitoring.domain.incidents.hazards import hardship_of
from services.monitoring.domain.incidents.incidents import IncidentId
from services.monitoring.domain.incidents.tracking import State, Tracking, TrackingAct, TrackingId, TrackingStatus
from services.monitoring.domain.leads.channels import Channel
from services.monitoring.store import cases
from services.monitoring.store.incidents import households, incidents, trackings
from services.monitoring.store.leads import leads
from services.monitoring.store.register import households as register
from services.monitoring.usecases.leads.open_lead import NewLead, open_lead
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import happened
from shared.wire import AwareTime, Evidences, LongText, command
from shared.wire.evidence import as_kept


@command
class VisitAfterIncident:
    """How the household is now."""

    visited_at: AwareTime
    state: State
    note: LongText | None = None
    evidence: Evidences


class Tracked(BaseModel):
    """`lead_id`: the lead that says of the difficulty; absent where a case is under way, or where there is none."""

    id: UUID
    version: int
    status: TrackingStatus
    lead_id: UUID | None


async def visit_after_incident(tracking_id: TrackingId, visit: VisitAfterIncident, tx: Transaction, *, expected: int) -> Tracked:
    """Take what a visit after an incident found; difficulty is a lead, unless one of the same waits or a case is under way (R56; plan ch.3 s.3).

    After the last visit that is owed the household is tracked to the end.

    :raises NotFound: there is no such visit here; HouseholdGone: the household was struck off.
    :raises Stale: somebody changed it; Conflict: it was visited already.
    :raises VisitBeforeCheck: it lies before the household was found hit; NotYetHappened: it lies ahead; HeardTooLongAgo: too long ago.
    """
    tracking = await trackings.get(tracking_id, tx)
    await register.hold(tracking.household_id, tx)
    effect = await households.hold(IncidentId(tracking.incident_id), tracking.household_id, tx)
    as_seen(tracking.version, expected)
    status = visits.PROCEDURE.step(tracking.status, TrackingAct.VISIT, tx.actor.role).to
    if effect.checked_at is None or visit.visited_at < effect.checked_at:
        raise visits.VisitBeforeCheck("body.visited_at")
    happened("body.visited_at", visit.visited_at, now=tx.now)
    lead_id = None if visit.state is State.RECOVERED else await _lead(tracking, effect, visit, tx)

    version = await trackings.visit(
        tracking,
        status,
        tx,
        expected=expected,
        visited=visit.visited_at,
        found=visit.state,
        told=tx.vault.seal({"note": visit.note}, table="incident_tracking", row=tracking.id) if visit.note else None,
        proof=as_kept(visit.evidence),
        lead=lead_id,
    )
    if not await trackings.left_of(effect.id, tx):
        ended = effects.PROCEDURE.step(effect.status, EffectAct.LAST_VISIT, tx.actor.role).to
        await households.decide(effect, ended, tx, expected=effect.version)
    return Tracked(id=tracking_id, version=version, status=status, lead_id=lead_id)


async def _lead(tracking: Tracking, effect: Effect, visit: VisitAfterIncident, tx: Transaction) -> UUID | None:
    """Join the lead of the same hardship that waits to be checked, or leave it to the case under way; otherwise open one."""
    hardship = hardship_of((await incidents.get(tracking.incident_id, tx)).hazard)
    if await cases.open_of(tracking.household_id, tx):
        return None
    if waiting := await leads.registered_of(tracking.household_id, hardship, tx):
        return waiting
    lead = NewLead(
        area_code=effect.area_code,
        household_id=effect.household_id,
        channel=Channel.DISASTER,
        hardships=[hardship],
        note=visit.note,
        heard_at=visit.visited_at,
    )
    return await open_lead(lead, tx, origin=tracking.id, heard_field="body.visited_at")
