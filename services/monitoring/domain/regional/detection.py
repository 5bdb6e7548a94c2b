"""When a count by area calls for an alarm (R40, R55, R166; plan ch.3 s.1, s.3, ch.12): against its own history, its neighbours, and itself later.

Counts are of households, each once in a window of weeks from Monday to Sunday however often it was in trouble there; the last window ends with the
present week. Of few, a share says nothing and a mean is near zero,
so the test is of square roots (Anscombe): 2(√(x+⅜) - √(m+⅜)) is nearly standard normal whatever the mean, and the mean of `n` windows is itself
uncertain by 1/n. Solved for x it gives the smallest count that opens. An alarm keeps the bound it was opened over, so that its own weeks, once they
are history, do not close it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from services.monitoring.domain.regional.rules import RegionalRule

_ANSCOMBE = 0.375


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """An area as a rule looks at it.

    :param households: registered there now; `observed`: those with an occurrence in the window, `past`: those of each history window, added up.
    :param around, households_around: the same of the areas of the same parent, without this one.
    """

    households: int
    observed: int
    past: int
    around: int = 0
    households_around: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """:param threshold: the count from which its own history calls for an alarm."""

    opens: bool
    threshold: float
    expected: float | None
    neighbours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days of a rule on a day: the history begins with `since`, the window with `begins`. `windows`: how many there are before it."""

    since: date
    begins: date
    until: date
    windows: int

    def number_of(self, week: date) -> int:
        """Say in which window a week lies: 0 is the first of the history, `windows` the present one."""
        return (week - self.since).days // ((self.until - self.begins).days + 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """How an alarm stands after a check."""

    calm_since: date | None
    clears: bool


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def window_on(rule: RegionalRule, today: date, *, counted_since: date | None) -> Window:
    """Lay a rule's windows; history is only what was counted: before that there was nobody to count, not nothing."""
    until = monday(today)
    begins = until - timedelta(weeks=rule.window_weeks - 1)
    counted = (begins - monday(counted_since)).days // (7 * rule.window_weeks) if counted_since else 0
    windows = max(0, min(rule.history_windows, counted))
    return Window(since=begins - timedelta(weeks=windows * rule.window_weeks), begins=begins, until=until, windows=windows)


def households_in(window: Window, occurrences: Iterable[tuple[date, object]]) -> tuple[int, int]:
    """Count the households of one area in the window, and in those of the history: each once in a window.

    :param occurrences: the week of each, and whose it is.
    """
    seen = {(window.number_of(week), household) for week, household in occurrences if window.since <= week <= window.until}
    observed = sum(number == window.windows for number, _ in seen)
    return observed, len(seen) - observed


def judge(figures: Figures, rule: RegionalRule, *, windows: int) -> Judged:
    """Say whether an area calls for an alarm: enough households, a large enough share, more than its history and than its neighbours explain."""
    expected = figures.past / windows if windows else None
    threshold = float(rule.minimum_count)
    if expected is not None:
        root = sqrt(expected + _ANSCOMBE) + rule.deviations * sqrt(1 + 1 / windows) / 2
        threshold = max(threshold, root * root - _ANSCOMBE)
    neighbours = figures.around * figures.households / figures.households_around if figures.households_around else None
    opens = (
        figures.observed >= threshold
        and figures.observed >= rule.minimum_share * figures.households
        and (neighbours is None or figures.observed >= rule.neighbour_ratio * neighbours)
    )
    return Judged(opens=opens, threshold=threshold, expected=expected, neighbours=neighbours)


def later(observed: int, *, clear_below: float, clear_weeks: int, calm_since: date | None, today: date) -> Later:
    """Look at an alarm again: it clears when it has lain below its lower bound for its weeks without a break; one count above begins them anew."""
    if observed >= clear_below:
        return Later(calm_since=None, clears=False)
    since = calm_since or today
    return Later(calm_since=since, clears=(today - since).days >= 7 * clear_weeks)
