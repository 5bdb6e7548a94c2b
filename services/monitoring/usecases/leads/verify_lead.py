"""Check a lead in the village, and say what was found."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.cases import Case, CaseStatus
from services.monitoring.domain.flags.measures import covered
from services.monitoring.domain.leads import leads as rules
from services.monitoring.domain.leads.answers import LeadOutcome
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.risks import Risk, joined
from services.monitoring.store import cases, law
from services.monitoring.store.flags import flags
from services.monitoring.store.leads import leads
from services.monitoring.store.register import households
from services.monitoring.usecases.cases.open_case import open_case
from services.monitoring.usecases.deadlines.end_pause import end_pause_of_lead
from services.monitoring.usecases.leads.answer_leads import answer_leads
from shared.database.transaction import Transaction
from shared.kernel.ids import CaseId, HouseholdId, LeadId
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import happened
from shared.wire import AwareTime, Evidences, SafeText, command


@command
class VerifyLead:
    """What a visit found. Confirmed: one to five risks by code, the first the main one. Dismissed: a reason, and what its source is told.

    A lead that belongs to no household yet is confirmed for the household named here.
    """

    outcome: rules.VisitOutcome
    visited_at: AwareTime
    risks: Annotated[list[Risk], Field(max_length=5)] = Field(default_factory=list)
    household_id: UUID | None = None
    reason: SafeText | None = None
    answer: Annotated[
        Literal[LeadOutcome.HELPED, LeadOutcome.UNTRUE, LeadOutcome.NOT_FOUND, LeadOutcome.OTHER] | None,
        Field(description="排除线索时答复来源单位的结果，省略为 other。What the source of a dismissed lead is told."),
    ] = None
    evidence: Evidences


class Verified(BaseModel):
    """`case_id` is absent when the lead is dismissed, or waits for the next case of its household."""

    id: UUID
    version: int
    status: rules.LeadStatus
    case_id: UUID | None


async def verify_lead(lead_id: LeadId, verification: VerifyLead, tx: Transaction, *, expected: int) -> Verified:
    """Decide a lead; a confirmed one opens a case, joins the open one, or waits for the next (R43; plan ch.3 s.1).

    A dismissed one is answered at once, a confirmed one when its case is decided. From now on it lies where its household is.

    :raises NotFound: there is no such lead here.
    :raises Stale: somebody changed it.
    :raises NotInAVillage: it lies with a county or a township still.
    :raises RisksMissing: confirmed without risks; ReasonMissing: dismissed without a reason; AnswerComesWithDecision: confirmed and answered.
    :raises HouseholdUnknown: it belongs to no household and none is named; AnotherHousehold: it belongs to another.
    :raises TooManyRisks: the case that takes it up would have more risks than the form holds.
    :raises RiskWithoutMeasure: the law has no answer to a risk yet.
    """
    lead = await leads.get(lead_id, tx)
    as_seen(lead.version, expected)
    found = rules.verify(
        lead, verification.outcome, risks=verification.risks, reason=verification.reason, by=tx.actor.role, answer=verification.answer
    )
    happened("body.visited_at", verification.visited_at, now=tx.now)
    lead = await end_pause_of_lead(lead, tx)
    household_id, case_id = lead.household_id, None
    if found.status is rules.LeadStatus.CONFIRMED:
        household = await households.hold(_household(lead, verification), tx)
        household_id = HouseholdId(household.id)
        case_id = await _take_up(lead, found.risks, household, tx)
        lead = await _brought_home(lead, household, tx)

    version = await leads.verify(
        lead,
        tx,
        expected=lead.version,
        status=found.status,
        household_id=household_id,
        risks=found.risks,
        case_id=case_id,
        reason=verification.reason,
    )
    if found.answer:
        await answer_leads([lead_id], found.answer, tx, area=lead.area_code, reason=verification.reason)
    return Verified(id=lead_id, version=version, status=found.status, case_id=case_id)


def _household(lead: rules.Lead, verification: VerifyLead) -> HouseholdId:
    """Say whose lead it is: its own household, or the one named for a lead that has none."""
    household_id = lead.household_id or verification.household_id
    if household_id is None:
        raise rules.HouseholdUnknown("body.household_id")
    if verification.household_id not in (None, household_id):
        raise rules.AnotherHousehold("body.household_id")
    return HouseholdId(household_id)


async def _brought_home(lead: rules.Lead, household: Row[Any], tx: Transaction) -> rules.Lead:
    """Let a lead lie where its household is: who decides about the household must see it, to answer it."""
    if lead.area_code == household.area_code:
        return lead
    version = await leads.move(lead, household.area_code, tx, expected=lead.version)
    return replace(lead, area_code=household.area_code, township_code=household.township_code, version=version)


async def _take_up(lead: rules.Lead, risks: list[Risk], household: Row[Any], tx: Transaction) -> CaseId | None:
    """Bring confirmed risks into a case. The household is held, so that no other act on it runs at the same time.

    Until its appraisal a joining lead adds its risks; afterwards one with nothing new joins, and one with a new risk waits.
    The limit of a case is counted from the earliest of its leads.
    """
    household_id = HouseholdId(household.id)
    covered(risks, await law.measures_for(household.area_code, tx))
    at_most = (await law.parameters_for(household.area_code, tx)).number(Key.MAX_RISKS)
    case, waiting = await cases.open_of(household_id, tx), await leads.waiting(household_id, tx)
    await _hold_to_the_form(household_id, case, waiting, risks, tx, at_most=at_most)
    if case is None:
        confirmed = rules.Confirmed(id=lead.id, risks=risks, registered_at=lead.registered_at, heard_at=lead.heard_at, due_at=lead.due_at)
        case_id = await open_case(household, [*waiting, confirmed], tx)
        await leads.join([each.id for each in waiting], case_id, tx)
        return case_id
    if case.status is CaseStatus.OPENED or set(risks) <= set(case.risks):
        await cases.take_in(case, joined(case.risks, risks, at_most=at_most), tx, due_at=lead.due_at)
        return case.id
    return None


async def _hold_to_the_form(
    household_id: HouseholdId, case: Case | None, waiting: Sequence[rules.Confirmed], risks: Sequence[Risk], tx: Transaction, *, at_most: int
) -> None:
    """Hold all risks of a household, flagged, under way and waiting, against what the form holds: no case may end where it cannot be approved.

    :raises TooManyRisks: together they are too many.
    """
    flag = await flags.open_of(household_id, tx)
    held = [*(flag.risks if flag else []), *(case.risks if case else []), *(risk for each in waiting for risk in each.risks)]
    joined(held, risks, at_most=at_most)
