"""What waits for somebody (待办): each matter with its step, who acts, at which level, and by which door (R163; plan ch.3 s.3, ch.12 s.5).

A matter joins the one worklist by a line here and one in `store/reading/work.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.monitoring.domain import cases
from services.monitoring.domain.cases import CaseAct, CaseStatus
from services.monitoring.domain.deadlines.limits import CASE_STEPS, LENGTHS, Level
from services.monitoring.domain.incidents import effects, tracking
from services.monitoring.domain.incidents.effects import EffectAct, EffectStatus
from services.monitoring.domain.incidents.tracking import TrackingAct, TrackingStatus
from services.monitoring.domain.leads import leads
from services.monitoring.domain.leads.leads import LeadAct, LeadStatus
from services.monitoring.domain.quality import findings
from services.monitoring.domain.quality.findings import FindingAct, FindingStatus
from services.monitoring.domain.regional import alarms
from services.monitoring.domain.regional.alarms import AlarmAct, AlarmStatus
from services.monitoring.domain.register.change_requests import DECIDERS, ChangeAct
from shared.kernel.actors import Actor, Role


class Matter(StrEnum):
    """What kind of thing waits."""

    ALL = "all"  # 全部
    LEAD = "lead"  # 线索
    CASE = "case"  # 识别事项
    CHANGE_REQUEST = "change_request"  # 变更申请
    DUPLICATE = "duplicate"  # 疑似重复人员
    SCREENING = "screening"  # 排查户
    ANSWER = "answer"  # 线索反馈
    ALARM = "regional_alarm"  # 区域预警
    EFFECT = "incident_household"  # 受灾核查
    TRACKING = "incident_tracking"  # 灾后回访
    FINDING = "finding"  # 数据质量问题
    ESCALATION = "escalation"  # 到期提醒与逾期上报


class WorkStep(StrEnum):
    """What is to be done next."""

    VERIFICATION = "verification"  # 入户核实
    DISPATCH = "dispatch"  # 分派下级
    APPRAISAL = "village_appraisal"  # 民主评议
    NOTICE = "notice"  # 张贴公示
    NOTICE_REMOVAL = "notice_removal"  # 撤下公示
    TOWNSHIP_REVIEW = "township_review"  # 乡镇审核
    COUNTY_APPROVAL = "county_approval"  # 县级审定
    REQUEST_APPROVAL = "approval"  # 变更申请审批
    PREFECTURE_APPROVAL = "prefecture_approval"  # 跨县迁移市级审批
    DECISION = "decision"  # 核定是否同一人
    VISIT = "visit"  # 入户排查
    RETURN = "return"  # 反馈来源
    ALARM_ANSWER = "answer"  # 区域预警答复
    CHECK = "check"  # 受灾核查
    TRACKING_VISIT = "tracking_visit"  # 灾后回访
    REPAIR = "repair"  # 修正数据
    ACKNOWLEDGEMENT = "acknowledgement"  # 签收


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The operation that acts, and its path: `{id}` is the thing, `{parent}` what it is in, `{household}` whose it is."""

    operation: str
    path: str
    method: str = "POST"

    def of(self, *, id: UUID, parent: UUID | None, household: UUID | None) -> str:
        """Write the path for one thing."""
        return self.path.replace("{id}", str(id)).replace("{parent}", str(parent)).replace("{household}", str(household))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A step that waits: of things in one status, and where that is not enough `where` says which.

    :param at: the levels whose task it is; absent, it is that of the area in which the thing lies.
    :param where: a word of the store's for a part of the status.
    """

    matter: Matter
    step: WorkStep
    status: str
    by: frozenset[Role]
    door: Door
    at: frozenset[Level] | None = None
    where: str = ""

    def is_for(self, actor: Actor) -> bool:
        """It is the task of the actor's office: the role may act, and the level is its own; where that is the area's, the area decides."""
        return actor.role in self.by and (self.at is None or any(LENGTHS[level] == len(actor.area) for level in self.at))


_VILLAGE, _TOWNSHIP, _COUNTY, _PREFECTURE = (frozenset({level}) for level in Level)
_CASE_DOORS = {
    CaseStatus.OPENED: Door(operation="case_appraisal", path="/v1/cases/{id}/appraisal"),
    CaseStatus.APPRAISED: Door(operation="case_notice", path="/v1/cases/{id}/notice"),
    CaseStatus.ON_NOTICE: Door(operation="case_notice_removal", path="/v1/cases/{id}/notice-removal"),
    CaseStatus.NOTICE_OVER: Door(operation="case_township_review", path="/v1/cases/{id}/township-review"),
    CaseStatus.REVIEWED: Door(operation="case_county_approval", path="/v1/cases/{id}/county-approval"),
}
_REQUEST_DOOR = Door(operation="change_request_approval", path="/v1/change-requests/{id}/approval")
_IN_THE_VILLAGE = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER})
_REGISTRARS = frozenset({Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER})
_OFFICERS = _REGISTRARS | {Role.PREFECTURE_OFFICER}


def _lead_by(act: LeadAct) -> frozenset[Role]:
    return leads.PROCEDURE.steps[LeadStatus.REGISTERED, act].by


def _case(status: CaseStatus) -> Waiting:
    step = CASE_STEPS[status]
    act: CaseAct = step.act
    level = frozenset({step.level}) if step.level else None
    by = cases.PROCEDURE.steps[status, act].by
    return Waiting(matter=Matter.CASE, step=WorkStep(act), status=str(status), by=by, at=level, door=_CASE_DOORS[status])


def _finding(owner: Level) -> Waiting:
    """It is the owner's: the household's village where it lies there, the township or county around it, or the prefecture (R59)."""
    return Waiting(
        matter=Matter.FINDING,
        step=WorkStep.REPAIR,
        status="open",
        where=f"of_{owner}",
        by=findings.PROCEDURE.steps[FindingStatus.OPEN, FindingAct.RECHECK].by,
        at=frozenset({owner}),
        door=Door(operation="quality_finding_recheck", path="/v1/quality-findings/{id}/recheck"),
    )


WAITING: Sequence[Waiting] = (
    Waiting(
        matter=Matter.LEAD,
        step=WorkStep.VERIFICATION,
        status="registered",
        where="in_village",
        by=_lead_by(LeadAct.VERIFY),
        at=_VILLAGE,
        door=Door(operation="lead_verification", path="/v1/leads/{id}/verification"),
    ),
    Waiting(
        matter=Matter.LEAD,
        step=WorkStep.DISPATCH,
        status="registered",
        where="above_village",
        by=_lead_by(LeadAct.DISPATCH),
        door=Door(operation="lead_dispatch", path="/v1/leads/{id}/dispatch"),
    ),
    *(_case(status) for status in CASE_STEPS),
    Waiting(
        matter=Matter.CHANGE_REQUEST,
        step=WorkStep.REQUEST_APPROVAL,
        status="requested",
        where="within_county",
        by=DECIDERS[ChangeAct.SPLIT],
        at=_TOWNSHIP | _COUNTY,
        door=_REQUEST_DOOR,
    ),
    Waiting(
        matter=Matter.CHANGE_REQUEST,
        step=WorkStep.PREFECTURE_APPROVAL,
        status="requested",
        where="across_counties",
        by=DECIDERS[ChangeAct.COUNTY_TRANSFER],
        at=_PREFECTURE,
        door=_REQUEST_DOOR,
    ),
    Waiting(
        matter=Matter.DUPLICATE,
        step=WorkStep.DECISION,
        status="open",
        by=_REGISTRARS,
        at=_TOWNSHIP | _COUNTY,
        door=Door(operation="duplicate_decision", path="/v1/duplicates/{id}/decision"),
    ),
    Waiting(
        matter=Matter.SCREENING,
        step=WorkStep.VISIT,
        status="to_screen",
        by=_IN_THE_VILLAGE,
        at=_VILLAGE,
        door=Door(operation="screening_visit", path="/v1/screening-rounds/{parent}/households/{household}/visit"),
    ),
    Waiting(
        matter=Matter.ANSWER,
        step=WorkStep.RETURN,
        status="to_return",
        by=_OFFICERS,
        at=_TOWNSHIP | _COUNTY | _PREFECTURE,
        door=Door(operation="lead_answer_return", path="/v1/lead-answers/{id}/return"),
    ),
    Waiting(
        matter=Matter.ALARM,
        step=WorkStep.ALARM_ANSWER,
        status="open",
        by=alarms.PROCEDURE.steps[AlarmStatus.OPEN, AlarmAct.ANSWER].by,
        at=_COUNTY,
        door=Door(operation="regional_alarm_answer", path="/v1/regional-alarms/{id}/answer"),
    ),
    Waiting(
        matter=Matter.EFFECT,
        step=WorkStep.CHECK,
        status="to_check",
        by=effects.PROCEDURE.steps[EffectStatus.TO_CHECK, EffectAct.CHECK].by,
        at=_VILLAGE,
        door=Door(operation="incident_check", path="/v1/incidents/{parent}/households/{household}/check"),
    ),
    Waiting(
        matter=Matter.TRACKING,
        step=WorkStep.TRACKING_VISIT,
        status="to_visit",
        by=tracking.PROCEDURE.steps[TrackingStatus.TO_VISIT, TrackingAct.VISIT].by,
        at=_VILLAGE,
        door=Door(operation="incident_tracking_visit", path="/v1/incident-trackings/{id}/visit"),
    ),
    *(_finding(owner) for owner in Level),
    Waiting(
        matter=Matter.ESCALATION,
        step=WorkStep.ACKNOWLEDGEMENT,
        status="open",
        by=_OFFICERS | {Role.VILLAGE_CADRE},
        door=Door(operation="escalation_acknowledgement", path="/v1/escalations/{id}/acknowledgement"),
    ),
)


def waiting_for(actor: Actor, *, matter: Matter = Matter.ALL, step: WorkStep | None = None, mine: bool = False) -> tuple[Waiting, ...]:
    """Choose what a worklist is made of."""
    return tuple(each for each in WAITING if matter in (Matter.ALL, each.matter) and step in (None, each.step) and (not mine or each.is_for(actor)))
