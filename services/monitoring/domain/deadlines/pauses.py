"""Pauses (暂停计时): the clock of a step stands while others have to act first.

While it stands nothing is warned of and nothing goes up. Afterwards as many days are left as there were when it began, in the days of each
limit. The notice's legal period does not stand, and whatever is done on what stands ends the pause.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.monitoring.domain import cases
from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.deadlines.limits import Subject, step_of
from services.monitoring.domain.leads import leads
from services.monitoring.domain.leads.leads import LeadStatus
from services.monitoring.domain.parameters import Key, Parameters
from shared.kernel.actors import Actor
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import Procedure
from shared.kernel.workdays import Calendar, DayKind, Period


class WaitingOn(StrEnum):
    """Who has to act first."""

    DEPARTMENT = "department"  # 行业部门
    HOUSEHOLD = "household"  # 农户本人
    UPPER_LEVEL = "upper_level"  # 上级
    OTHER_COUNTY = "other_county"  # 外县


class Ending(StrEnum):
    """What ended a pause."""

    RESUMED = "resumed"  # 恢复办理
    ACTED = "acted"  # 已办理该环节
    RAN_OUT = "ran_out"  # 暂停期满


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A lead or a case as its limits see it. Without a limit of its own a step ends with the whole."""

    kind: Subject
    id: UUID
    county_code: str
    township_code: str
    area_code: str
    household_id: HouseholdId | None
    status: LeadStatus | CaseStatus
    due_at: datetime
    total_day_kind: DayKind | None
    step_due_at: datetime
    step_day_kind: DayKind
    step_round: int
    paused_at: datetime | None
    notice_ends_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The limits after a pause, and by how many days of their kinds they were moved.

    :param is_new_round: the step has its time again, so what was said of its old limit is void. One that was late stays late: nobody is told twice.
    """

    due_at: datetime
    step_due_at: datetime
    days: int
    step_days: int
    is_new_round: bool


class PausedAlready(Conflict):
    sentence = "该事项已暂停计时。"
    english = "The clock of this matter stands already."


class NotPaused(Conflict):
    sentence = "该事项并未暂停计时。"
    english = "The clock of this matter does not stand."


class NotYourStep(Forbidden):
    sentence = "该环节由其他岗位办理，须由其暂停计时。"
    english = "This step is another office's: that office pauses it."


class NoticeRuns(Conflict):
    sentence = "公示期为法定期间，不得暂停。"
    english = "The period of the notice is the law's: it cannot be paused."


def hold_to_pausing(running: Running, *, by: Actor, now: datetime) -> None:
    """Hold a pause against the rules; whose step it is may ask for it.

    :raises Conflict: it is decided, so nothing runs; NotYourStep: it is another office's.
    :raises PausedAlready: its clock stands; NoticeRuns: the notice hangs.
    """
    step = step_of(running.status)
    if step is None:
        raise Conflict
    procedure: Procedure[Any, Any] = leads.PROCEDURE if running.kind is Subject.LEAD else cases.PROCEDURE
    if by.role not in procedure.steps[running.status, step.act].by:
        raise NotYourStep
    if running.paused_at is not None:
        raise PausedAlready
    if running.status is CaseStatus.ON_NOTICE and running.notice_ends_at is not None and now < running.notice_ends_at:
        raise NoticeRuns


def longest_end(rules: Parameters, *, since: datetime) -> datetime:
    """Say when a pause that begins at a moment has run out, in calendar days that do not roll."""
    return Calendar({}).end_of(Period(days=rules.number(Key.PAUSE_DAYS), kind=DayKind.CALENDAR, rolls=False), since)


def end_of_pause(now: datetime, ends_by: datetime) -> datetime:
    """Say when a pause that is ended now has ended: it never lasts longer than its longest, however late anybody looks."""
    return min(now, ends_by - timedelta(microseconds=1))


def moved(running: Running, rules: Parameters, calendar: Calendar, *, since: datetime, until: datetime) -> Moved:
    """Move the limits by the whole days of a pause, each in days of its own kind.

    :raises CalendarMissing: a year that they touch is not loaded.
    """
    total_kind = running.total_day_kind or DayKind(rules.text(Key.TOTAL_DAY_KIND))
    extends = rules.says_yes(Key.PAUSE_EXTENDS_TOTAL)
    days = calendar.days_between(total_kind, since, until) if extends else 0
    step_days = calendar.days_between(running.step_day_kind, since, until)
    by, step_by = (
        Period(days=number, kind=kind, rolls=rules.says_yes(Key.ROLLS)) for number, kind in ((days, total_kind), (step_days, running.step_day_kind))
    )
    due_at = _later(running.due_at, by, calendar, since=since, until=until) if extends else running.due_at
    step_due_at = _later(running.step_due_at, step_by, calendar, since=since, until=until)
    return Moved(
        due_at=due_at,
        step_due_at=min(step_due_at, due_at),
        days=days,
        step_days=step_days,
        is_new_round=step_days > 0 and since < running.step_due_at,
    )


def _later(end: datetime, by: Period, calendar: Calendar, *, since: datetime, until: datetime) -> datetime:
    """Move an end; what was in time is not late because its clock runs again on a day off, of which none counted."""
    later = calendar.later(end, by)
    return max(later, calendar.end_of(replace(by, days=0), until)) if since < end else later
