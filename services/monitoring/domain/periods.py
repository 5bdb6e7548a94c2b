"""Dated periods (起止日期): from a day on, up to a day that is not theirs any more; without an end they go on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.kernel.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    valid_from: date
    valid_to: date | None = None

    def meets(self, other: "Period") -> bool:
        """Say whether two periods have a day in common."""
        begins, ends = max(self.valid_from, other.valid_from), [each.valid_to for each in (self, other) if each.valid_to is not None]
        return not ends or begins < min(ends)


class PeriodReversed(Invalid):
    sentence = "止日不得早于起日。"
    english = "A period does not end before it begins."


class PeriodsOverlap(Conflict):
    sentence = "与已有的起止日期重叠。"
    english = "The days overlap with those of another period."


class PeriodOver(Conflict):
    sentence = "已经终止，不能再次终止。"
    english = "It has ended already."


def fitting(new: Period, held: Iterable[Period]) -> Period:
    """Hold a new period against those that are there.

    :raises PeriodReversed: it ends before it begins, or on the day.
    :raises PeriodsOverlap: it has a day in common with one of them.
    """
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        raise PeriodReversed("body.valid_to")
    if any(new.meets(each) for each in held):
        raise PeriodsOverlap("body.valid_from")
    return new


def ended(period: Period, on: date) -> date:
    """End a period that goes on; on its first day, it never was.

    :raises PeriodOver: it has an end already.
    :raises PeriodReversed: it began later.
    """
    if period.valid_to is not None:
        raise PeriodOver
    if on < period.valid_from:
        raise PeriodReversed("body.on")
    return on
