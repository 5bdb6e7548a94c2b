"""What a file is, by its content and never by its name."""

from contextlib import closing
from enum import StrEnum
from pathlib import Path

from shared.files.limits import DEFAULT, Limits
from shared.files.reading.workbooks.archive import Archive
from shared.files.reading.workbooks.compound import has_entry
from shared.files.unreadable import Unreadable

_BEGINNING = 8192
_BOM = b"\xef\xbb\xbf"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"{\\rtf", "RTF"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"\x09\x08", "Excel 5"),
    (b"\x09\x04", "Excel 4"),
)


class Format(StrEnum):
    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"
    JSON_LINES = "json_lines"


def format_of(file: Path, limits: Limits = DEFAULT) -> Format:
    """Find out what a file is.

    :raises Unreadable: it is empty, or none of these.
    """
    with file.open("rb") as source:
        beginning = source.read(_BEGINNING)
    if beginning.startswith(_ZIP):
        return _of_zip(file, limits)
    if beginning.startswith(_COMPOUND):
        return _of_compound(file)
    for mark, hint in _OTHERS:
        if beginning.startswith(mark):
            raise Unreadable("unknown_format", hint=hint)
    return _of_text(beginning)


def _of_zip(file: Path, limits: Limits) -> Format:
    with closing(Archive(file, limits)) as archive:
        names = archive.names
    folders = {name.partition("/")[0] for name in names}
    if "xl/workbook.bin" in names:
        raise Unreadable("unknown_format", hint="XLSB")
    if "xl" in folders:
        return Format.XLSX
    for sign, hint in (("word", "DOCX"), ("ppt", "PPTX"), ("ofd.xml", "OFD"), ("mimetype", "ODS")):
        if sign in folders:
            raise Unreadable("unknown_format", hint=hint)
    raise Unreadable("unknown_format", hint="ZIP")


def _of_compound(file: Path) -> Format:
    data = file.read_bytes()
    if has_entry(data, "EncryptedPackage"):
        raise Unreadable("encrypted")
    if has_entry(data, "_VBA_PROJECT_CUR") or has_entry(data, "_VBA_PROJECT"):
        raise Unreadable("macros")
    if has_entry(data, "Workbook") or has_entry(data, "Book"):
        return Format.XLS
    raise Unreadable("unknown_format", hint="DOC" if has_entry(data, "WordDocument") else "OLE")


def _of_text(beginning: bytes) -> Format:
    text = beginning.removeprefix(_BOM).lstrip()
    if not text and len(beginning) < _BEGINNING:
        raise Unreadable("empty_file")
    if beginning.startswith(_UTF_16) or _every_second_is_nul(beginning):
        raise Unreadable("utf16")
    if text.startswith(b"<"):
        raise Unreadable("unknown_format", hint="HTML / XML")
    if text.startswith(b"["):
        raise Unreadable("unknown_format", hint="JSON")
    return Format.JSON_LINES if text.startswith(b"{") else Format.CSV


def _every_second_is_nul(beginning: bytes) -> bool:
    """Say whether these bytes are UTF-16 without a mark: the separators alone make many NULs, on one side."""
    sides = beginning[0::2].count(0), beginning[1::2].count(0)
    return max(sides) > 0.1 * len(beginning) and min(sides) == 0
