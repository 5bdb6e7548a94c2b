"""Periods that the law counts in days."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import Conflict
from shared.kernel.workdays import SHANGHAI, Calendar, CalendarMissing, DayKind, Period, end_of_day, happened, local_day

YEARS = range(2020, 2023)
CALENDAR = Calendar(
    {day: chinese_calendar.is_workday(day) for day in (date(2020, 1, 1) + timedelta(days=n) for n in range(366 + 365 + 365)) if day.year in YEARS}
)
starts = st.datetimes(datetime(2020, 1, 1), datetime(2022, 9, 1), timezones=st.just(SHANGHAI))  # noqa: DTZ001  (Hypothesis adds the zone)
periods = st.builds(Period, days=st.integers(1, 40), kind=st.sampled_from(DayKind), rolls=st.booleans())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + "+08:00")


@pytest.mark.parametrize(
    ("posted", "days", "last_day"),
    [
        ("2021-09-22T09:00", 5, "2021-09-28"),  # Sunday 26 September is worked
        ("2021-09-29T09:00", 5, "2021-10-12"),  # 1 to 7 October are off, Saturday 9 October is worked
        ("2021-09-30T23:59", 1, "2021-10-08"),
        ("2021-10-08T00:00", 1, "2021-10-09"),
        ("2021-10-01T12:00", 2, "2021-10-09"),
        ("2021-12-31T12:00", 1, "2022-01-04"),
        ("2022-01-28T12:00", 2, "2022-01-30"),  # the two days before the Spring Festival are a weekend, and worked
    ],
)
def test_working_days_follow_the_state_councils_calendar(posted: str, days: int, last_day: str) -> None:
    end = CALENDAR.end_of(Period(days=days, kind=DayKind.WORKDAY), at(posted))

    assert end == at(last_day + "T00:00") + timedelta(days=1)
    assert end.tzinfo is UTC


@pytest.mark.parametrize(
    ("posted", "days", "rolls", "last_day"),
    [
        ("2021-09-22T09:00", 5, True, "2021-09-27"),
        ("2021-09-26T09:00", 5, True, "2021-10-08"),  # would end on National Day
        ("2021-09-26T09:00", 5, False, "2021-10-01"),
        ("2021-09-21T09:00", 5, True, "2021-09-26"),  # a worked Sunday is no day off
        ("2021-10-04T09:00", 5, True, "2021-10-09"),  # a worked Saturday neither
        ("2021-10-05T09:00", 5, True, "2021-10-11"),
        ("2021-02-01T00:30", 30, True, "2021-03-03"),
    ],
)
def test_a_calendar_period_that_would_end_on_a_day_off_ends_with_the_next_working_day(posted: str, days: int, rolls: bool, last_day: str) -> None:
    end = CALENDAR.end_of(Period(days=days, kind=DayKind.CALENDAR, rolls=rolls), at(posted))

    assert end == at(last_day + "T00:00") + timedelta(days=1)


def test_days_are_counted_in_shanghai_and_not_in_utc() -> None:
    late_on_the_21st_in_utc = datetime(2021, 9, 21, 23, 0, tzinfo=UTC)

    assert CALENDAR.end_of(Period(days=5, kind=DayKind.WORKDAY), late_on_the_21st_in_utc) == at("2021-09-29T00:00")
    assert local_day(late_on_the_21st_in_utc) == date(2021, 9, 22)
    assert end_of_day(date(2021, 9, 22)) == datetime(2021, 9, 22, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", DayKind)
def test_a_year_without_a_calendar_is_refused_by_name(kind: DayKind) -> None:
    with pytest.raises(CalendarMissing) as refusal:
        CALENDAR.end_of(Period(days=5, kind=kind), at("2022-12-30T09:00"))

    assert refusal.value.detail == "2023"
    assert isinstance(refusal.value, Conflict)
    assert "calendar" in refusal.value.english


def test_a_calendar_period_that_does_not_roll_needs_no_calendar() -> None:
    assert Calendar({}).end_of(Period(days=3, kind=DayKind.CALENDAR, rolls=False), at("2030-01-01T09:00")) == at("2030-01-05T00:00")


@given(periods, starts)
def test_a_period_never_ends_before_its_days_have_passed(period: Period, start: datetime) -> None:
    assert CALENDAR.end_of(period, start) >= start + timedelta(days=period.days)


@given(periods, starts)
def test_a_period_ends_at_midnight_in_shanghai_and_on_a_worked_day_where_the_law_says_so(period: Period, start: datetime) -> None:
    end = CALENDAR.end_of(period, start).astimezone(SHANGHAI)
    last_day = (end - timedelta(microseconds=1)).date()

    assert (end.hour, end.minute, end.second, end.microsecond) == (0, 0, 0, 0)
    if period.kind is DayKind.WORKDAY or period.rolls:
        assert CALENDAR.is_workday(last_day)


@given(periods, starts, starts)
def test_who_begins_later_never_ends_earlier(period: Period, one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))

    assert CALENDAR.end_of(period, earlier) <= CALENDAR.end_of(period, later)


@given(st.integers(1, 40), st.sampled_from(DayKind), starts)
def test_at_the_start_all_days_of_a_period_are_left(days: int, kind: DayKind, start: datetime) -> None:
    end = CALENDAR.end_of(Period(days=days, kind=kind, rolls=False), start)

    assert CALENDAR.days_left(kind, start, end) == days


@pytest.mark.parametrize(
    ("now", "calendar", "workday"),
    [
        ("2021-09-27T08:00", 15, 7),
        ("2021-09-30T12:00", 12, 4),
        ("2021-10-12T23:59", 0, 0),  # the last day itself
        ("2021-10-13T00:00", -1, -1),
        ("2021-10-15T00:00", -3, -3),
        ("2021-10-18T09:00", -6, -4),
    ],
)
def test_days_left_are_none_on_the_last_day_and_negative_after_it(now: str, calendar: int, workday: int) -> None:
    end = at("2021-10-13T00:00")

    assert CALENDAR.days_left(DayKind.CALENDAR, at(now), end) == calendar
    assert CALENDAR.days_left(DayKind.WORKDAY, at(now), end) == workday


def test_a_calendar_that_has_counted_before_counts_the_same_again() -> None:
    calendar, end = Calendar(CALENDAR.workdays), at("2021-10-13T00:00")

    assert [calendar.days_left(DayKind.WORKDAY, at(now), end) for now in ("2021-09-27T08:00", "2021-09-30T12:00", "2021-09-27T23:00")] == [7, 4, 7]
    assert calendar == Calendar(CALENDAR.workdays)


def test_a_period_that_has_passed_is_negative_even_before_the_next_working_day() -> None:
    end_of_friday = at("2021-10-16T00:00")

    assert CALENDAR.days_left(DayKind.WORKDAY, at("2021-10-16T10:00"), end_of_friday) < 0


def test_what_is_said_to_have_happened_may_not_lie_ahead() -> None:
    now = at("2021-09-22T09:00")

    happened("body.visited_at", now, now=now)
    with pytest.raises(Exception, match="所填时间晚于现在") as refusal:
        happened("body.visited_at", now + timedelta(microseconds=1), now=now)

    assert refusal.value.args == ("body.visited_at",)
