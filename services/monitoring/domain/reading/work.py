"""The words of what waits for somebody (待办): its matter, its step, the door that acts, and whose task it is (R163; plan ch.3 s.3, ch.12 s.5)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.monitoring.domain.deadlines.limits import LENGTHS, Level
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
