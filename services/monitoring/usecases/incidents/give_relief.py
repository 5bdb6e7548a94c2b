"""A household that an incident hit is given relief (救助)."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.incidents import effects, tracking
from services.monitoring.domain.incidents import incidents as rules
from services.monitoring.domain.incidents.effects import EffectAct, EffectStatus
from services.monitoring.domain.incidents.incidents import IncidentId
from services.monitoring.domain.incidents.tracking import ReliefKind
from services.monitoring.store.incidents import households, incidents, relief
from services.monitoring.store.register import households as register
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, new_id
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import happened
from shared.wire import AwareTime, Evidences, SafeText, Yuan, command
from shared.wire.evidence import as_kept


@command
class GiveRelief:
    """What was delivered when, and by whom. `amount` in yuan: of cash always, of goods and work what they are worth if that is known."""

    kind: ReliefKind
    amount: Yuan | None = None
    delivered_at: AwareTime
    provider: Annotated[SafeText, Field(examples=["县应急管理局"])]
    evidence: Evidences


class Relieved(BaseModel):
    """`relief_id`: the delivery; `version` and `status` are the household's in the incident."""

    id: UUID
    relief_id: UUID
    version: int
    status: EffectStatus


async def give_relief(incident_id: IncidentId, household_id: HouseholdId, given: GiveRelief, tx: Transaction, *, expected: int) -> Relieved:
    """Enter a delivery to a household that an incident hit (R56; plan ch.3 s.3).

    :raises NotFound: the household is none of this incident, or not here; HouseholdGone: it was struck off.
    :raises Stale: somebody changed it; Conflict: nobody found it hit.
    :raises IncidentClosed: the incident is over; CheckBeforeIncident: it was delivered before it; NotYetHappened: it lies ahead.
    :raises AmountMissing: cash without an amount; SameReliefTwice: this very delivery is there.
    """
    household = await register.hold(household_id, tx)
    effect = await households.hold(incident_id, household_id, tx)
    as_seen(effect.version, expected)
    incident = await incidents.get(incident_id, tx)
    rules.under_way(incident)
    status = effects.PROCEDURE.step(effect.status, EffectAct.RELIEVE, tx.actor.role).to
    if given.delivered_at < incident.happened_at:
        raise effects.CheckBeforeIncident("body.delivered_at")
    happened("body.delivered_at", given.delivered_at, now=tx.now)
    if given.kind is ReliefKind.CASH and (given.amount or Decimal(0)) <= 0:
        raise tracking.AmountMissing("body.amount")

    relief_id = new_id()
    row = {
        "county_code": effect.county_code,
        "id": relief_id,
        "incident_id": incident_id,
        "effect_id": effect.id,
        "household_id": household_id,
        "area_code": household.area_code,
        "kind": given.kind,
        "amount": given.amount,
        "delivered_at": given.delivered_at,
        "provider": given.provider,
        "evidence": as_kept(given.evidence),
        "entered_by": tx.actor.id,
        "entered_at": tx.now,
    }
    if not await relief.add(row, tx):
        raise tracking.SameReliefTwice("body.delivered_at", "body.provider")
    version = await households.decide(effect, status, tx, expected=expected)
    return Relieved(id=effect.id, relief_id=relief_id, version=version, status=status)
