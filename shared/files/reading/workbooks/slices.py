"""The XML of a worksheet, cut between rows into small workbooks that the Excel library can hold.

A library that reads a sheet as a whole needs a gigabyte for a million rows; a run of rows needs a few megabytes. Each run becomes a workbook of
its own, in memory, with the styles of the file and nothing else of it: the library never sees what the sender built.

Promises: every row of the sheet is in exactly one run, rows are in order and bear their own numbers. A sheet that is not written as Excel, WPS
and their like write it (comments, CDATA, rows out of order) is refused, for then cutting it could lose something.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from shared.files.reading.rows import RUN
from shared.files.unreadable import Unreadable

_WINDOW = 4 << 20
_LONGEST_ROW = 64 << 20
_FARTHEST = 20_000  # numbers between the rows of one run: the library holds the empty ones between them
_LAST_ROW = 1 << 20
_AFTER_A_NAME = (b" ", b">", b"/", b"\t", b"\n", b"\r")
_PREFIXED = re.compile(rb"<[A-Za-z_][\w.-]*:(?:sheetData|row|c|v|f|is|t|si|r)[\s/>]")
_ROW = re.compile(rb"<row(?=[\s/>])(?: r=\"(\d{1,10})\")?")
_ROW_NUMBER = re.compile(rb"<row\s[^<>]*?\br\s*=\s*[\"']\s*(\d{1,10})\s*[\"']")


@dataclass(frozen=True, slots=True)
class Run:
    """Some rows of a sheet.

    :param xml: the `row` elements.
    :param first: the number of the first row.
    :param last: the number of the last.
    :param read: bytes of the sheet up to its end.
    """

    xml: bytes
    first: int
    last: int
    read: int


def runs(pieces: Iterator[bytes]) -> Iterator[Run]:
    """Cut the XML of a sheet into runs of rows."""
    previous = 0
    for body, read in windows(pieces, opens=b"sheetData", row=b"row"):
        for run in _split(body, previous, read):
            previous = run.last
            yield run


def windows(pieces: Iterator[bytes], *, opens: bytes, row: bytes) -> Iterator[tuple[bytes, int]]:
    """Give what an element holds in windows that end between its rows, and how many bytes are read so far.

    :raises Unreadable: the element is not there or has no end, or a row is longer than any honest one.
    """
    begins, ends = re.compile(rb"<" + opens + rb"(?:\s[^<>]*?)?(/?)>"), b"</" + opens
    buffer, read, inside = b"", 0, False
    for piece in _gathered(pieces):
        read += len(piece)
        buffer += piece
        if not inside:
            found = begins.search(buffer)
            if not found:
                buffer = buffer[buffer.rfind(b"<") :]
                continue
            if found[1]:
                return
            buffer, inside = buffer[found.end() :], True
        end = buffer.find(ends)
        if end >= 0:
            yield _without_other_prefixes(buffer[:end]), read
            return
        cut = _last(buffer, b"<" + row)
        if cut > 0:
            yield _without_other_prefixes(buffer[:cut]), read
            buffer = buffer[cut:]
        elif len(buffer) > _LONGEST_ROW:
            raise Unreadable("cell_too_long")
    raise Unreadable("damaged" if inside else "odd_xml")


def _without_other_prefixes(xml: bytes) -> bytes:
    """Pass on rows all of whose tags can be found by their names.

    :raises Unreadable: some stand under another prefix than the rest.
    """
    if _PREFIXED.search(xml):
        raise Unreadable("odd_xml")
    return xml


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _WINDOW:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _last(buffer: bytes, tag: bytes) -> int:
    """Find where the last tag of a name begins; what it holds may go on in the next window."""
    at = buffer.rfind(tag)
    while at > 0 and buffer[at + len(tag) : at + len(tag) + 1] not in _AFTER_A_NAME:
        at = buffer.rfind(tag, 0, at)
    return at


def _split(body: bytes, previous: int, read: int) -> Iterator[Run]:
    """Split a window into runs that are short and have no wide gaps."""
    start = first = None
    rows = 0
    number = previous
    for found in _ROW.finditer(body):
        before, number = number, _number(body, found, number)
        if number <= before or number > _LAST_ROW:
            raise Unreadable("odd_xml", row=number)
        if start is not None and first is not None and (rows == RUN or number - first > _FARTHEST):
            yield Run(_numbered(body[start : found.start()], first), first, before, read)
            start = None
        if start is None:
            start, first, rows = found.start(), number, 0
        rows += 1
    if start is not None and first is not None:
        yield Run(_numbered(body[start:], first), first, number, read)


def _number(body: bytes, found: re.Match[bytes], previous: int) -> int:
    if found[1]:
        return int(found[1])
    spelt = _ROW_NUMBER.match(body, found.start())
    return int(spelt[1]) if spelt else previous + 1


def _numbered(xml: bytes, first: int) -> bytes:
    """Give a run's first row its number where the sheet leaves numbers out."""
    return xml if _ROW_NUMBER.match(xml) else b'<row r="%d"' % first + xml[4:]


_XML = b'<?xml version="1.0" encoding="UTF-8"?>'
_PACKAGE = b"http://schemas.openxmlformats.org/package/2006/"
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = (
    _XML + b'<Types xmlns="' + _PACKAGE + b'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    b'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/'
    b'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)


def _relations(*targets: tuple[bytes, bytes]) -> bytes:
    each = b'<Relationship Id="%s" Type="' + _OFFICE + b'/%s" Target="%s"/>'
    inner = b"".join(each % (b"rId%d" % number, kind, target) for number, (kind, target) in enumerate(targets, start=1))
    return _XML + b'<Relationships xmlns="' + _PACKAGE + b'relationships">' + inner + b"</Relationships>"


def load(rows: bytes, *, styles: bytes, from_1904: bool = False) -> CalamineSheet:
    """Read some rows of a sheet.

    :raises Unreadable: they are not well formed, or not those of a sheet.
    """
    try:
        return CalamineWorkbook.from_filelike(_workbook(rows, styles, from_1904=from_1904)).get_sheet_by_index(0)
    except CalamineError as error:
        raise Unreadable("damaged") from error


def _workbook(rows: bytes, styles: bytes, *, from_1904: bool) -> io.BytesIO:
    """Make a workbook of one sheet."""
    book = b'<workbook xmlns="%s" xmlns:r="%s"><workbookPr%s/><sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _relations((b"officeDocument", b"xl/workbook.xml")))
        archive.writestr("xl/workbook.xml", _XML + book % (_MAIN, _OFFICE, b' date1904="1"' if from_1904 else b""))
        archive.writestr("xl/_rels/workbook.xml.rels", _relations((b"worksheet", b"worksheets/s.xml"), (b"styles", b"styles.xml")))
        archive.writestr("xl/styles.xml", styles)
        archive.writestr("xl/worksheets/s.xml", b"".join((_XML, b'<worksheet xmlns="', _MAIN, b'"><sheetData>', rows, b"</sheetData></worksheet>")))
    buffer.seek(0)
    return buffer
