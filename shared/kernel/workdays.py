"""Periods that the law counts in days (期间): calendar days or working days, with 调休, in Asia/Shanghai.

The day of the event does not count and the last day ends at 24:00 (Civil Code art. 201, 203).
A year without a published calendar is refused, never guessed.

Not for spans of machines (claims, tokens, time-outs), which are counted in seconds of real time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.kernel.errors import Conflict, NotYetHappened

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)
_AN_INSTANT = timedelta(microseconds=1)
"""A period ends at 24:00, which is a moment of the next day: this much before it is still its last day."""


class DayKind(StrEnum):
    CALENDAR = "calendar"  # 自然日
    WORKDAY = "workday"  # 工作日


class CalendarMissing(Conflict):
    sentence = "所涉年份的工作日历尚未载入，请由管理员执行：python -m services.monitoring calendar 年份。"
    english = "The working-day calendar of that year is not loaded: run `python -m services.monitoring calendar YEAR`."

    def __init__(self, year: int) -> None:
        super().__init__(detail=str(year))


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A number of days of one kind; of none it ends on the day of the event.

    :param rolls: a period that would end on a day off ends with the next working day (Civil Code art. 203).
    """

    days: int
    kind: DayKind
    rolls: bool = True

    @property
    def reach(self) -> int:
        """Calendar days within which it surely ends: how much of a calendar is needed to count it."""
        return 2 * self.days + 20


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked; a day that it does not hold is unknown. What it counted once it knows: a page of limits asks for the same days again."""

    workdays: Mapping[date, bool]
    _counted: dict[tuple[date, date], int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def is_workday(self, day: date) -> bool:
        """Say whether a day is worked.

        :raises CalendarMissing: the calendar of its year is not loaded.
        """
        try:
            return self.workdays[day]
        except KeyError as error:
            raise CalendarMissing(day.year) from error

    def end_of(self, period: Period, start: datetime) -> datetime:
        """Find when a period ends that begins with an event: 24:00 of its last day in Shanghai, as UTC.

        :raises CalendarMissing: a year that it touches is not loaded.
        """
        day = local_day(start)
        if period.kind is DayKind.WORKDAY:
            for _ in range(period.days):
                day = self._next_workday(day)
        else:
            day += timedelta(days=period.days)
        if period.rolls and not self.is_workday(day):
            day = self._next_workday(day)
        return end_of_day(day)

    def later(self, end: datetime, by: Period) -> datetime:
        """Move the end of a period by days of its kind; by none it stays where it is.

        :raises CalendarMissing: a year that it touches is not loaded.
        """
        return self.end_of(by, end - _AN_INSTANT) if by.days else end

    def days_between(self, kind: DayKind, start: datetime, end: datetime) -> int:
        """Count the days of a kind after the day of one moment up to the day of a later one; none on the same day.

        :raises CalendarMissing: a year between is not loaded.
        """
        return self._count(kind, local_day(start), local_day(end))

    def days_left(self, kind: DayKind, now: datetime, end: datetime) -> int:
        """Count the days of a kind after today up to the end; negative once it has passed.

        :raises CalendarMissing: a year between is not loaded.
        """
        return self.left_on(local_day(now), kind, last_day(end))

    def left_on(self, today: date, kind: DayKind, last: date) -> int:
        """Count the days of a kind after a day up to the last one of a period; negative once it has passed.

        :raises CalendarMissing: a year between is not loaded.
        """
        if last < today:
            return -max(self._count(kind, last, today), 1)  # over is over, even before the next working day
        return self._count(kind, today, last)

    def _count(self, kind: DayKind, day: date, last: date) -> int:
        """Count the days of a kind after a day up to a last one."""
        days = (last - day).days
        if kind is DayKind.CALENDAR:
            return max(days, 0)
        if (day, last) not in self._counted:
            self._counted[day, last] = sum(self.is_workday(day + n * ONE_DAY) for n in range(1, days + 1))
        return self._counted[day, last]

    def _next_workday(self, day: date) -> date:
        day += ONE_DAY
        while not self.is_workday(day):
            day += ONE_DAY
        return day


def local_day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def last_day(end: datetime) -> date:
    """Name the last day of a period, whose 24:00 is its end."""
    return local_day(end - _AN_INSTANT)


def end_of_day(day: date) -> datetime:
    return datetime.combine(day + ONE_DAY, time(), tzinfo=SHANGHAI).astimezone(UTC)


def happened(field: str, at: datetime, *, now: datetime) -> None:
    """Hold a time that is said to be past against the clock.

    :raises NotYetHappened: it lies ahead.
    """
    if at > now:
        raise NotYetHappened(field)
