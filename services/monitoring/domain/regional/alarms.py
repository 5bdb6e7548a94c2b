"""Regional alarms (区域性、规模性返贫预警; R40, R55, plan ch.3 s.3): opened by counts, answered by the county, cleared by counts.

open ──answer──▶ answered   by the county, before a day
  └──────┴─────▶ cleared    by the check, when the counts have stayed low
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.monitoring.domain.regional.causes import Cause
from services.monitoring.domain.risks import Hardship
from shared.kernel.actors import Role
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.procedure import Procedure, Step

AlarmId = NewType("AlarmId", UUID)


class AlarmStatus(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLEARED = "cleared"


class AlarmAct(StrEnum):
    ANSWER = "answer"


class Assessment(StrEnum):
    """What the county found."""

    REAL = "real"  # 属实，存在区域性风险
    CHANCE = "chance"  # 偶然集中
    KNOWN = "known"  # 已知并已处置


PROCEDURE = Procedure({(AlarmStatus.OPEN, AlarmAct.ANSWER): Step(AlarmStatus.ANSWERED, frozenset({Role.COUNTY_OFFICER}))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    id: AlarmId
    county_code: str
    area_code: str
    cause: Cause
    status: AlarmStatus
    assessment: Assessment | None
    due_at: datetime
    version: int


class PlanMissing(Invalid):
    sentence = "属实的区域预警须写明防范预案文号和处置措施。"
    english = "A real alarm names the document of its prevention plan, and measures."


class NotReal(Conflict):
    sentence = "只有县级认定属实的区域预警才能为所涉农户登记线索。"
    english = "Only an alarm that the county found real opens leads for its households."


def answer(alarm: Alarm, assessment: Assessment, *, plan: str | None, measures: Sequence[str], by: Role) -> AlarmStatus:
    """Answer an alarm; a real one takes a prevention plan (防范预案; R55, plan ch.3 s.3).

    :raises Conflict: it is not open; Forbidden: this is another office's.
    :raises PlanMissing: it is real, and there is no plan or no measure.
    """
    step = PROCEDURE.step(alarm.status, AlarmAct.ANSWER, by)
    if assessment is Assessment.REAL and (plan is None or not measures):
        raise PlanMissing("body.prevention_plan" if plan is None else "body.measures")
    return step.to


def hold_to_leads(alarm: Alarm) -> None:
    """Hold opening leads against what the county found.

    :raises NotReal: it did not find the alarm real.
    """
    if alarm.assessment is not Assessment.REAL:
        raise NotReal


_HARDSHIP = {
    Cause.PRICE_FALL: Hardship.HARVEST_OR_BUSINESS_FAILED,
    Cause.PROJECT_FAILURE: Hardship.HARVEST_OR_BUSINESS_FAILED,
    Cause.PLANT_OR_ANIMAL_DISEASE: Hardship.HARVEST_OR_BUSINESS_FAILED,
    Cause.JOB_LOSSES: Hardship.JOB_LOST,
}


def hardship_of(cause: Cause) -> Hardship:
    """Say of which hardship a lead is that an alarm opens."""
    if cause in _HARDSHIP:
        return _HARDSHIP[cause]
    return Hardship(cause.value) if cause.value in set(Hardship) else Hardship.OTHER
