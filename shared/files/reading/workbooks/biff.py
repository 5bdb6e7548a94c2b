"""What the Excel library does not tell of an .xls workbook: where formulas and error values stand, and whether it links to other files."""

import struct
from collections.abc import Iterator, Mapping

from shared.files.reading.workbooks.compound import has_entry, stream
from shared.files.unreadable import Unreadable

_FORMULA, _ERROR_OR_TRUTH, _SHEET, _BOOK_LINK, _ENDS, _PASSWORD = 0x0006, 0x0205, 0x0085, 0x01AE, 0x000A, 0x002F
_BEGINS = 0x0809
_OWN_LINKS = (0x0401, 0x3A01)  # to sheets of this workbook, to functions of Excel


class Biff:
    """The records of a workbook.

    :raises Unreadable: it is damaged, has a password or links to other files.
    """

    def __init__(self, data: bytes) -> None:
        self._data = stream(data, "Workbook" if has_entry(data, "Workbook") else "Book")
        self._sheets: list[int] = []
        for kind, at, size in self._records(0):
            if kind == _PASSWORD:
                raise Unreadable("encrypted")
            if kind == _BOOK_LINK and size >= 4 and struct.unpack_from("<2xH", self._data, at)[0] not in _OWN_LINKS:
                raise Unreadable("external_links")
            if kind == _SHEET and size >= 4:
                self._sheets.append(struct.unpack_from("<I", self._data, at)[0])

    def odd_cells(self, sheet: int) -> Mapping[int, Mapping[int, str]]:
        """Find the formulas and error values of a sheet: place of the column -> number of the row -> code."""
        found: dict[int, dict[int, str]] = {}
        if sheet >= len(self._sheets):
            raise Unreadable("damaged")
        for kind, at, size in self._records(self._sheets[sheet]):
            if kind == _FORMULA and size >= 4:
                code = "formula_cell"
            elif kind == _ERROR_OR_TRUTH and size >= 8 and self._data[at + 7]:
                code = "error_cell"
            else:
                continue
            row, place = struct.unpack_from("<HH", self._data, at)
            found.setdefault(place, {})[row + 1] = code
        return found

    def _records(self, at: int) -> Iterator[tuple[int, int, int]]:
        """Give the records from a place to the end of what begins there: their kind, where they are and their size."""
        depth = 0
        while at + 4 <= len(self._data):
            kind, size = struct.unpack_from("<HH", self._data, at)
            at += 4
            if at + size > len(self._data):
                raise Unreadable("damaged")
            depth += (kind == _BEGINS) - (kind == _ENDS)
            if depth == 1:
                yield kind, at, size
            if depth <= 0:
                return
            at += size
