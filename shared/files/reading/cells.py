"""The cells of a file as they stood, for those who write it out again.

Called in a process that may be lost (`shared/files/capped/running.py`). Not for checking: nothing is cleaned here.
"""

from collections.abc import Iterator
from pathlib import Path

from shared.files.limits import DEFAULT, Limits
from shared.files.reading.columns import blank
from shared.files.reading.sources import opened


def cells_of(file: Path, limits: Limits = DEFAULT) -> Iterator[tuple[int, list[object]]]:
    """Give each row that is not empty with its number as Excel shows it, the header first; an empty cell is None or an empty text.

    :raises Unreadable: the file cannot be read.
    """
    with opened(file, limits) as source:
        for run in source.rows():
            for number, cells in zip(run.numbers, zip(*run.columns, strict=True), strict=True):
                if not all(map(blank, cells)):
                    yield number, list(cells)
