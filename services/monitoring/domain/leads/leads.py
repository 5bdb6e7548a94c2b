"""Leads (线索): a trouble heard of, to be checked in the village (R41-R43; plan ch.3 s.1).

registered ──verification──▶ confirmed   with risks: opens a case, joins the open one, or waits for the next
    │                     └▶ dismissed   with a reason, and what its source is told
    └──dispatch──▶ lies further down, until it lies in a village; referral-back: one level up again
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.monitoring.domain.leads.answers import LeadOutcome
from services.monitoring.domain.leads.channels import Channel
from services.monitoring.domain.risks import Risk
from shared.kernel.actors import Role
from shared.kernel.areas import COUNTY, VILLAGE, is_inside, parent_of
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.ids import CaseId, HouseholdId, LeadId, derived_id
from shared.kernel.procedure import Procedure, Step


class LeadStatus(StrEnum):
    REGISTERED = "registered"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class LeadAct(StrEnum):
    VERIFY = "verification"  # 入户核实
    DISPATCH = "dispatch"  # 分派下级
    REFER_BACK = "referral_back"  # 退回上级


class VisitOutcome(StrEnum):
    """What a visit finds of a lead (核实结果)."""

    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


PROCEDURE = Procedure(
    {
        (LeadStatus.REGISTERED, LeadAct.VERIFY): Step(
            LeadStatus.CONFIRMED, frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER}), refused=LeadStatus.DISMISSED
        ),
        (LeadStatus.REGISTERED, LeadAct.DISPATCH): Step(
            LeadStatus.REGISTERED, frozenset({Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER})
        ),
        (LeadStatus.REGISTERED, LeadAct.REFER_BACK): Step(
            LeadStatus.REGISTERED, frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER})
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    id: LeadId
    county_code: str
    township_code: str
    area_code: str
    household_id: HouseholdId | None
    channel: Channel
    status: LeadStatus
    registered_at: datetime
    heard_at: datetime
    due_at: datetime
    case_id: CaseId | None
    version: int
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A confirmed lead, as a case takes it up."""

    id: LeadId
    risks: Sequence[str]
    registered_at: datetime
    heard_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found in the village: the lead's next status, the risks that it brings to a case, and what a dismissed one answers."""

    status: LeadStatus
    risks: list[Risk]
    answer: LeadOutcome | None = None


class RisksMissing(Invalid):
    sentence = "核实属实的线索须认定一至五项风险，首项为主要风险。收入低于底线本身不构成风险。"
    english = "A confirmed lead names one to five risks, the main one first. Being below the line alone is none."


class ReasonMissing(Invalid):
    sentence = "排除线索须写明理由，且不认定风险。"
    english = "Dismissing a lead takes a reason, and no risks."


class HouseholdUnknown(Conflict):
    sentence = "该线索尚未对应到户，请先登记该户并在核实时指明。"
    english = "The lead belongs to no household yet: register it and name it with the verification."


class AnotherHousehold(Conflict):
    sentence = "该线索已对应另一户，不得改指。"
    english = "The lead belongs to another household already."


class AnswerComesWithDecision(Invalid):
    sentence = "属实的线索随识别认定结果答复，核实时不填答复。"
    english = "A confirmed lead is answered when its case is decided: give no answer with the verification."


class NotInAVillage(Conflict):
    sentence = "该线索尚未分派到村，请先分派再核实。"
    english = "The lead lies in no village yet: dispatch it first."


class NotFurtherDown(Invalid):
    sentence = "只能分派到该线索现所在区划之内的下级。"
    english = "A lead is dispatched to an area inside the one in which it lies."


class BelongsToHousehold(Conflict):
    sentence = "该线索已对应到户，不能退回，请核实后写明结果。"
    english = "The lead belongs to a household: it is not referred back, but checked, and answered."


class AtTheTop(Conflict):
    sentence = "该线索已在县级，不能再退回。"
    english = "The lead lies with the county already: there is no level above."


_SOURCES = UUID("5309b6a0-0000-7000-8000-000000000005")


def lead_of_number(channel: Channel, source_number: str) -> LeadId:
    """Give the id of the lead that came under a source's number: the same number is the same lead, wherever it is sent."""
    return LeadId(derived_id(_SOURCES, f"{channel}/{source_number}"))


def verify(
    lead: Lead, outcome: VisitOutcome, *, risks: Sequence[Risk], reason: str | None, by: Role, answer: LeadOutcome | None = None
) -> Verification:
    """Decide a lead on what was found; a dismissed one without an answer of its own is answered `other`.

    :raises NotInAVillage: it lies with a county or a township still.
    :raises RisksMissing: it is confirmed without a risk, or with one named twice.
    :raises AnswerComesWithDecision: it is confirmed, and answered too.
    :raises ReasonMissing: it is dismissed without a reason, or with risks.
    """
    step = PROCEDURE.step(lead.status, LeadAct.VERIFY, by)
    if len(lead.area_code) < VILLAGE:
        raise NotInAVillage
    if outcome is VisitOutcome.CONFIRMED:
        if not risks or len(set(risks)) < len(risks):
            raise RisksMissing("body.risks")
        if answer is not None:
            raise AnswerComesWithDecision("body.answer")
        return Verification(status=step.to, risks=list(risks))
    if reason is None or risks:
        raise ReasonMissing("body.reason" if reason is None else "body.risks")
    return Verification(status=step.refused or step.to, risks=[], answer=answer or LeadOutcome.OTHER)


def dispatched(lead: Lead, to: str, *, by: Role) -> str:
    """Send a lead further down (R43), and say where it lies then.

    :raises NotFurtherDown: the area is not inside the one in which it lies.
    """
    PROCEDURE.step(lead.status, LeadAct.DISPATCH, by)
    if to == lead.area_code or not is_inside(to, lead.area_code):
        raise NotFurtherDown("body.area")
    return to


def referred_back(lead: Lead, *, by: Role) -> str:
    """Give a lead back one level up (R43), and say where it lies then.

    :raises BelongsToHousehold: it is known whose it is.
    :raises AtTheTop: it lies with the county.
    """
    PROCEDURE.step(lead.status, LeadAct.REFER_BACK, by)
    if lead.household_id is not None:
        raise BelongsToHousehold
    if len(lead.area_code) <= COUNTY:
        raise AtTheTop
    return parent_of(lead.area_code)
