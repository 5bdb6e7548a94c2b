"""Leads (线索): a trouble heard of, to be checked in the village (R41-R43; plan ch.3 s.1).

registered ──verification──▶ confirmed   with risks: opens a case, joins the open one, or waits for the next
                          └▶ dismissed   with a reason
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.monitoring.domain.risks import Risk
from shared.kernel.actors import Role
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.ids import CaseId, HouseholdId, LeadId
from shared.kernel.procedure import Procedure, Step


class LeadStatus(StrEnum):
    REGISTERED = "registered"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class LeadAct(StrEnum):
    VERIFY = "verification"


class Channel(StrEnum):
    """How the trouble was heard of (线索来源)."""

    SELF_REPORT = "self_report"  # 农户自主申报
    HOME_VISIT = "home_visit"  # 干部走访排查
    DEPARTMENT = "department"  # 部门筛查预警
    HOTLINE = "hotline"  # 12317 等热线
    DISASTER = "disaster"  # 灾情
    TRANSFER = "transfer"  # 监测对象跨县迁入


class VisitOutcome(StrEnum):
    """What a visit finds of a lead (核实结果)."""

    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


PROCEDURE = Procedure(
    {
        (LeadStatus.REGISTERED, LeadAct.VERIFY): Step(
            LeadStatus.CONFIRMED, frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER}), refused=LeadStatus.DISMISSED
        )
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
    due_at: datetime
    case_id: CaseId | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A confirmed lead, as a case takes it up."""

    id: LeadId
    risks: Sequence[str]
    registered_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found in the village: the lead's next status, and the risks that it brings to a case."""

    status: LeadStatus
    risks: list[Risk]


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


def verify(lead: Lead, outcome: VisitOutcome, *, risks: Sequence[Risk], reason: str | None, by: Role) -> Verification:
    """Decide a lead on what was found.

    :raises RisksMissing: it is confirmed without a risk, or with one named twice.
    :raises ReasonMissing: it is dismissed without a reason, or with risks.
    """
    step = PROCEDURE.step(lead.status, LeadAct.VERIFY, by)
    if outcome is VisitOutcome.CONFIRMED:
        if not risks or len(set(risks)) < len(risks):
            raise RisksMissing("body.risks")
        return Verification(status=step.to, risks=list(risks))
    if reason is None or risks:
        raise ReasonMissing("body.reason" if reason is None else "body.risks")
    return Verification(status=step.refused or step.to, risks=[])
