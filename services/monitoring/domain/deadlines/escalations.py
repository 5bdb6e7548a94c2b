"""What is said of limits, and to whom (提醒、逾期上报; R43, R163): a warning before a step ends, then level after level that it is late.

open ──acknowledgement▶ acknowledged
   └──the step is done──▶ over
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.monitoring.domain.deadlines.limits import LENGTHS, Level, Subject
from shared.kernel.actors import Actor, Role
from shared.kernel.errors import Forbidden
from shared.kernel.procedure import Procedure, Step

EscalationId = NewType("EscalationId", UUID)


class EscalationKind(StrEnum):
    WARNING = "warning"  # 即将到期
    OVERDUE = "overdue"  # 已逾期
    PAUSE_OVER = "pause_over"  # 暂停期满，已恢复计时


class EscalationStatus(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    OVER = "over"


class EscalationAct(StrEnum):
    ACKNOWLEDGE = "acknowledgement"  # 签收


_OFFICIALS = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER})

PROCEDURE = Procedure(
    {(EscalationStatus.OPEN, EscalationAct.ACKNOWLEDGE): Step(EscalationStatus.ACKNOWLEDGED, _OFFICIALS)},
)
LEVELS: Mapping[int, Level] = {length: level for level, length in LENGTHS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Something said once to one level about one step. `area_code` is the level's, `subject_area_code` where the matter lies; `due_at` the step's."""

    id: EscalationId
    county_code: str
    area_code: str
    subject_kind: Subject
    subject_id: UUID
    subject_area_code: str
    household_id: UUID | None
    step: str
    kind: EscalationKind
    level: Level
    status: EscalationStatus
    due_at: datetime
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    version: int


def told_of_a_pause_over(in_charge: Level) -> list[Level]:
    """Say who hears that a pause ran out: the level that has to act and the next above, but for the prefecture, which hears what is late."""
    levels = list(Level)
    place = levels.index(in_charge)
    return [level for level in levels[place : place + 2] if level is not Level.PREFECTURE]


class NotToYourLevel(Forbidden):
    sentence = "该提醒并非报送您这一级，由所报送的层级签收。"
    english = "This was said to another level: that level acknowledges it."


def acknowledge(escalation: Escalation, *, by: Actor) -> EscalationStatus:
    """Take note of what was said to one's own level; to that level alone, so that nobody takes it from those who have to act.

    :raises NotToYourLevel: it was said to another level.
    :raises Conflict: it is acknowledged, or the step is done.
    """
    step = PROCEDURE.step(escalation.status, EscalationAct.ACKNOWLEDGE, by.role)
    if LEVELS[len(by.area)] is not escalation.level:
        raise NotToYourLevel
    return step.to
