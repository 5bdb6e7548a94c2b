"""What the source of a lead is told when its matter ends (核实结果反馈; R43, plan ch.3 s.1 and s.3): one answer for every lead.

to_return ──return, with the source's receipt──▶ returned      a department, the hotline, a platform waits for it
kept                                                           nobody outside waits for it
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.monitoring.domain.cases import CaseStatus
from shared.kernel.actors import Role
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.procedure import Procedure, Step

AnswerId = NewType("AnswerId", UUID)


class LeadOutcome(StrEnum):
    """What came of a lead."""

    INCLUDED = "included"
    ALREADY_MONITORED = "already_monitored"
    HELPED = "helped"
    UNTRUE = "untrue"
    NOT_FOUND = "not_found"
    OTHER = "other"


WORDS: Mapping[LeadOutcome, str] = {
    LeadOutcome.INCLUDED: "已纳入监测",
    LeadOutcome.ALREADY_MONITORED: "已在监测",
    LeadOutcome.HELPED: "已帮扶无需纳入",
    LeadOutcome.UNTRUE: "信息不实",
    LeadOutcome.NOT_FOUND: "查无此人",
    LeadOutcome.OTHER: "其他",
}


class AnswerStatus(StrEnum):
    TO_RETURN = "to_return"  # 待反馈
    RETURNED = "returned"  # 已反馈
    KEPT = "kept"  # 留存，来源无须反馈


class AnswerAct(StrEnum):
    RETURN = "return"  # 反馈来源单位


PROCEDURE = Procedure(
    {
        (AnswerStatus.TO_RETURN, AnswerAct.RETURN): Step(
            AnswerStatus.RETURNED, frozenset({Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER, Role.PLATFORM_USER})
        )
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAnswer:
    """An answer as it stands. `due_at`: by when its source is to have it."""

    id: AnswerId
    county_code: str
    area_code: str
    lead_id: UUID
    channel: str
    source: str | None
    source_number: str | None
    outcome: LeadOutcome
    reason: str | None
    status: AnswerStatus
    decided_at: datetime
    due_at: datetime
    returned_at: datetime | None
    receipt: str | None
    version: int


class NothingToReturn(Conflict):
    sentence = "此项结果已经反馈，或来源无须反馈。"
    english = "This answer was returned already, or nobody waits for it."


class ReturnedBeforeDecision(Invalid):
    sentence = "反馈时间早于核实结果。"
    english = "It cannot have been returned before it was decided."


def outcome_of(status: CaseStatus, *, monitored_before: bool) -> LeadOutcome:
    """Say what a decided case answers to its leads: who was monitored already is so still; what was not approved is `other`, with the reason."""
    if status is not CaseStatus.APPROVED:
        return LeadOutcome.OTHER
    return LeadOutcome.ALREADY_MONITORED if monitored_before else LeadOutcome.INCLUDED


def returned(answer: LeadAnswer, at: datetime, *, by: Role) -> AnswerStatus:
    """Note that a source has its answer.

    :raises NothingToReturn: it has it already, or does not wait for one.
    :raises ReturnedBeforeDecision: the day lies before the decision.
    """
    if answer.status is not AnswerStatus.TO_RETURN:
        raise NothingToReturn
    step = PROCEDURE.step(answer.status, AnswerAct.RETURN, by)
    if at < answer.decided_at:
        raise ReturnedBeforeDecision("body.returned_at")
    return step.to
