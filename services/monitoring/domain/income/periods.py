"""The periods that incomes are collected for (R37, R38; plan ch.3 s.1), and from which day what was collected holds.

A year's income, of the annual collection or of the twelve months before an application, is compared with the line. A quarter's never is.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shared.kernel.errors import Invalid, NotYetHappened

_DAY = timedelta(days=1)


class PeriodType(StrEnum):
    ANNUAL_OCT_SEP = "annual_oct_sep"  # 年度信息采集：上年10月1日至当年9月30日
    LAST_12_MONTHS = "last_12_months"  # 申请（识别）前12个月
    QUARTER = "quarter"  # 季度监测


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomePeriod:
    """A period, both days included. `year` and `quarter` are of a quarter only."""

    kind: PeriodType
    first: date
    last: date
    year: int = 0
    quarter: int = 0


class PeriodUnfit(Invalid):
    sentence = "所填期间与期间类型不符：年度填年份，近12个月填截止日，季度填年份和季度。"
    english = "The period does not fit its type: a year for the annual one, its last day for the last twelve months, year and quarter for a quarter."


class HoldsBeforeItsPeriodEnds(Invalid):
    sentence = "收入自其所属期间结束后方可生效。"
    english = "An income holds from the end of its own period on, and not before."


def period_of(kind: PeriodType, *, year: int | None, quarter: int | None, ends_on: date | None, today: date) -> IncomePeriod:
    """Say which days a period has.

    :raises PeriodUnfit: what its type needs is missing, or something else is given.
    :raises NotYetHappened: it is not over.
    """
    match kind, year, quarter, ends_on:
        case PeriodType.ANNUAL_OCT_SEP, int(), None, None:
            period, field = IncomePeriod(kind=kind, first=date(year - 1, 10, 1), last=date(year, 9, 30)), "body.year"
        case PeriodType.LAST_12_MONTHS, None, None, date():
            period, field = IncomePeriod(kind=kind, first=_year_before(ends_on) + _DAY, last=ends_on), "body.ends_on"
        case PeriodType.QUARTER, int(), int(), None:
            period, field = quarter_of(year, quarter), "body.quarter"
        case _:
            raise PeriodUnfit("body.period_type")
    if period.last > today:
        raise NotYetHappened(field)
    return period


def quarter_of(year: int, quarter: int) -> IncomePeriod:
    """Give a quarter of the calendar, by its number from 1 to 4."""
    first = date(year, 3 * quarter - 2, 1)
    following = date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
    return IncomePeriod(kind=PeriodType.QUARTER, first=first, last=following - _DAY, year=year, quarter=quarter)


def holds_from(period: IncomePeriod, asked: date | None, *, today: date) -> date:
    """Say from which day a year's income holds: today, or the past day that is named.

    :raises PeriodUnfit: a quarter is of its own days only.
    :raises NotYetHappened: the day lies ahead.
    :raises HoldsBeforeItsPeriodEnds: the period is not over on that day.
    """
    if period.kind is PeriodType.QUARTER:
        if asked is not None:
            raise PeriodUnfit("body.effective_from")
        return period.first
    day = asked or today
    if day > today:
        raise NotYetHappened("body.effective_from")
    if day < period.last:
        raise HoldsBeforeItsPeriodEnds("body.effective_from")
    return day


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
