"""What is looked for in a workbook before any of it is read.

Promises: the parts are what the directory says and within the limits; no macros, no links to other files or systems, no embedded objects, no
XML definitions, and nothing on other sheets that would be lost unseen. All of it is seen before the first row is handed on.
"""

import posixpath
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.files.archive import Archive
from shared.files.markup import elements, without_definitions
from shared.files.merges import Merges
from shared.files.unreadable import Unreadable
from shared.files.workbook import CHOICES_SHEET, NOTES_SHEET

_SMALL_PART = 4 << 20
_STYLES = 32 << 20
_MACROS = re.compile(r"vbaproject|^xl/(macrosheets|dialogsheets)/")
_FOREIGN = re.compile(r"^xl/(externallinks|querytables|embeddings|activex|model)/|^xl/connections\.xml$|oleobject")
_XML = re.compile(r"\.(xml|rels|vml)$")
_CONTENT = re.compile(rb"<(?:[\w.-]+:)?(?:v|is|f)[\s/>]")
_MERGE = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s[^>]*?\bref\s*=\s*[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})[\"']")
_WORKBOOK = "officeDocument"


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The parts of a workbook that are read.

    :param data: the first visible sheet that is neither notes nor lists.
    :param notes: our template's notes, which bear its version.
    """

    data: str
    notes: str | None
    strings: str | None
    styles: bytes
    from_1904: bool
    merges: Merges


def guarded(archive: Archive, *, width: int) -> Book:
    """Look through a whole workbook, and name its parts.

    :param width: columns that matter.

    :raises Unreadable: something in it is not let in.
    """
    _refuse_by_name(archive)
    relations = {name: _relations(archive, name) for name in archive.names if name.lower().endswith(".rels")}
    book = _target(relations.get("_rels/.rels", {}), _WORKBOOK, "")
    if not book or book not in archive:
        raise Unreadable("damaged")
    folder, name = posixpath.split(book)
    parts = relations.get(posixpath.join(folder, "_rels", name + ".rels"), {})
    sheets, from_1904 = _sheets(archive, book, parts, folder)
    data = next((part for title, part, visible in sheets if visible and title not in (NOTES_SHEET, CHOICES_SHEET)), None)
    others = {part for title, part, visible in sheets if visible and title not in (NOTES_SHEET, CHOICES_SHEET) and part != data}
    merges = _look_through(archive, data, others)
    if data is None:
        raise Unreadable("no_rows")
    styles = _target(parts, "styles", folder)
    return Book(
        data=data,
        notes=next((part for title, part, _ in sheets if title == NOTES_SHEET), None),
        strings=_target(parts, "sharedStrings", folder),
        styles=archive.read(styles, most=_STYLES) if styles and styles in archive else _NO_STYLES,
        from_1904=from_1904,
        merges=Merges(merges, width=width),
    )


_NO_STYLES = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'


def _refuse_by_name(archive: Archive) -> None:
    for name in archive.names:
        if _MACROS.search(name.lower()):
            raise Unreadable("macros")
        if _FOREIGN.search(name.lower()):
            raise Unreadable("external_links")
    types = elements(archive.read("[Content_Types].xml", most=_SMALL_PART))
    if any("macroenabled" in attributes.get("ContentType", "").lower() for _, attributes in types):
        raise Unreadable("macros")


def _relations(archive: Archive, name: str) -> Mapping[str, tuple[str, str]]:
    """Read what a part refers to: its id -> what it is and where."""
    found: dict[str, tuple[str, str]] = {}
    for tag, attributes in elements(archive.read(name, most=_SMALL_PART * 16)):
        if tag != "Relationship":
            continue
        kind = attributes.get("Type", "").rpartition("/")[2]
        if attributes.get("TargetMode", "").lower() == "external":
            if kind != "hyperlink":
                raise Unreadable("external_links")
            continue
        found[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))
    return found


def _target(relations: Mapping[str, tuple[str, str]], kind: str, folder: str) -> str | None:
    return next((_resolved(target, folder) for found, target in relations.values() if found == kind), None)


def _resolved(target: str, folder: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def _sheets(archive: Archive, book: str, parts: Mapping[str, tuple[str, str]], folder: str) -> tuple[list[tuple[str, str, bool]], bool]:
    """List the worksheets in order: title, part, whether it is visible; and say whether days count from 1904."""
    found: list[tuple[str, str, bool]] = []
    from_1904 = False
    for tag, attributes in elements(archive.read(book, most=_SMALL_PART)):
        if tag == "workbookPr":
            from_1904 = attributes.get("date1904", "") in ("1", "true", "on")
        if tag == "externalReference":
            raise Unreadable("external_links")
        if tag != "sheet":
            continue
        kind, target = parts.get(attributes.get("id", ""), ("", ""))
        part = _resolved(target, folder)
        if kind == "worksheet" and part in archive:
            found.append((attributes.get("name", "").strip(), part, attributes.get("state", "visible") == "visible"))
    return found, from_1904


def _look_through(archive: Archive, data: str | None, others: set[str]) -> "array[int]":
    """Unpack every part once; give the merged ranges of the data."""
    merges = array("I")
    for name in archive.names:
        if not _XML.search(name.lower()):
            for _ in archive.stream(name):
                pass  # size and checksum are looked at on the way
            continue
        for piece in without_definitions(archive.stream(name)):
            if name in others and _CONTENT.search(piece):
                raise Unreadable("extra_sheet")
            if name == data and b"mergeCell" in piece:
                merges.extend(_merges(piece))
    return merges


def _merges(piece: bytes) -> Iterator[int]:
    for left, top, right, bottom in _MERGE.findall(piece):
        yield from (int(top), int(bottom), place(left), place(right))


def place(letters: bytes) -> int:
    """Give the place of a column from its letters; A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
