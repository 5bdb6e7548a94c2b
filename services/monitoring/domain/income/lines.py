"""Bottom lines (监测底线) as rows of the law, and which of them holds where and when (R37; plan ch.3 s.1). Yuan per head and year.

Of the year's lines that have come the nearest area's wins, then the latest. A line is simulated before it is adopted: whoever it newly puts below
is who was not below what held until then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.kernel.areas import is_inside


@dataclass(frozen=True, slots=True, kw_only=True)
class BottomLine:
    id: UUID
    area_code: str
    year: int
    amount: Decimal
    effective_from: date
    document_number: str
    simulation_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageLine:
    """A village, the line that holds there, and the amount that held before it; none where nothing did."""

    village: str
    line: BottomLine | None
    before: Decimal | None = None


def in_force(lines: Iterable[BottomLine], area: str, on: date) -> BottomLine | None:
    """Find the line of an area on a day: the nearest ancestor's, its latest row of that year."""
    come = [line for line in lines if line.year == on.year and line.effective_from <= on and is_inside(area, line.area_code)]
    return max(come, key=lambda line: (len(line.area_code), line.effective_from), default=None)


def held_before(lines: Sequence[BottomLine], area: str, on: date, *, without: UUID | None = None) -> Decimal | None:
    """Say what a line is compared with: what holds on the day without it; where nothing of the year does, what held when last year ended."""
    others = [line for line in lines if line.id != without]
    found = in_force(others, area, on) or in_force(others, area, date(on.year - 1, 12, 31))
    return found.amount if found else None


def comes_on(year: int, effective_from: date) -> date | None:
    """Say on which day a line of a year begins to hold, if it ever does."""
    day = max(effective_from, date(year, 1, 1))
    return day if day.year == year else None


def lines_under(lines: Sequence[BottomLine], villages: Iterable[str], on: date) -> list[VillageLine]:
    """Say which line holds in each village."""
    return [VillageLine(village=village, line=in_force(lines, village, on)) for village in villages]


def lines_adopting(lines: Sequence[BottomLine], villages: Iterable[str], on: date, line_id: UUID) -> list[VillageLine]:
    """List the villages in which a certain line holds now, with what held before it."""
    under = [each for each in lines_under(lines, villages, on) if each.line and each.line.id == line_id]
    return [replace(each, before=held_before(lines, each.village, on, without=line_id)) for each in under]


def lines_simulated(lines: Sequence[BottomLine], villages: Iterable[str], on: date, supposed: BottomLine) -> list[VillageLine]:
    """List the villages in which a supposed line would hold on its day, with what holds there now; a nearer line keeps its own."""
    then = max(on, date(supposed.year, 1, 1))
    after = [*(line for line in lines if line.area_code != supposed.area_code), replace(supposed, effective_from=then)]
    under = [each for each in lines_under(after, villages, then) if each.line and each.line.id == supposed.id]
    return [replace(each, before=held_before(lines, each.village, on)) for each in under]
