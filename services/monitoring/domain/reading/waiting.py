"""All that waits for somebody (待办): each matter with its step, at which level it is done, and by which door (R163; plan ch.3 s.3, ch.12 s.5).

A matter joins the one worklist by a line here and one in `store/reading/work.py`. Who may act is what its own procedure says.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from services.monitoring.domain import cases, screening
from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.deadlines import escalations
from services.monitoring.domain.deadlines.escalations import EscalationAct, EscalationStatus
from services.monitoring.domain.deadlines.limits import CASE_STEPS, Level
from services.monitoring.domain.incidents import effects, tracking
from services.monitoring.domain.incidents.effects import EffectAct, EffectStatus
from services.monitoring.domain.incidents.tracking import TrackingAct, TrackingStatus
from services.monitoring.domain.leads import answers, leads
from services.monitoring.domain.leads.answers import AnswerAct, AnswerStatus
from services.monitoring.domain.leads.leads import LeadAct, LeadStatus
from services.monitoring.domain.quality import findings
from services.monitoring.domain.quality.findings import FindingAct, FindingStatus
from services.monitoring.domain.reading.work import Door, Matter, Waiting, WorkStep
from services.monitoring.domain.regional import alarms
from services.monitoring.domain.regional.alarms import AlarmAct, AlarmStatus
from services.monitoring.domain.register import change_requests, duplicates
from services.monitoring.domain.register.change_requests import ChangeAct, RequestAct, RequestStatus
from services.monitoring.domain.register.duplicates import Decision, DuplicateStatus
from services.monitoring.domain.screening import ScreeningAct, ScreeningStatus
from shared.kernel.actors import Actor
from shared.kernel.procedure import Procedure

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)

_VILLAGE, _TOWNSHIP, _COUNTY, _PREFECTURE = (frozenset({level}) for level in Level)
_CASE_DOORS = {
    CaseStatus.OPENED: ("case_appraisal", "/v1/cases/{id}/appraisal"),
    CaseStatus.APPRAISED: ("case_notice", "/v1/cases/{id}/notice"),
    CaseStatus.ON_NOTICE: ("case_notice_removal", "/v1/cases/{id}/notice-removal"),
    CaseStatus.NOTICE_OVER: ("case_township_review", "/v1/cases/{id}/township-review"),
    CaseStatus.REVIEWED: ("case_county_approval", "/v1/cases/{id}/county-approval"),
}
_REQUEST_DOOR = ("change_request_approval", "/v1/change-requests/{id}/approval")


def _waits(
    matter: Matter,
    step: WorkStep,
    procedure: Procedure[S, A],
    status: S,
    act: A,
    door: tuple[str, str],
    *,
    at: frozenset[Level] | None = None,
    where: str = "",
) -> Waiting:
    """Declare what waits for an act of a procedure, for whom the procedure names.

    :param door: the operation and its path.
    """
    operation, path = door
    by = procedure.steps[status, act].by
    return Waiting(matter=matter, step=step, status=str(status), by=by, at=at, where=where, door=Door(operation=operation, path=path))


def _case(status: CaseStatus) -> Waiting:
    act, level = CASE_STEPS[status].act, CASE_STEPS[status].level
    at = frozenset({level}) if level else None
    return _waits(Matter.CASE, WorkStep(act), cases.PROCEDURE, status, act, _CASE_DOORS[status], at=at)


def _request(step: WorkStep, act: ChangeAct, at: frozenset[Level], where: str) -> Waiting:
    procedure = change_requests.PROCEDURES[act]
    return _waits(Matter.CHANGE_REQUEST, step, procedure, RequestStatus.REQUESTED, RequestAct.APPROVE, _REQUEST_DOOR, at=at, where=where)


def _finding(owner: Level) -> Waiting:
    """It is the owner's: the household's village where it lies there, the township or county around it, or the prefecture (R59)."""
    door = ("quality_finding_recheck", "/v1/quality-findings/{id}/recheck")
    procedure, at = findings.PROCEDURE, frozenset({owner})
    return _waits(Matter.FINDING, WorkStep.REPAIR, procedure, FindingStatus.OPEN, FindingAct.RECHECK, door, at=at, where=f"of_{owner}")


WAITING: Sequence[Waiting] = (
    _waits(
        Matter.LEAD,
        WorkStep.VERIFICATION,
        leads.PROCEDURE,
        LeadStatus.REGISTERED,
        LeadAct.VERIFY,
        ("lead_verification", "/v1/leads/{id}/verification"),
        at=_VILLAGE,
        where="in_village",
    ),
    _waits(
        Matter.LEAD,
        WorkStep.DISPATCH,
        leads.PROCEDURE,
        LeadStatus.REGISTERED,
        LeadAct.DISPATCH,
        ("lead_dispatch", "/v1/leads/{id}/dispatch"),
        where="above_village",
    ),
    *(_case(status) for status in CASE_STEPS),
    _request(WorkStep.REQUEST_APPROVAL, ChangeAct.SPLIT, _TOWNSHIP | _COUNTY, "within_county"),
    _request(WorkStep.PREFECTURE_APPROVAL, ChangeAct.COUNTY_TRANSFER, _PREFECTURE, "across_counties"),
    _waits(
        Matter.DUPLICATE,
        WorkStep.DECISION,
        duplicates.DECIDING,
        DuplicateStatus.OPEN,
        Decision.SAME,
        ("duplicate_decision", "/v1/duplicates/{id}/decision"),
        at=_TOWNSHIP | _COUNTY,
    ),
    _waits(
        Matter.SCREENING,
        WorkStep.VISIT,
        screening.PROCEDURE,
        ScreeningStatus.TO_SCREEN,
        ScreeningAct.VISIT,
        ("screening_visit", "/v1/screening-rounds/{parent}/households/{household}/visit"),
        at=_VILLAGE,
    ),
    _waits(
        Matter.ANSWER,
        WorkStep.RETURN,
        answers.PROCEDURE,
        AnswerStatus.TO_RETURN,
        AnswerAct.RETURN,
        ("lead_answer_return", "/v1/lead-answers/{id}/return"),
        at=_TOWNSHIP | _COUNTY | _PREFECTURE,
    ),
    _waits(
        Matter.ALARM,
        WorkStep.ALARM_ANSWER,
        alarms.PROCEDURE,
        AlarmStatus.OPEN,
        AlarmAct.ANSWER,
        ("regional_alarm_answer", "/v1/regional-alarms/{id}/answer"),
        at=_COUNTY,
    ),
    _waits(
        Matter.EFFECT,
        WorkStep.CHECK,
        effects.PROCEDURE,
        EffectStatus.TO_CHECK,
        EffectAct.CHECK,
        ("incident_check", "/v1/incidents/{parent}/households/{household}/check"),
        at=_VILLAGE,
    ),
    _waits(
        Matter.TRACKING,
        WorkStep.TRACKING_VISIT,
        tracking.PROCEDURE,
        TrackingStatus.TO_VISIT,
        TrackingAct.VISIT,
        ("incident_tracking_visit", "/v1/incident-trackings/{id}/visit"),
        at=_VILLAGE,
    ),
    *(_finding(owner) for owner in Level),
    _waits(
        Matter.ESCALATION,
        WorkStep.ACKNOWLEDGEMENT,
        escalations.PROCEDURE,
        EscalationStatus.OPEN,
        EscalationAct.ACKNOWLEDGE,
        ("escalation_acknowledgement", "/v1/escalations/{id}/acknowledgement"),
    ),
)


def waiting_for(actor: Actor, *, matter: Matter = Matter.ALL, step: WorkStep | None = None, mine: bool = False) -> tuple[Waiting, ...]:
    """Choose what a worklist is made of."""
    return tuple(each for each in WAITING if matter in (Matter.ALL, each.matter) and step in (None, each.step) and (not mine or each.is_for(actor)))
