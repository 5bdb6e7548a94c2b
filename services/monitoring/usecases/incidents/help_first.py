"""One household of an incident is helped first: flagged now, with the case open whose steps are owed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.cases import Case, CaseStatus
from services.monitoring.domain.flags.flags import Flag
from services.monitoring.domain.flags.measures import covered
from services.monitoring.domain.incidents import effects
from services.monitoring.domain.incidents.effects import Effect, EffectAct, EffectStatus
from services.monitoring.domain.incidents.green_channel import CaseUnderWay, HelpFirst, ItemStatus, Order
from services.monitoring.domain.incidents.incidents import IncidentId
from services.monitoring.domain.leads.leads import Confirmed, LeadStatus
from services.monitoring.domain.parameters import Key, Parameters
from services.monitoring.domain.risks import joined
from services.monitoring.store import cases, law
from services.monitoring.store.flags import flags
from services.monitoring.store.incidents import households
from services.monitoring.store.leads import leads
from services.monitoring.store.register import households as register
from services.monitoring.usecases.cases.flag_household import flag_household
from services.monitoring.usecases.cases.open_case import open_case
from services.monitoring.usecases.deadlines.end_pause import end_pause_of_lead
from shared.database.transaction import Transaction
from shared.kernel.ids import FlagId, HouseholdId, LeadId
from shared.kernel.workdays import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Helped:
    """What became of a household; its case is absent where it was flagged with these risks before, and no case that is under way names them."""

    status: ItemStatus
    flag_id: FlagId
    case_id: UUID | None


async def help_first(order: Order, household_id: HouseholdId, tx: Transaction) -> Helped:
    """Flag a household that an incident hit, on a case opened in the same act; one that is monitored already gets the risks added.

    All steps of the case are owed within the dated days, and none is skipped; the category begins with the flag.

    :raises HouseholdGone: it was struck off; Conflict: nobody found it hit, or it was helped already.
    :raises CaseUnderWay: its case is past the appraisal and has not these risks.
    :raises TooManyRisks: it would have more risks than the form holds; NoLine, RiskWithoutMeasure, ParameterMissing: the law is not complete.
    """
    household = await register.hold(household_id, tx)
    effect = await households.hold(IncidentId(order.incident_id), household_id, tx)
    status = effects.PROCEDURE.step(effect.status, EffectAct.GREEN_CHANNEL, tx.actor.role).to
    risks = effect.risks or []
    covered(risks, await law.measures_for(household.area_code, tx))
    held = await flags.open_of(household_id, tx)
    if held and set(risks) <= set(held.risks):
        return await _had_before(held, effect, status, tx)

    parameters = await law.parameters_for(household.area_code, tx)
    case = await _case(order, effect, household, parameters, tx)
    flagging = await flag_household(case, parameters, tx)
    if not held:
        await cases.flagged(case, flagging.flag_id, tx)
    elif held.id != case.flag_id:
        await cases.helped(case, flagging.added, tx)
    await households.decide(effect, status, tx, expected=effect.version, case_id=case.id)
    return Helped(status=ItemStatus.RISK_ADDED if held else ItemStatus.FLAGGED, flag_id=flagging.flag_id, case_id=case.id)


async def _had_before(held: Flag, effect: Effect, status: EffectStatus, tx: Transaction) -> Helped:
    """Add nothing to a flag that has these risks already; the lead joins the case under way that names them, or waits to be verified."""
    case = await cases.open_of(effect.household_id, tx)
    case_id = case.id if case and set(effect.risks or []) <= set(case.risks) else None
    if case_id:
        await _confirm(effect, case_id, tx)
    await households.decide(effect, status, tx, expected=effect.version, case_id=case_id)
    return Helped(status=ItemStatus.HAD_BEFORE, flag_id=held.id, case_id=case_id)


async def _case(order: Order, effect: Effect, household: Row[Any], parameters: Parameters, tx: Transaction) -> Case:
    """Mark the case under way, or open one for the household's lead of the incident and those that wait."""
    period = parameters.period(Key.GREEN_CHANNEL_DAYS)
    calendar = await law.calendar_for(household.area_code, tx, days=period.reach, around=[local_day(tx.now)])
    first = HelpFirst(by=order.ordered_by, document_number=order.document_number, due_at=calendar.end_of(period, tx.now))
    risks, at_most = effect.risks or [], parameters.number(Key.MAX_RISKS)
    case = await cases.open_of(effect.household_id, tx)
    if case:
        if case.status is not CaseStatus.OPENED and not set(risks) <= set(case.risks):
            raise CaseUnderWay
        await cases.help_first(case, joined(case.risks, risks, at_most=at_most), first, tx)
        await _confirm(effect, case.id, tx)
    else:
        waiting = await leads.waiting(effect.household_id, tx)
        heard = effect.checked_at or tx.now
        harm = Confirmed(id=LeadId(effect.lead_id or effect.id), risks=risks, registered_at=tx.now, heard_at=heard, due_at=first.due_at)
        case_id = await open_case(household, [harm, *(lead for lead in waiting if lead.id != harm.id)], tx, first=first)
        await leads.join([lead.id for lead in waiting], case_id, tx)
        await _confirm(effect, case_id, tx)
    found = await cases.open_of(effect.household_id, tx)
    if found is None:
        raise CaseUnderWay
    return found


async def _confirm(effect: Effect, case_id: Any, tx: Transaction) -> None:
    """Let the check stand for the verification of the household's lead, if nobody has verified it: it is answered when the case is decided."""
    if effect.lead_id is None:
        return
    lead = await leads.get(LeadId(effect.lead_id), tx)
    if lead.status is not LeadStatus.REGISTERED:
        return
    lead = await end_pause_of_lead(lead, tx)
    found = {"status": LeadStatus.CONFIRMED, "household_id": effect.household_id, "risks": effect.risks or [], "case_id": case_id, "reason": None}
    await leads.verify(lead, tx, expected=lead.version, **found)
