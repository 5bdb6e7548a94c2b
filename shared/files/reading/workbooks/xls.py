"""The rows of an .xls workbook, which holds 65536 of them at most and is read as a whole.

Promises what `xlsx.py` does, but that the memory grows with the sheet: the cap of the process is what holds a hostile one.
"""

from array import array
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Self

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from shared.files.limits import Limits
from shared.files.reading.columns import letters
from shared.files.reading.rows import RUN, Rows, by_columns
from shared.files.reading.workbooks.biff import Biff
from shared.files.reading.workbooks.merges import Merges
from shared.files.unreadable import Unreadable
from shared.files.writing.workbook import CHOICES_SHEET, MARK_LABEL, NOTES_SHEET


class Xls:
    """An opened workbook.

    :raises Unreadable: it is not let in.
    """

    guarded = False

    def __init__(self, file: Path, limits: Limits) -> None:
        self._limits = limits
        data = file.read_bytes()
        biff = Biff(data)
        try:
            self._book = CalamineWorkbook.from_filelike(BytesIO(data))  # by its content: given a path, the library goes by the name
            self._number = self._find_data()
            self._sheet = self._book.get_sheet_by_index(self._number)
        except PasswordError as error:
            raise Unreadable("encrypted") from error
        except CalamineError as error:
            raise Unreadable("damaged") from error
        self._odd = biff.odd_cells(self._number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    def _find_data(self) -> int:
        """Find the first visible sheet that is neither notes nor lists; see that no other holds anything."""
        ours = [
            number
            for number, each in enumerate(self._book.sheets_metadata)
            if each.visible is SheetVisibleEnum.Visible
            and each.typ is SheetTypeEnum.WorkSheet
            and each.name.strip() not in (NOTES_SHEET, CHOICES_SHEET)
        ]
        if not ours:
            raise Unreadable("no_rows")
        if any(self._book.get_sheet_by_index(number).start for number in ours[1:]):
            raise Unreadable("extra_sheet")
        return ours[0]

    def mark(self) -> str | None:
        if NOTES_SHEET not in self._book.sheet_names:
            return None
        notes = self._book.get_sheet_by_name(NOTES_SHEET)
        first = next(notes.iter_rows(), []) if notes.start == (0, 0) else []
        return str(first[1]).strip() if len(first) > 1 and str(first[0]).strip() == MARK_LABEL else None

    def rows(self) -> Iterator[Rows]:
        """Read the sheet of data.

        :raises Unreadable: it is too wide.
        """
        lines, numbers = self._lines()
        width = 1 + max([*self._odd, self._sheet.end[1] if self._sheet.end else 0])
        if width > self._limits.columns:
            raise Unreadable("too_many_columns", row=numbers.start, column=letters(self._limits.columns))
        merges = Merges(array("I", self._ranges()), width=width)
        for first in range(numbers.start, numbers.stop, RUN):
            run = list(islice(lines, RUN))
            here = range(first, first + len(run))
            columns = by_columns(run, left=self._sheet.start[1] if self._sheet.start else 0, width=width)
            position = (here.stop - numbers.start) / len(numbers)
            yield Rows(numbers=here, columns=columns, faults=merges.faults(here, self._odd), position=position)

    def _lines(self) -> tuple[Iterator[Sequence[object]], range]:
        """Give the rows and their numbers, with blank ones where the library has nothing but a formula stands."""
        start, end = self._sheet.start, self._sheet.end
        held = range(start[0] + 1, end[0] + 2) if start and end else range(1, 1)
        rows = [row for each in self._odd.values() for row in each]
        first, last = min([held.start, *rows]), max([held.stop - 1, *rows])
        above, below = [()] * (held.start - first), [()] * (last + 1 - held.stop)
        return chain(above, self._sheet.iter_rows() if held else (), below), range(first, last + 1)

    def _ranges(self) -> Iterator[int]:
        for (top, left), (bottom, right) in self._sheet.merged_cell_ranges or ():
            yield from (top + 1, bottom + 1, left, right)
