"""Lists as files: a workbook for reading and filling, CSV for any length.

Promises: no text of a citizen becomes a formula in Excel or WPS, and none is turned into a number or a date; what is exported and read again is
the same. An amount stays a number, a negative one too. The same rows give the same bytes. The memory of a few rows is enough.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO

from xlsxwriter.worksheet import Worksheet

from shared.files.writing.workbook import FILL_SHEET, ROWS_OF_A_SHEET, add_notes, column_format, header_format, set_print, width, workbook
from shared.kernel.money import rounded
from shared.kernel.sheets import Column, Holds, Sheet
from shared.kernel.workdays import SHANGHAI

Shown = Callable[[object], str | Decimal | None]

# Excel and WPS look past blanks and marks that nobody sees before they take a text for a formula.
_FORMULA = re.compile(r"[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠]|[\t\r\n']")
# Digits among nothing but letters of the keyboard and what dates, times and amounts are written with; not a short whole number, nor a UUID.
_RECAST = re.compile(
    r"(?!(?:0|[1-9]\d{0,9})\Z|[0-9a-f]{8}-[0-9a-f]{4}-)(?=[\x20-\x7e０-９．，：／－％¥￥年月日时分秒上下午]+\Z)\D*\d",
)
_QUOTED = re.compile(r'="([^"]*)"\Z')
_EXACT_DIGITS = 13  # before the point: with the two after it, what Excel's numbers hold


def write_xlsx(to: Path, sheet: Sheet, rows: Iterable[Sequence[object]], *, marked: bool = True) -> int:
    """Write rows, in the order of the sheet's columns, as a workbook; give how many there were.

    :param marked: the version mark is written, so that the file can be filled further and read.
    :raises ValueError: there are more rows than a workbook holds, or a text is longer than a cell holds.
    """
    written = 0
    with workbook(to) as book:
        page = book.add_worksheet(FILL_SHEET)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, width(column), column_format(book, column))
        header = header_format(book)
        for place, column in enumerate(sheet.columns):
            page.write_string(0, place, column.header, header)
        for written, row in enumerate(_shown(sheet, rows), start=1):
            _write_row(page, written, row)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, written, len(sheet.columns) - 1)
        set_print(page)
        if marked:
            add_notes(book, sheet, sheet.notes)
    return written


def _write_row(page: Worksheet, number: int, row: Iterable[str | Decimal | None]) -> None:
    if number > ROWS_OF_A_SHEET:
        raise ValueError(f"a workbook holds {ROWS_OF_A_SHEET} rows: write more of them as CSV (行数超过 Excel 上限，请改用 CSV 导出)")
    for place, value in enumerate(row):
        if isinstance(value, Decimal):
            page.write_number(number, place, float(value))
        elif value and page.write_string(number, place, value):
            raise ValueError(f"row {number}, column {place + 1}: a text is longer than the 32767 characters that a cell holds")


def write_csv(to: Path, sheet: Sheet, rows: Iterable[Sequence[object]]) -> int:
    """Write rows, in the order of the sheet's columns, as CSV that Excel in China opens with a double click; give how many there were."""
    written = 0
    with _replacing(to) as file:
        lines = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        lines.writerow([column.header for column in sheet.columns])
        for row in _shown(sheet, rows):
            lines.writerow([guarded(value) if isinstance(value, str) else _digits(value) for value in row])
            written += 1
    return written


def guarded(text: str) -> str:
    """Write a text so that a spreadsheet that opens the CSV shows it as it is; the reader takes the one added character away.

    An apostrophe goes before what would be a formula, and before an apostrophe. A tab, which the reader trims anyway, goes before what would
    become a number or a date: ID numbers, phones, area codes, house numbers.
    """
    if _FORMULA.match(text):
        return "'" + text
    return "\t" + text if _RECAST.match(text) else text


def unguarded(text: str) -> str:
    """Give the text that a cell of a CSV stands for, as the reader takes it: without what guards it here, or in other systems (`="…"`)."""
    bare = text.strip()
    if found := _QUOTED.match(bare):
        bare = found[1]
    return bare[1:].strip() if bare.startswith("'") and _FORMULA.match(bare[1:]) else bare.strip()


def _digits(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


@contextmanager
def _replacing(to: Path) -> Iterator[IO[str]]:
    """Open a text file that takes its place when all of it is written."""
    part = to.with_name(f".{to.name}.part")
    try:
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            yield file
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)


def _shown(sheet: Sheet, rows: Iterable[Sequence[object]]) -> Iterator[list[str | Decimal | None]]:
    """Give each row as it is shown: numbers for amounts and counts, texts for all else."""
    columns = [_shown_by(column) for column in sheet.columns]
    for row in rows:
        yield [show(value) for show, value in zip(columns, row, strict=True)]


def _shown_by(column: Column) -> Shown:
    match column.holds:
        case Holds.YUAN | Holds.QUANTITY | Holds.COUNT:
            return _number_of(column.holds)
        case Holds.CHOICE:
            return _word_of(column)
        case Holds.DAY:
            return _day
        case _:
            return _text


def _number_of(holds: Holds) -> Shown:
    def show(value: object) -> str | Decimal | None:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return _text(value)
        if not number.is_finite() or number.adjusted() >= _EXACT_DIGITS:
            return str(value)
        return number if holds is Holds.COUNT else rounded(number)

    return show


def _word_of(column: Column) -> Shown:
    """Show a code as the official's word; of several words for a code the first."""
    words = {code: word for word, code in reversed(list(column.choices.items()))}
    return lambda value: words.get(str(value)) or _text(value)


def _day(value: object) -> str | None:
    return _text(_local(value).date() if isinstance(value, datetime) else value)


def _text(value: object) -> str | None:
    if value is None or type(value) is str:
        return value
    if isinstance(value, datetime):
        return _local(value).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _local(moment: datetime) -> datetime:
    """Give a moment in the time of Shanghai.

    :raises ValueError: it has no zone, so nobody knows which moment it is.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be written")
    return moment.astimezone(SHANGHAI)
