"""What every format of file comes down to: runs of rows, by columns, as they stood.

Promises nothing of what the cells hold: that is checked in `shared/files/reading/cleaning.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

RUN = 5_000  # rows that are handled at a time

Column = Sequence[object]  # str, float, int, bool, date, datetime, time, timedelta, None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A run of rows.

    :param numbers: of each row, as Excel shows them.
    :param columns: the cells, by columns; all as long as `numbers`.
    :param faults: what is wrong with a cell whatever it holds: place of the column -> place of the row in this run -> code.
    :param position: the part of the file that is read so far, 0 to 1.
    """

    numbers: range
    columns: Sequence[Column]
    faults: Mapping[int, Mapping[int, str]] = field(default_factory=dict[int, Mapping[int, str]])
    position: float = 0.0


def by_columns(lines: Sequence[Sequence[object]], *, left: int = 0, width: int = 0) -> list[Column]:
    """Turn rows into columns.

    :param left: empty columns before the first.
    :param width: columns that there are at least.
    """
    blank: Column = [None] * len(lines)
    columns = [*[blank] * left, *zip_longest(*lines)]
    return [*columns, *[blank] * (width - len(columns))]
