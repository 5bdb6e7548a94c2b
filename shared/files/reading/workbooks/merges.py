"""Which cells of a sheet are merged with others, and so at fault: of a merged cell nobody can say to which row it belongs."""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from shared.files.unreadable import Unreadable

MERGED = "merged_cell"
Odd = Mapping[int, Mapping[int, str]]  # place of the column -> number of the row -> code


class Merges:
    """Merged ranges, by column.

    :param ranges: first row, last row, first place, last place of each, one after the other; rows as Excel numbers them.
    :param width: columns that matter.
    :raises Unreadable: cells of the header are merged.
    """

    def __init__(self, ranges: "array[int]", *, width: int) -> None:
        spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
        numbers = iter(ranges)
        for top, bottom, left, right in zip(numbers, numbers, numbers, numbers, strict=True):
            if top <= 1 and left < width:
                raise Unreadable("merged_header", row=1)
            for place in range(left, min(right + 1, width)):
                spans[place].append((top, bottom))
        self._spans = {place: _joined(each) for place, each in spans.items()}

    def faults(self, numbers: range, odd: Odd) -> Mapping[int, Mapping[int, str]]:
        """Name the cells at fault by their places in a run; of a cell that is both odd and merged, that it is odd."""
        faults: dict[int, dict[int, str]] = defaultdict(dict)
        for place, rows in self._within(numbers[0], numbers[-1]):
            faults[place].update((row - numbers[0], MERGED) for row in rows)
        for place, codes in odd.items():
            faults[place].update((row - numbers[0], code) for row, code in codes.items() if row in numbers)
        return faults

    def _within(self, first: int, last: int) -> Iterator[tuple[int, range]]:
        for place, (tops, bottoms) in self._spans.items():
            for each in range(bisect_left(bottoms, first), bisect_right(tops, last)):
                yield place, range(max(first, tops[each]), min(last, bottoms[each]) + 1)


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Join spans that touch or overlap, in order."""
    tops: list[int] = []
    bottoms: list[int] = []
    for top, bottom in sorted(spans):
        if bottoms and top <= bottoms[-1] + 1:
            bottoms[-1] = max(bottoms[-1], bottom)
        else:
            tops.append(top)
            bottoms.append(bottom)
    return tops, bottoms
