"""The sheet on which an uploaded file comes back: its own columns as they were, and three in front that say what became of each row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from xlsxwriter.workbook import Workbook

from shared.files.reading.columns import key
from shared.files.writing.workbook import REPORT_COLUMNS, RESULTS_SHEET, ROWS_OF_A_SHEET, column_format, header_format, set_print, width
from shared.kernel.sheets import Column, Fault, Holds, Outcome, RowResult, Sheet

OUTCOME_WORDS = {Outcome.REFUSED: "未通过", Outcome.CREATED: "新增", Outcome.UPDATED: "更新", Outcome.UNCHANGED: "无变化"}

Sentences = Mapping[str, tuple[str, str]]

_REASONS = REPORT_COLUMNS.index("问题说明")
_REASONS_WIDTH = 60
_OUR_COLUMNS = tuple(Column(field="", header=header, holds=Holds.COUNT) for header in REPORT_COLUMNS)
_UNKNOWN = Column(field="", header="", holds=Holds.WORDS)
_MARK: dict[str, object] = {"bg_color": "#FFC7CE", "font_color": "#9C0006", "border": 1}
_MOST_COMMENTS = 10_000  # a workbook with more opens slowly; the reasons stand in their column in any case
_ENDLESS = float("inf")


class ResultsPage:
    """The sheet of results.

    A text longer than the 32767 characters of a cell is shown as far as it goes.
    """

    def __init__(self, book: Workbook, sheet: Sheet, headers: Sequence[object], sentences: Sentences) -> None:
        self.counts: Counter[Outcome] = Counter()
        self._page = book.add_worksheet(RESULTS_SHEET)
        self._written = self._comments = 0
        self._sentences = sentences
        self._headers = {column.field: column.header for column in sheet.columns}
        self._left_out = {place for place, header in enumerate(headers) if key(_text(header)) in REPORT_COLUMNS}
        self._prepare(book, sheet, self._kept(headers))

    def _prepare(self, book: Workbook, sheet: Sheet, headers: Sequence[object]) -> None:
        """Write the headers as they were, and set how the columns look: plain, and marked."""
        known = {key(column.header): column for column in sheet.columns}
        columns = [*_OUR_COLUMNS, *(known.get(key(_text(header)), _UNKNOWN) for header in headers)]
        self._places: dict[str | None, int] = {column.field: place for place, column in reversed(list(enumerate(columns))) if column.field}
        self._looks = [column_format(book, column) for column in columns]
        self._marked = [column_format(book, column, **_MARK) for column in columns]
        for place, column in enumerate(columns):
            self._page.set_column(place, place, _REASONS_WIDTH if place == _REASONS else width(column), self._looks[place])
        looks = header_format(book)
        for place, header in enumerate([*REPORT_COLUMNS, *headers]):
            self._page.write_string(0, place, _text(header), looks)

    def write(self, result: RowResult, cells: Sequence[object]) -> None:
        """Write a row: its number in the file, what became of it and why, and its cells as they were.

        :raises ValueError: the sheet is full.
        """
        self._written += 1
        if self._written > ROWS_OF_A_SHEET:
            raise ValueError(f"a workbook holds {ROWS_OF_A_SHEET} rows: ask for the refused ones only (行数超过 Excel 上限)")
        faults = self._by_place(result.faults)
        everywhere = any(fault.field is None for fault in result.faults)
        refused = result.outcome is Outcome.REFUSED  # what is noted of a row that was taken is told and not marked
        shown = [result.row, OUTCOME_WORDS[result.outcome], self._told(result.faults), *self._kept(cells)]
        shown.extend([None] * (len(self._looks) - len(shown)))
        for place, value in enumerate(shown):
            self._write_cell(place, value, marked=refused and (everywhere or place in faults))
        for place, those in faults.items():
            self._comment(place, those)

    def _write_cell(self, place: int, value: object, *, marked: bool) -> None:
        looks = (self._marked if marked else self._looks)[min(place, len(self._looks) - 1)]
        if isinstance(value, bool):
            self._page.write_boolean(self._written, place, value, looks)
        elif isinstance(value, int | float) and abs(value) < _ENDLESS:
            self._page.write_number(self._written, place, value, looks)
        elif value not in (None, ""):
            self._page.write_string(self._written, place, _text(value), looks)
        elif marked:
            self._page.write_blank(self._written, place, None, looks)

    def _by_place(self, faults: Sequence[Fault]) -> dict[int, list[Fault]]:
        """Sort faults by the column that shows them: that of the cell, or the reasons where the file has no such cell."""
        found: dict[int, list[Fault]] = {}
        for fault in faults:
            found.setdefault(self._places.get(fault.field, _REASONS), []).append(fault)
        return found

    def _comment(self, place: int, faults: Sequence[Fault]) -> None:
        """Put the reasons on a cell, the English one beneath the Chinese one."""
        if self._comments < _MOST_COMMENTS:
            self._comments += 1
            reasons = "\n".join("\n".join(self._reason(fault)) for fault in faults)
            self._page.write_comment(self._written, place, reasons, {"width": 320, "height": 24 + 36 * len(faults)})

    def _told(self, faults: Sequence[Fault]) -> str:
        """Give the reasons in one line, each after the header of its column."""
        return "；".join(self._header_of(fault) + self._reason(fault)[0].rstrip("。") for fault in faults)

    def _header_of(self, fault: Fault) -> str:
        return "" if fault.field is None else f"{self._headers.get(fault.field, fault.field)}："

    def _reason(self, fault: Fault) -> tuple[str, str]:
        return self._sentences.get(fault.code, (fault.code, fault.code))

    def _kept(self, cells: Sequence[object]) -> list[object]:
        """Leave out the columns that an earlier report has put in front."""
        return [cell for place, cell in enumerate(cells) if place not in self._left_out] if self._left_out else list(cells)

    def finish(self) -> None:
        self._page.freeze_panes(1, len(REPORT_COLUMNS))
        self._page.autofilter(0, 0, self._written, len(self._looks) - 1)
        set_print(self._page)


def _text(value: object) -> str:
    """Write a cell's value as a text: what is no text, number or truth is a day or a time."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
