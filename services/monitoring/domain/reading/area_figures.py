"""What is counted of an area, and how the dashboards say it (工作看板; R53, R163; plan ch.3 s.3, ch.12 s.5).

A figure has a topic, a key within it, a period and a value. What holds now has no period; what happened has its month; what runs has the last day
of its step, so that what is late follows from today and is never kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.monitoring.domain.deadlines.limits import CASE_STEPS, LEAD_STEP
from shared.kernel.errors import Forbidden, Invalid
from shared.kernel.money import rounded

LATE = ""
"""The period under which all that ran out before today is added up."""

STEPS = (str(LEAD_STEP.act), *(str(step.act) for step in CASE_STEPS.values()))
"""The steps that have limits, in their order."""


class Topic(StrEnum):
    HOUSEHOLD = "household"  # 户：类型/状态/监测对象类别
    PEOPLE = "people"  # 人：同上
    LEAD = "lead"  # 登记的线索：来源/状态，按登记月
    LEAD_OVER = "lead_over"  # 办结的线索：状态，按办结月
    CASE = "case"  # 识别事项：环节，按立案月
    CASE_OVER = "case_over"  # 办结的识别事项：结果，按办结月
    FLAG = "flag"  # 风险标注：状态，按标注月
    FLAG_OVER = "flag_over"  # 解除的风险标注：状态，按解除月
    STEP = "step"  # 办结的环节：环节/是否按时，按办结月
    OPEN = "open"  # 在办的环节，按期限日
    PAUSED = "paused"  # 暂停计时的环节
    INCOME = "income"  # 收入分段户数：分段/与底线比较
    INCOME_PEOPLE = "income_people"  # 收入分段人数：同上


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFigure:
    """One figure of one area."""

    area: str
    topic: Topic
    key: str
    period: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdCount:
    """Households of one kind and status, and of one category where they are monitored; and the people in them."""

    kind: str
    status: str
    category: str | None
    households: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many there are of something, by what it is and how it stands."""

    status: str
    count: int
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFigures:
    """A step against its limit: done in a month in time and late; open now, of these late, and standing.

    `average_workdays`: how long those done took in working days, one place; absent where none is known.
    """

    step: str
    in_time: int
    late: int
    open: int
    late_now: int
    paused: int
    average_workdays: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BandCount:
    """Households whose net income per head lies in one band, and how their reference income per head stands to the line."""

    band: int
    line: str
    households: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What came, what was over in a month, and what was open at its end."""

    new: int
    over: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    month: str
    leads: Flow
    cases: Flow
    flags: Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one area, or of several added up."""

    values: Counter[tuple[Topic, str, str]] = field(default_factory=lambda: Counter[tuple[Topic, str, str]]())

    @classmethod
    def of(cls, rows: Iterable[AreaFigure]) -> "Figures":
        figures = cls()
        for row in rows:
            figures.values[row.topic, row.key, row.period] += row.value
        return figures

    def by_key(self, topic: Topic, period: str | None = None) -> dict[str, int]:
        """Add up a topic by key, in one period or in all."""
        found: Counter[str] = Counter()
        for (about, key, when), value in self.values.items():
            if about is topic and period in (None, when):
                found[key] += value
        return {key: value for key, value in sorted(found.items()) if value}


class AreaNotYours(Forbidden):
    sentence = "不在您的辖区内，不能查看其统计。"
    english = "This area is not yours: its figures are not shown."


class MonthsInDisorder(Invalid):
    sentence = "起始月份不得晚于截止月份，跨度不得超过十年。"
    english = "The first month is not after the last, and there are ten years between them at most."


def households_in(figures: Figures) -> list[HouseholdCount]:
    """Say how many households and people there are of each kind, status and category."""
    people = figures.by_key(Topic.PEOPLE)
    counts = figures.by_key(Topic.HOUSEHOLD)
    return [_household(key, counts.get(key, 0), people.get(key, 0)) for key in sorted({*counts, *people})]


def _household(key: str, households: int, people: int) -> HouseholdCount:
    kind, status, category = key.split("/")
    return HouseholdCount(kind=kind, status=status, category=None if category == "none" else category, households=households, people=people)


def leads_in(figures: Figures, month: str) -> list[Counted]:
    """Say how many leads of each channel were registered in a month, and how they stand now."""
    return [Counted(channel=key.split("/")[0], status=key.split("/")[1], count=count) for key, count in figures.by_key(Topic.LEAD, month).items()]


def counted_in(figures: Figures, topic: Topic, month: str) -> list[Counted]:
    """Say how many cases were opened, or flags raised, in a month, and how they stand now."""
    return [Counted(status=key, count=count) for key, count in figures.by_key(topic, month).items()]


def steps_in(figures: Figures, month: str) -> list[StepFigures]:
    """Say of each step how it stands to its limit."""
    done, paused = figures.by_key(Topic.STEP, month), figures.by_key(Topic.PAUSED)
    running, late = figures.by_key(Topic.OPEN), figures.by_key(Topic.OPEN, LATE)
    return [
        StepFigures(
            step=step,
            in_time=done.get(f"{step}/in_time", 0),
            late=done.get(f"{step}/late", 0),
            open=running.get(step, 0) + paused.get(step, 0),
            late_now=late.get(step, 0),
            paused=paused.get(step, 0),
            average_workdays=_average(done.get(f"{step}/workdays", 0), done.get(f"{step}/counted", 0)),
        )
        for step in STEPS
    ]


def _average(days: int, steps: int) -> Decimal | None:
    return rounded(Decimal(days) / steps).quantize(Decimal("0.1")) if steps else None


def bands_in(figures: Figures) -> list[BandCount]:
    """Say how incomes are spread over the bands, and how many of each are below the line (R19, R37)."""
    people, counts = figures.by_key(Topic.INCOME_PEOPLE), figures.by_key(Topic.INCOME)
    found = [
        BandCount(band=int(key.split("/")[0]), line=key.split("/")[1], households=counts.get(key, 0), people=people.get(key, 0))
        for key in {*counts, *people}
    ]
    return sorted(found, key=lambda each: (each.band, each.line))


_COURSES = {"leads": (Topic.LEAD, Topic.LEAD_OVER), "cases": (Topic.CASE, Topic.CASE_OVER), "flags": (Topic.FLAG, Topic.FLAG_OVER)}


def months_in(figures: Figures, months: Sequence[str]) -> list[MonthFigures]:
    """Say month by month what came, what was over and what was open at the end; what lies before the first is added up under no period."""
    totals: dict[Topic, Counter[str]] = defaultdict(Counter)
    for (topic, _, period), value in figures.values.items():
        totals[topic][period] += value
    standing = {name: totals[came][""] - totals[over][""] for name, (came, over) in _COURSES.items()}
    found: list[MonthFigures] = []
    for month in months:
        flows: dict[str, Any] = {}
        for name, (came, over) in _COURSES.items():
            new, ended = totals[came][month], totals[over][month]
            standing[name] += new - ended
            flows[name] = Flow(new=new, over=ended, open=standing[name])
        found.append(MonthFigures(month=month, **flows))
    return found


def month_of(day: date) -> str:
    return day.strftime("%Y-%m")


def months_between(first: str, last: str) -> list[str]:
    """List the months from one to another, both of them.

    :raises MonthsInDisorder: the first is the later one, or there are more than ten years between them.
    """
    begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    if not 0 <= end - begin < 120:
        raise MonthsInDisorder("query.from")
    return [f"{number // 12}-{number % 12 + 1:02}" for number in range(begin, end + 1)]
