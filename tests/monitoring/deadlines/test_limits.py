"""Limits and pauses day by day: held against a reference that walks the calendar, over holidays with their exchanged days."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.deadlines import limits, pauses
from services.monitoring.domain.deadlines.escalations import told_of_a_pause_over
from services.monitoring.domain.deadlines.limits import CASE_STEPS, LEAD_STEP, Level, Subject
from services.monitoring.domain.deadlines.pauses import Running
from services.monitoring.domain.leads.leads import LeadStatus
from services.monitoring.domain.parameters import Key, Parameter, Parameters
from services.monitoring.migrations.versions import v0002_areas_and_law, v0013_deadlines
from shared.kernel.workdays import SHANGHAI, Calendar, DayKind, Period, end_of_day, local_day
from tests.fixtures.tokens import HOME

DAY = timedelta(days=1)
CALENDAR = Calendar({day: chinese_calendar.is_workday(day) for day in (date(2020, 1, 1) + n * DAY for n in range(366 + 3 * 365 + 366 + 365))})
DEFAULTS = {key: value for key, (value, _) in (v0002_areas_and_law.PARAMETERS | v0013_deadlines.PARAMETERS).items()}

# National Day 2021 with its worked Sunday and Saturday, New Year 2021, the Spring Festival 2024 with two worked Sundays.
WINDOWS = ((date(2021, 9, 24), date(2021, 10, 11)), (date(2020, 12, 29), date(2021, 1, 6)), (date(2024, 1, 28), date(2024, 3, 1)))
days = st.one_of(*(st.dates(first, last) for first, last in WINDOWS))
moments = st.builds(lambda day, time: datetime.combine(day, time, tzinfo=SHANGHAI), days, st.times())
kinds = st.sampled_from(DayKind)
spans = st.timedeltas(timedelta(0), timedelta(days=30))


def rules(**changes: str) -> Parameters:
    values = DEFAULTS | {Key[name]: value for name, value in changes.items()}
    row = {"area_code": "5309", "effective_from": date(2020, 1, 1), "document_number": "1号"}
    return Parameters({Key(key): Parameter(key=Key(key), value=value, **row) for key, value in values.items()})  # pyright: ignore[reportArgumentType]


def counts(kind: DayKind, day: date) -> bool:
    return kind is DayKind.CALENDAR or chinese_calendar.is_workday(day)


def walked(day: date, number: int, kind: DayKind, *, rolls: bool) -> date:
    """Go on day by day until so many days of a kind have passed, and over days off where the period rolls."""
    while number:
        day += DAY
        number -= counts(kind, day)
    while rolls and not chinese_calendar.is_workday(day):
        day += DAY
    return day


def passed(kind: DayKind, after: date, to: date) -> int:
    day, number = after, 0
    while day < to:
        day += DAY
        number += counts(kind, day)
    return number


@given(moments, st.integers(0, 25), kinds, st.booleans())
def test_a_period_ends_where_a_walk_along_the_calendar_ends(start: datetime, number: int, kind: DayKind, rolls: bool) -> None:
    assert CALENDAR.end_of(Period(days=number, kind=kind, rolls=rolls), start) == end_of_day(walked(start.date(), number, kind, rolls=rolls))


@given(moments, moments, kinds)
def test_days_left_are_those_that_a_walk_counts(now: datetime, last: datetime, kind: DayKind) -> None:
    end = end_of_day(last.date())

    left = CALENDAR.days_left(kind, now, end)

    ahead, behind = passed(kind, now.date(), last.date()), passed(kind, last.date(), now.date())
    assert left == (ahead if now.date() <= last.date() else -max(behind, 1))


def a_running(step_end: datetime, due_at: datetime, kind: DayKind, total_kind: DayKind, paused_at: datetime) -> Running:
    return Running(
        kind=Subject.LEAD,
        id=uuid4(),
        county_code=HOME[:6],
        township_code=HOME[:9],
        area_code=HOME,
        household_id=None,
        status=LeadStatus.REGISTERED,
        due_at=due_at,
        total_day_kind=total_kind,
        step_due_at=step_end,
        step_day_kind=kind,
        step_round=1,
        paused_at=paused_at,
        notice_ends_at=None,
        version=1,
    )


@given(moments, st.integers(0, 12), st.integers(5, 20), kinds, kinds, st.timedeltas(timedelta(0), timedelta(days=12)), spans, st.booleans())
def test_a_pause_moves_each_limit_by_its_own_days_as_a_walk_does(
    start: datetime, step_days: int, total_days: int, kind: DayKind, total_kind: DayKind, before: timedelta, span: timedelta, rolls: bool
) -> None:
    due_at = CALENDAR.end_of(Period(days=total_days, kind=total_kind, rolls=rolls), start)
    step_end = min(CALENDAR.end_of(Period(days=step_days, kind=kind, rolls=rolls), start), due_at)
    since, until = start + before, start + before + span

    moved = pauses.moved(
        a_running(step_end, due_at, kind, total_kind, since), rules(ROLLS="yes" if rolls else "no"), CALENDAR, since=since, until=until
    )

    first, last = local_day(since), local_day(until)
    total, step = passed(total_kind, first, last), passed(kind, first, last)
    today = end_of_day(walked(last, 0, DayKind.CALENDAR, rolls=rolls))
    expected_due = end_of_day(walked(local_day(due_at - timedelta(microseconds=1)), total, total_kind, rolls=rolls and total > 0))
    expected_step = end_of_day(walked(local_day(step_end - timedelta(microseconds=1)), step, kind, rolls=rolls and step > 0))
    expected_due = max(expected_due, today) if since < due_at else expected_due
    expected_step = max(expected_step, today) if since < step_end else expected_step
    assert (moved.days, moved.step_days) == (total, step)
    assert moved.due_at == expected_due
    assert moved.step_due_at == min(expected_step, expected_due)


@given(moments, st.integers(1, 12), kinds, st.timedeltas(timedelta(0), timedelta(days=5)), spans)
def test_after_a_pause_as_many_days_are_left_as_before_it(start: datetime, number: int, kind: DayKind, before: timedelta, span: timedelta) -> None:
    end = CALENDAR.end_of(Period(days=number, kind=kind, rolls=False), start)
    since, until = start + before, start + before + span
    running = a_running(end, end_of_day(date(2025, 6, 30)), kind, DayKind.CALENDAR, since)

    moved = pauses.moved(running, rules(ROLLS="no"), CALENDAR, since=since, until=until)

    was, left = CALENDAR.days_left(kind, since, end), CALENDAR.days_left(kind, until, moved.step_due_at)
    assert left == was if was >= 0 else left <= 0  # what was late by a day off only may be in time again on the day itself


def test_where_the_law_says_so_a_pause_does_not_extend_the_whole() -> None:
    start = datetime(2021, 9, 22, 1, 0, tzinfo=UTC)
    due_at = CALENDAR.end_of(Period(days=15, kind=DayKind.CALENDAR), start)
    running = a_running(start + 7 * DAY, due_at, DayKind.CALENDAR, DayKind.CALENDAR, start)

    moved = pauses.moved(running, rules(PAUSE_EXTENDS_TOTAL="no"), CALENDAR, since=start, until=start + 20 * DAY)

    assert (moved.days, moved.due_at, moved.step_due_at) == (0, due_at, due_at)


@pytest.mark.parametrize(
    ("paused", "until", "new_round"),
    [
        ("2021-09-23T09:00", "2021-09-25T09:00", True),
        ("2021-09-23T09:00", "2021-09-23T18:00", False),  # no whole day: the limit is as it was
        ("2021-09-30T09:00", "2021-10-09T09:00", False),  # it was late already
    ],
)
def test_a_step_has_its_time_again_only_if_it_was_in_time_and_its_limit_moved(paused: str, until: str, new_round: bool) -> None:
    since, end = (datetime.fromisoformat(each + "+08:00") for each in (paused, until))
    running = a_running(end_of_day(date(2021, 9, 29)), end_of_day(date(2021, 10, 8)), DayKind.CALENDAR, DayKind.CALENDAR, since)

    assert pauses.moved(running, rules(), CALENDAR, since=since, until=end).is_new_round is new_round


@given(moments, spans, st.integers(1, 40))
def test_a_pause_ends_when_it_runs_out_however_late_anybody_looks(start: datetime, late: timedelta, longest: int) -> None:
    ends_by = pauses.longest_end(rules(PAUSE_DAYS=str(longest)), since=start)

    until = pauses.end_of_pause(ends_by + late, ends_by)

    assert CALENDAR.days_between(DayKind.CALENDAR, start, until) == longest
    assert pauses.end_of_pause(start, ends_by) == start


@given(moments, st.sampled_from([LEAD_STEP, *CASE_STEPS.values()]), st.integers(0, 30), kinds)
def test_no_step_ends_later_than_the_whole(start: datetime, step: limits.StepRule[Level], number: int, kind: DayKind) -> None:
    due_at = CALENDAR.end_of(Period(days=15, kind=DayKind.CALENDAR), start)
    law = rules(**{Key(step.days).name: str(number), Key(step.kind).name: str(kind)})

    limit = limits.limit_of(step, law, CALENDAR, since=start, due_at=due_at)

    assert limit.ends_at <= due_at
    assert limit.day_kind is kind


def test_the_steps_by_default_fit_into_the_whole() -> None:
    law = rules()
    one_after_the_other = [LEAD_STEP, *(CASE_STEPS[each] for each in CaseStatus if each in CASE_STEPS and each is not CaseStatus.ON_NOTICE)]

    assert sum(law.number(step.days) for step in one_after_the_other) + law.number(Key.NOTICE_DAYS) == law.number(Key.TOTAL_DAYS)


def test_the_level_that_has_to_act_is_the_step_s_or_that_of_the_area() -> None:
    assert [limits.level_of(LEAD_STEP, area) for area in (HOME, HOME[:9], HOME[:6])] == [Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY]
    assert [limits.level_of(step, HOME) for step in CASE_STEPS.values()] == [*[Level.VILLAGE] * 3, Level.TOWNSHIP, Level.COUNTY]
    assert {level: told_of_a_pause_over(level) for level in (Level.VILLAGE, Level.COUNTY)} == {
        Level.VILLAGE: [Level.VILLAGE, Level.TOWNSHIP],
        Level.COUNTY: [Level.COUNTY],
    }
    assert all(limits.step_of(status) is None for status in (LeadStatus.CONFIRMED, CaseStatus.APPROVED, CaseStatus.CANCELLED))
