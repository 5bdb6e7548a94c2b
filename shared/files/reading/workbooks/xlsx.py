"""The rows of an .xlsx workbook, as Excel, WPS and other writers make it.

Promises: whole files are refused before the first row is handed on, but for what only the rows can show (too many columns or rows, a cell that is
too long). Memory: a run of rows, and the strings that cells share. Formulas, error values and merged cells are named by cell.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self
from xml.parsers import expat

from python_calamine import CalamineSheet

from shared.files.limits import Limits
from shared.files.reading.columns import letters
from shared.files.reading.rows import Column, Rows, by_columns
from shared.files.reading.workbooks.archive import Archive
from shared.files.reading.workbooks.guard import Book, guarded, place
from shared.files.reading.workbooks.markup import plain
from shared.files.reading.workbooks.merges import Odd
from shared.files.reading.workbooks.slices import Run, load, runs
from shared.files.reading.workbooks.strings import Strings
from shared.files.unreadable import Unreadable
from shared.files.writing.workbook import MARK_LABEL

_FORMULA, _ERROR = re.compile(rb"<f[\s/>]"), re.compile(rb"""t\s*=\s*["']e["']""")
_NUMBER = re.compile(rb"\sr=[\"']([0-9]{1,10})[\"']")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?[0-9]+")


class Xlsx:
    """An opened workbook.

    :raises Unreadable: it is not let in.
    """

    guarded = False

    def __init__(self, file: Path, limits: Limits) -> None:
        self._limits = limits
        self._far = _beyond(limits.columns)
        self._archive = Archive(file, limits)
        try:
            self._book: Book = guarded(self._archive, width=limits.columns)
            strings = self._book.strings
            self._strings = Strings(self._archive.stream(strings) if strings and strings in self._archive else None, self._book.styles)
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def mark(self) -> str | None:
        if not self._book.notes:
            return None
        notes = next(self._rows(self._book.notes), None)
        if not notes or notes.numbers[0] != 1 or len(notes.columns) < 2:
            return None
        label, mark = (str(column[0]).strip() for column in notes.columns[:2])
        return mark if label == MARK_LABEL else None

    def rows(self) -> Iterator[Rows]:
        return self._rows(self._book.data)

    def _rows(self, part: str) -> Iterator[Rows]:
        size = max(1, self._archive.size(part))
        for run in runs(plain(self._archive.stream(part))):
            if found := self._read(run, position=min(1.0, run.read / size)):
                yield found

    def _read(self, run: Run, *, position: float) -> Rows | None:
        self._refuse_far_columns(run)
        odd = odd_cells(run) if _FORMULA.search(run.xml) or _ERROR.search(run.xml) else {}
        sheet = load(self._strings.marked(run.xml), styles=self._book.styles, from_1904=self._book.from_1904)
        start, end = sheet.start, sheet.end
        if start and end and not run.first <= start[0] + 1 <= end[0] + 1 <= run.last:
            raise Unreadable("odd_xml", row=run.first)  # a cell says another row than its row does
        rows = [row for each in odd.values() for row in each] + ([start[0] + 1, end[0] + 1] if start and end else [])
        if not rows:
            return None
        numbers = range(min(rows), max(rows) + 1)
        columns = self._columns(sheet, numbers, 1 + max([*odd, end[1] if end else 0]))
        return Rows(numbers=numbers, columns=columns, faults=self._book.merges.faults(numbers, odd), position=position)

    def _refuse_far_columns(self, run: Run) -> None:
        """Refuse cells in columns beyond the limit before the library makes room for all that lie between."""
        if found := self._far.search(run.xml):
            row = _NUMBER.search(run.xml, run.xml.rfind(b"<row", 0, found.start()))
            raise Unreadable("too_many_columns", row=int(row[1]) if row else None, column=letters(self._limits.columns))

    def _columns(self, sheet: CalamineSheet, numbers: range, width: int) -> list[Column]:
        """Give the cells by columns, the first being A, and blanks where the library leaves rows and columns out."""
        if width > self._limits.columns:
            raise Unreadable("too_many_columns", row=numbers[0], column=letters(self._limits.columns))
        if not sheet.start or not sheet.end:
            return by_columns([()] * len(numbers), width=width)
        above, below = sheet.start[0] + 1 - numbers[0], numbers[-1] - sheet.end[0] - 1
        lines: list[Sequence[object]] = [*[()] * above, *sheet.to_python(), *[()] * below]
        return [self._strings.put_in(column) for column in by_columns(lines, left=sheet.start[1], width=width)]


def _beyond(columns: int) -> re.Pattern[bytes]:
    """Match the reference of a cell in a column past so many."""
    last = letters(columns - 1)
    longer = rf"[A-Z]{{{len(last) + 1},}}"
    later = [f"{last[:at]}[{chr(ord(last[at]) + 1)}-Z][A-Z]{{{len(last) - at - 1}}}" for at in range(len(last)) if last[at] != "Z"]
    return re.compile(rf"""\sr=["'](?:{"|".join([longer, *later])})[0-9]""".encode())


def odd_cells(run: Run) -> Odd:
    """Find the formulas and the error values of a run: the library shows of the one what it came to, of the other nothing."""
    finder = _Finder(run.first)
    parser = expat.ParserCreate()
    parser.StartElementHandler = finder.element
    try:
        parser.Parse(b"<rows>", False)
        parser.Parse(run.xml, False)
        parser.Parse(b"</rows>", True)
    except expat.ExpatError as error:
        raise Unreadable("damaged") from error
    return finder.found


class _Finder:
    def __init__(self, first: int) -> None:
        self.found: dict[int, dict[int, str]] = defaultdict(dict)
        self._row, self._place = first - 1, -1

    def element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            number = attributes.get("r", "").strip()
            self._row, self._place = int(number) if number.isascii() and number.isdigit() else self._row + 1, -1
        elif name == "c":
            reference = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._place = place(reference[1].encode()) if reference else self._place + 1
            if attributes.get("t") == "e":
                self.found[self._place][self._row] = "error_cell"
        elif name == "f":
            self.found[self._place][self._row] = "formula_cell"
