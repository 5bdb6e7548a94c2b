"""How long each step of a lead and of a case may take (时限清单; R43, R163; plan ch.3 s.1, ch.12 s.5), inside the limit of the whole.

A step's limit is counted from the moment the step before it was recorded, and never ends later than the total limit, which begins with the
lead. The notice's own period is the law's: its end is where the limit of taking it down begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from services.monitoring.domain.cases import CaseAct, CaseStatus
from services.monitoring.domain.leads.leads import LeadAct, LeadStatus
from services.monitoring.domain.parameters import Key, Parameters
from shared.kernel.areas import COUNTY, PREFECTURE, TOWNSHIP, VILLAGE
from shared.kernel.workdays import Calendar, DayKind, Period


class Level(StrEnum):
    """Who has to act, the lowest first."""

    VILLAGE = "village"  # 村
    TOWNSHIP = "township"  # 乡镇
    COUNTY = "county"  # 县
    PREFECTURE = "prefecture"  # 市


LENGTHS: Mapping[Level, int] = {Level.VILLAGE: VILLAGE, Level.TOWNSHIP: TOWNSHIP, Level.COUNTY: COUNTY, Level.PREFECTURE: PREFECTURE}
"""How long the code of a level's area is."""


class Subject(StrEnum):
    """What has limits."""

    LEAD = "lead"  # 线索
    CASE = "case"  # 识别事项
    MEASURE = "measure"  # 应落实的帮扶措施
    ALARM = "regional_alarm"  # 区域预警
    EFFECT = "incident_household"  # 受灾核查
    TRACKING = "incident_tracking"  # 灾后回访
    FINDING = "finding"  # 数据质量问题


A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule(Generic[A]):
    """A step: the act that ends it, the parameters of its limit, and the level that has to act; without one the level of the area it lies in."""

    act: A
    days: Key
    kind: Key
    level: Level | None = None


LEAD_STEP = StepRule(act=LeadAct.VERIFY, days=Key.VERIFICATION_DAYS, kind=Key.VERIFICATION_DAY_KIND)


def _step(act: CaseAct, days: Key, level: Level) -> StepRule[CaseAct]:
    return StepRule(act=act, days=days, kind=Key.CASE_STEP_DAY_KIND, level=level)


CASE_STEPS: Mapping[CaseStatus, StepRule[CaseAct]] = {
    CaseStatus.OPENED: _step(CaseAct.APPRAISE, Key.APPRAISAL_DAYS, Level.VILLAGE),
    CaseStatus.APPRAISED: _step(CaseAct.NOTICE, Key.POSTING_DAYS, Level.VILLAGE),
    CaseStatus.ON_NOTICE: _step(CaseAct.REMOVE_NOTICE, Key.REMOVAL_DAYS, Level.VILLAGE),
    CaseStatus.NOTICE_OVER: _step(CaseAct.REVIEW, Key.TOWNSHIP_REVIEW_DAYS, Level.TOWNSHIP),
    CaseStatus.REVIEWED: _step(CaseAct.APPROVE, Key.COUNTY_APPROVAL_DAYS, Level.COUNTY),
}

ALARM_STEP, EFFECT_STEP, TRACKING_STEP = "answer", "check", "visit"
"""The steps of an alarm, which the county answers, of a household that a disaster may have hit, and of a visit after it, which are the village's."""

REPAIR = "repair"
"""The step of a finding of data quality: that its owner repairs the data."""

FIRST_MEASURE = "first_measure"
"""The step of a measure that is owed: that whoever owes it begins (the national check: a first measure within a month)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLimit:
    """When a step ends, and in which days its limit is counted."""

    ends_at: datetime
    day_kind: DayKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How the limits of a lead or a case run, beside the end of the whole; `paused_days`: by how many days pauses have moved them."""

    step_due_at: datetime | None
    step_day_kind: DayKind
    step_paused_days: int
    paused_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadLimits:
    """The limits that begin with a lead: the total one, and that of its first step."""

    due_at: datetime
    step_due_at: datetime
    step_day_kind: DayKind


def step_of(status: LeadStatus | CaseStatus) -> StepRule[Any] | None:
    """Say which step a lead or a case is in; what is decided is in none."""
    if isinstance(status, LeadStatus):
        return LEAD_STEP if status is LeadStatus.REGISTERED else None
    return CASE_STEPS.get(status)


def level_of(step: StepRule[Any], area: str) -> Level:
    """Say which level has to act: the step's own, or that of the area in which the matter lies."""
    return step.level or next((level for level, length in LENGTHS.items() if length <= len(area)), Level.PREFECTURE)


def period_of(step: StepRule[Any], rules: Parameters) -> Period:
    return rules.period(step.days, step.kind)


def limit_of(step: StepRule[Any], rules: Parameters, calendar: Calendar, *, since: datetime, due_at: datetime) -> StepLimit:
    """Count the limit of a step that begins at a moment; the total limit cuts it.

    :raises CalendarMissing: a year that it touches is not loaded.
    """
    period = period_of(step, rules)
    return StepLimit(ends_at=min(calendar.end_of(period, since), due_at), day_kind=period.kind)


def lead_periods(rules: Parameters) -> tuple[Period, Period]:
    """Give the periods that begin with a lead: the whole, and its verification."""
    return rules.period(Key.TOTAL_DAYS, Key.TOTAL_DAY_KIND), period_of(LEAD_STEP, rules)


def lead_limits(rules: Parameters, calendar: Calendar, *, heard_at: datetime, now: datetime) -> LeadLimits:
    """Count the limits of a lead that is registered now: the total one from when the trouble was heard of, that of its verification from now.

    :raises CalendarMissing: a year that they touch is not loaded.
    """
    due_at = calendar.end_of(rules.period(Key.TOTAL_DAYS, Key.TOTAL_DAY_KIND), heard_at)
    step = limit_of(LEAD_STEP, rules, calendar, since=now, due_at=due_at)
    return LeadLimits(due_at=due_at, step_due_at=step.ends_at, step_day_kind=step.day_kind)


def removal_begins(notice_ends_at: datetime) -> datetime:
    """Say when the limit of taking a notice down begins: on its last day, so that it ends at the earliest on the first day after."""
    return notice_ends_at - timedelta(microseconds=1)
