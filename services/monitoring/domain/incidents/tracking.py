"""Relief and the visits after it (救助与灾后跟踪; R56, plan ch.3 s.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.monitoring.domain.incidents.effects import EffectId
from services.monitoring.domain.incidents.incidents import IncidentId
from shared.kernel.actors import Role
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import Procedure, Step
from shared.kernel.workdays import end_of_day, local_day

TrackingId = NewType("TrackingId", UUID)


class ReliefKind(StrEnum):
    CASH = "cash"  # 现金
    GOODS = "goods"  # 物资
    SHELTER = "shelter"  # 临时安置
    REPAIR = "repair"  # 房屋修缮
    OTHER = "other"  # 其他


class TrackingStatus(StrEnum):
    TO_VISIT = "to_visit"  # 待回访
    VISITED = "visited"  # 已回访
    DROPPED = "dropped"  # 已销户或迁出本县，不再回访


class TrackingAct(StrEnum):
    VISIT = "visit"  # 回访


class State(StrEnum):
    """How a household is, some time after an incident."""

    RECOVERED = "recovered"  # 已恢复
    STILL_IN_DIFFICULTY = "still_in_difficulty"  # 仍有困难
    WORSE = "worse"  # 更加困难


PROCEDURE = Procedure(
    {(TrackingStatus.TO_VISIT, TrackingAct.VISIT): Step(TrackingStatus.VISITED, frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER}))}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """A visit that is owed to a household after an incident; the `nth`, by `due_at`."""

    id: TrackingId
    county_code: str
    township_code: str
    area_code: str
    incident_id: IncidentId
    household_id: HouseholdId
    effect_id: EffectId
    nth: int
    status: TrackingStatus
    due_at: datetime
    visited_at: datetime | None
    state: State | None
    lead_id: UUID | None
    version: int


class AmountMissing(Invalid):
    sentence = "现金救助须写明金额，且大于零。"
    english = "Relief in cash names its amount, above zero."


class SameReliefTwice(Conflict):
    sentence = "该户已登记过同一项救助。"
    english = "This very relief is entered for the household already."


class VisitBeforeCheck(Invalid):
    sentence = "回访时间早于核查受灾之时。"
    english = "The visit lies before the check that found the household hit."


def due_days(days: Sequence[int], since: datetime) -> list[datetime]:
    """Say by when each visit after an incident is due, counted in calendar days from when it was found that the household was hit."""
    return [end_of_day(local_day(since) + timedelta(days=count)) for count in days]
