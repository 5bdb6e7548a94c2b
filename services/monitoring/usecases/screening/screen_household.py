"""A household is visited in a round: nothing was found, or trouble, which is a lead at once."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain import screening as rules
from services.monitoring.domain.leads.channels import Channel
from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.screening import RoundId, Screening, ScreeningResult, ScreeningStatus
from services.monitoring.store.register import households as register
from services.monitoring.store.screening import households, rounds
from services.monitoring.usecases.leads.open_lead import NewLead, open_lead
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, LeadId, derived_id
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import happened
from shared.wire import AwareTime, Evidences, LongText, command
from shared.wire.evidence import as_kept


@command
class ScreenHousehold:
    """What a visit found; trouble is named by its hardships."""

    visited_at: AwareTime
    result: ScreeningResult
    hardships: Annotated[list[Hardship], Field(max_length=5)] = Field(default_factory=list)
    note: LongText | None = None
    evidence: Evidences


class Screened(BaseModel):
    """`lead_id`: the lead that the trouble opened."""

    id: UUID
    version: int
    status: ScreeningStatus
    lead_id: UUID | None = None


async def screen_household(round_id: RoundId, household_id: HouseholdId, visit: ScreenHousehold, tx: Transaction, *, expected: int) -> Screened:
    """Take what a visit of a round found; trouble opens a lead in the same act (R38, R41; plan ch.3 s.1).

    :raises NotFound: the household is not in this round, or not here.
    :raises Stale: somebody changed it.
    :raises RoundClosed: the round is over; VisitBeforeRound: the visit lies before it; NotYetHappened: it lies ahead.
    :raises TroubleUnnamed: trouble without a hardship, or a hardship without trouble.
    :raises HouseholdGone: it was struck off.
    """
    screening = await households.hold(round_id, household_id, tx)
    as_seen(screening.version, expected)
    held = await rounds.get(round_id, tx)
    status = rules.screened(screening, held, at=visit.visited_at, result=visit.result, hardships=visit.hardships, by=tx.actor.role)
    happened("body.visited_at", visit.visited_at, now=tx.now)

    visit_id = derived_id(screening.id, "visit")
    lead_id = await _lead(screening, visit, tx) if visit.result is ScreeningResult.TROUBLE else None
    version = await households.decide(
        screening,
        status,
        tx,
        expected=expected,
        visit=visit_id,
        visited=visit.visited_at,
        found=visit.result,
        named=list(visit.hardships) or None,
        told=tx.vault.seal({"note": visit.note}, table="screening_household", row=visit_id) if visit.note else None,
        proof=as_kept(visit.evidence),
        lead=lead_id,
    )
    return Screened(id=screening.id, version=version, status=status, lead_id=lead_id)


async def _lead(screening: Screening, visit: ScreenHousehold, tx: Transaction) -> LeadId:
    """Open the lead of a household's place in a round: there is one at most."""
    household = await register.hold(screening.household_id, tx)
    lead = NewLead(
        area_code=household.area_code,
        household_id=screening.household_id,
        channel=Channel.SCREENING,
        hardships=list(visit.hardships),
        note=visit.note,
        heard_at=visit.visited_at,
    )
    return await open_lead(lead, tx, origin=screening.id, heard_field="body.visited_at")
