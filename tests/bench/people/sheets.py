"""Files as officials' programs write them, written quickly: CSV, and workbooks with shared strings, as Excel and WPS have them."""

import csv
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from shared.kernel.sheets import Holds, Sheet
from tests.bench.people.drawn import Row

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NUMBERS = (Holds.YUAN, Holds.COUNT)
_PIECE = 2_000
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SPREADSHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SPREADSHEET}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_SPREADSHEET}.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="填报" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}


def write_csv(to: Path, sheet: Sheet, rows: Iterable[Row]) -> Path:
    with to.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow([column.header for column in sheet.columns])
        lines.writerows(rows)
    return to


def write_xlsx(to: Path, sheet: Sheet, rows: Iterable[Row]) -> Path:
    """Write a workbook: amounts and counts as numbers, all else as shared strings."""
    strings = _Strings()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, text in _PARTS.items():
            book.writestr(name, _HEAD + text)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for piece in _pieces(sheet, rows, strings):
                part.write(piece.encode())
            part.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            part.write(f'{_HEAD}<sst xmlns="{_MAIN}">'.encode())
            for text in strings.places:
                part.write(f"<si><t>{escape(text)}</t></si>".encode())
            part.write(b"</sst>")
    return to


class _Strings:
    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def place(self, text: str) -> int:
        return self.places.setdefault(text, len(self.places))


def _pieces(sheet: Sheet, rows: Iterable[Row], strings: _Strings) -> Iterator[str]:
    """Write rows, some at a time."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(sheet.columns)]
    numeric = [column.holds in _NUMBERS for column in sheet.columns]
    headers = "".join(
        f'<c r="{letter}1" t="s"><v>{strings.place(column.header)}</v></c>' for letter, column in zip(letters, sheet.columns, strict=True)
    )
    held = [f'<row r="1">{headers}</row>']
    for number, row in enumerate(rows, start=2):
        cells = [
            f'<c r="{letter}{number}"><v>{value}</v></c>' if is_number else f'<c r="{letter}{number}" t="s"><v>{strings.place(value)}</v></c>'
            for letter, is_number, value in zip(letters, numeric, row, strict=True)
            if value
        ]
        held.append(f'<row r="{number}">{"".join(cells)}</row>')
        if len(held) == _PIECE:
            yield "".join(held)
            held = []
    yield "".join(held)
