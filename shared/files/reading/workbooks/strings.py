"""The strings that cells of a workbook share, kept in vectors: five million of them in two hundred megabytes.

Cells say the number of their string. The Excel library is given these numbers as texts behind a mark that nobody can know beforehand, and the
strings are put in afterwards; it would otherwise have to read all of them again for every run of rows.
"""

import re
import secrets
from collections.abc import Iterator, Sequence

import polars as pl

from shared.files.reading.workbooks.markup import plain
from shared.files.reading.workbooks.slices import load, windows
from shared.files.unreadable import Unreadable

_USUAL = b' t="s"><v>'
_SHARED = re.compile(rb"""<c\s(?:[^<>]*?\s)?t\s*=\s*(?:"s"|'s')[^<>]*>\s*<v\b[^<>]*>""")
_TYPE = re.compile(rb"""(\st\s*=\s*)(?:"s"|'s')""")
_LEFT = re.compile(rb"""t\s*=\s*(?:"s"|'s')""")
_OPENS, _CLOSES, _NONE = re.compile(rb"<si(?:\s[^<>]*)?>"), b"</si>", re.compile(rb"<si\s*/>")


class Strings:
    """The shared strings of a workbook, by number."""

    def __init__(self, pieces: Iterator[bytes] | None, styles: bytes) -> None:
        self._mark = "\ue000" + secrets.token_hex(4)
        self._usual = b' t="str"><v>' + self._mark.encode()
        self._held = pl.concat([pl.Series([], dtype=pl.String), *_read(pieces, styles)]) if pieces else pl.Series([], dtype=pl.String)

    def marked(self, rows: bytes) -> bytes:
        """Write the numbers of shared strings in some rows as marked texts.

        :raises Unreadable: there are no strings at all.
        """
        rows = rows.replace(_USUAL, self._usual)
        rows = _SHARED.sub(self._as_text, rows) if _LEFT.search(rows) else rows
        if self._held.is_empty() and self._mark.encode() in rows:
            raise Unreadable("damaged")
        return rows

    def _as_text(self, found: re.Match[bytes]) -> bytes:
        return _TYPE.sub(rb'\1"str"', found[0], count=1) + self._mark.encode()

    def put_in(self, cells: Sequence[object]) -> Sequence[object]:
        """Put strings in the place of their marked numbers.

        :raises Unreadable: there is no string of a number.
        """
        types = set(map(type, cells))
        if self._held.is_empty() or str not in types:
            return cells
        if types == {str}:
            return self._exchanged(pl.Series(cells, dtype=pl.String))
        texts = self._exchanged(pl.Series([cell if isinstance(cell, str) else None for cell in cells], dtype=pl.String))
        return [text if isinstance(cell, str) else cell for cell, text in zip(cells, texts, strict=True)]

    def _exchanged(self, texts: pl.Series) -> list[object]:
        marked = texts.str.starts_with(self._mark)
        numbers = texts.str.strip_prefix(self._mark).str.strip_chars().cast(pl.UInt32, strict=False).set(~marked, None)
        if (numbers.is_null() & marked).any() or (numbers >= len(self._held)).any():
            raise Unreadable("damaged")
        return self._held.gather(numbers).zip_with(marked, texts).to_list()


def _read(pieces: Iterator[bytes], styles: bytes) -> Iterator[pl.Series]:
    """Read the strings by way of sheets of one column, so that one reader decides what a cell's text is."""
    for window, _ in windows(plain(pieces), opens=b"sst", row=b"si"):
        rows = _NONE.sub(b"<row/>", window)
        rows, number = _OPENS.subn(b'<row><c t="inlineStr"><is>', rows)
        number += rows.count(b"<row/>")
        sheet = load(rows.replace(_CLOSES, b"</is></c></row>"), styles=styles)
        texts = [""] * (sheet.start[0] if sheet.start else 0) + [str(row[0]) for row in sheet.to_python()]
        yield pl.Series(texts + [""] * (number - len(texts)), dtype=pl.String)
