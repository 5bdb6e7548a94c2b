"""The village finds out whether an incident hit a household; one that was hit is a lead at once."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.flags.measures import covered
from services.monitoring.domain.incidents import effects
from services.monitoring.domain.incidents.effects import Effect, EffectStatus, Loss
from services.monitoring.domain.incidents.incidents import Incident, IncidentId
from services.monitoring.domain.incidents.tracking import due_days
from services.monitoring.domain.leads.channels import Channel
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.risks import Hardship, Risk
from services.monitoring.store import law
from services.monitoring.store.incidents import households, incidents, trackings
from services.monitoring.store.register import households as register
from services.monitoring.usecases.leads.open_lead import NewLead, open_lead
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, LeadId
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import happened
from shared.wire import AwareTime, Evidences, LongText, YesNo, Yuan, command
from shared.wire.evidence import as_kept


@command
class CheckHousehold:
    """What was found. A household that was hit names its losses; `estimate`: what it lost, in yuan; `risks`: if others than the hazard's own."""

    checked_at: AwareTime
    affected: YesNo
    losses: Annotated[list[Loss], Field(max_length=7)] = Field(default_factory=list)
    estimate: Yuan | None = None
    risks: Annotated[list[Risk], Field(max_length=5)] = Field(default_factory=list)
    note: LongText | None = None
    evidence: Evidences


class EffectChanged(BaseModel):
    """`lead_id`: the lead of this incident's harm, whoever came first, the list or the check."""

    id: UUID
    version: int
    status: EffectStatus
    lead_id: UUID | None = None


async def check_household(
    incident_id: IncidentId, household_id: HouseholdId, check: CheckHousehold, tx: Transaction, *, expected: int
) -> EffectChanged:
    """Take what a check found; a household that was hit has one lead of it, and visits are owed to it (R40, R56; plan ch.3 s.1, s.3).

    :raises NotFound: the household is none of this incident, or not here; HouseholdGone: it was struck off.
    :raises Stale: somebody changed it.
    :raises IncidentClosed: the incident is over; CheckBeforeIncident: the check lies before it; NotYetHappened: it lies ahead.
    :raises LossesUnfit: hit without losses, or the other way round; RiskWithoutMeasure: the law has no answer to a risk yet.
    :raises HeardTooLongAgo: it was found longer ago than may still be entered.
    """
    await register.hold(household_id, tx)
    effect = await households.hold(incident_id, household_id, tx)
    as_seen(effect.version, expected)
    incident = await incidents.get(incident_id, tx)
    found = effects.checked(
        effect,
        incident,
        at=check.checked_at,
        affected=check.affected,
        losses=check.losses,
        risks=check.risks,
        estimated=check.estimate is not None,
        by=tx.actor.role,
    )
    happened("body.checked_at", check.checked_at, now=tx.now)

    lead_id = None
    if check.affected:
        covered(found.risks, await law.measures_for(effect.area_code, tx))
        lead_id = await _lead(effect, incident, found.hardship, check, tx)
        due = due_days((await law.parameters_for(effect.area_code, tx)).day_counts(Key.TRACKING_DAYS), check.checked_at)
        await trackings.lay_down(effect, due, tx)
    version = await households.decide(
        effect,
        found.status,
        tx,
        expected=expected,
        losses=list(check.losses) or None,
        estimate=check.estimate,
        risks=list(found.risks) or None,
        secrets=tx.vault.seal({"note": check.note}, table="incident_household", row=effect.id) if check.note else None,
        evidence=as_kept(check.evidence),
        checked_at=check.checked_at,
        checked_by=tx.actor.id,
        lead_id=lead_id,
    )
    return EffectChanged(id=effect.id, version=version, status=found.status, lead_id=lead_id)


async def _lead(effect: Effect, incident: Incident, hardship: Hardship, check: CheckHousehold, tx: Transaction) -> UUID:
    """Join the lead that the department's list has opened for the same harm, or open the one of this household in this incident."""
    if listed := await households.lead_of_list(effect, incident, tx):
        return LeadId(listed)
    lead = NewLead(
        area_code=effect.area_code,
        household_id=effect.household_id,
        channel=Channel.DISASTER,
        hardships=[hardship],
        note=check.note,
        heard_at=check.checked_at,
    )
    return await open_lead(lead, tx, origin=effect.id, heard_field="body.checked_at")
