"""The workbooks that are written: how they are opened, and the sheets and looks that all have in common.

Promises: a text stays a text, whatever it begins with; the same content gives the same bytes; the file appears whole or not at all, and what is
written on the way lies beside it, not in the machine's folder for temporary files. What is written in order needs the memory of one row.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from xlsxwriter.exceptions import FileSizeError
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from shared.kernel.sheets import Column, Holds, Sheet

FILL_SHEET = "填报"
NOTES_SHEET = "说明"
CHOICES_SHEET = "选项"
RESULTS_SHEET = "结果"
MARK_LABEL = "模板版本"
REPORT_COLUMNS = ("原行号", "处理结果", "问题说明")  # in front of the file's own; looked past when the file is read again

ROWS_OF_A_SHEET = 1_048_575  # below the header: what Excel can open

NUMBERS = frozenset({Holds.YUAN, Holds.QUANTITY, Holds.COUNT})

_BEGINNING = datetime(2000, 1, 1)  # noqa: DTZ001 - Excel's dates know no zone
_A4 = 9
_WIDTHS = {
    Holds.WORDS: 24,
    Holds.NAME: 14,
    Holds.ID_NUMBER: 22,
    Holds.PHONE: 15,
    Holds.ADDRESS: 30,
    Holds.ACCOUNT: 24,
    Holds.YUAN: 14,
    Holds.QUANTITY: 12,
    Holds.COUNT: 10,
    Holds.DAY: 13,
    Holds.VILLAGE: 30,
    Holds.CHOICE: 14,
    Holds.REFERENCE: 38,
}


@contextmanager
def workbook(to: Path) -> Iterator[Workbook]:
    """Open a workbook whose sheets are written from top to bottom; it is put in its place when all of it is written.

    :raises ValueError: it came to more than Excel opens without asking.
    """
    with TemporaryDirectory(prefix=f".{to.name}-", dir=to.parent) as room:
        # Texts are written by `write_string` alone; the switches guard against the day when somebody calls `write`.
        as_they_are = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        book = Workbook(str(Path(room, "book.xlsx")), {"constant_memory": True, "tmpdir": room, **as_they_are})
        book.set_properties({"created": _BEGINNING})
        try:
            yield book
            book.close()
        except FileSizeError as error:
            raise ValueError("a sheet came to more than 2 GiB: write it as CSV (文件过大，请改用 CSV 导出)") from error
        finally:
            _let_go(book)
        Path(room, "book.xlsx").replace(to)


def _let_go(book: Workbook) -> None:
    """Close the row files of the sheets, which stay open when a workbook is given up."""
    for page in book.worksheets():
        if page.row_data_fh is not None:
            page.row_data_fh.close()


def header_format(book: Workbook, *, required: bool = False) -> Format:
    colours = {"bg_color": "#C00000", "font_color": "#FFFFFF"} if required else {"bg_color": "#D9E1F2"}
    return book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True, "num_format": "@", **colours})


def column_format(book: Workbook, column: Column, **looks: object) -> Format:
    """Give the look of a column's cells: text, so that what is typed later stays as typed, except amounts and counts."""
    return book.add_format({"num_format": {Holds.YUAN: "0.00", Holds.QUANTITY: "0.00", Holds.COUNT: "0"}.get(column.holds, "@"), **looks})


def width(column: Column) -> int:
    return max(_WIDTHS[column.holds], 2 * len(column.header) + 2)


def set_print(page: Worksheet) -> None:
    """Print a table on A4 across, all columns on one page, the header on each."""
    page.set_landscape()
    page.set_paper(_A4)
    page.repeat_rows(0)
    page.fit_to_pages(1, 0)


def add_notes(book: Workbook, sheet: Sheet, lines: Sequence[str] = ()) -> Worksheet:
    """Add the notes: the version mark in B1, by which the reader knows the file, then the title and the lines."""
    page = book.add_worksheet(NOTES_SHEET)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 14)
    page.set_column(2, 4, 44)
    page.write_string(0, 0, MARK_LABEL)
    page.write_string(0, 1, sheet.mark)
    page.write_string(2, 0, sheet.title, book.add_format({"bold": True, "font_size": 14}))
    for row, line in enumerate(lines, start=3):
        page.write_string(row, 0, line)
    return page
