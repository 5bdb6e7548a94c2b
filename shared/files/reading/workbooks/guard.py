"""What is looked for in a workbook before any of it is read.

Promises: the parts are what the directory says and within the limits; no macros, no links to other files or systems, no embedded objects, no
XML definitions, and nothing on other sheets that would be lost unseen. All of it is seen before the first row is handed on.
"""

import posixpath
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.files.reading.workbooks.archive import Archive, key
from shared.files.reading.workbooks.markup import Element, elements, without_definitions
from shared.files.reading.workbooks.merges import Merges
from shared.files.unreadable import Unreadable
from shared.files.writing.workbook import CHOICES_SHEET, NOTES_SHEET

_SMALL_PART = 16 << 20
_STYLES = 32 << 20
_MACROS = re.compile(r"vbaproject|^xl/(macrosheets|dialogsheets)/")
_FOREIGN = re.compile(r"^xl/(externallinks|querytables|embeddings|activex|model)/|^xl/connections\.xml$|oleobject")
_XML = re.compile(r"\.(xml|rels|vml)$")
_CONTENT = re.compile(rb"<(?:[\w.-]+:)?(?:v|is)[\s>]|<f[\s/>]")
_MERGE = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s[^<>]*?\bref\s*=\s*[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})[\"']")
_NO_STYLES = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
_TYPES, _ROOT, _WORKBOOK = "[content_types].xml", "_rels/.rels", "officeDocument"

Relations = Mapping[str, tuple[str, str]]  # id -> what it is and where


@dataclass(frozen=True, slots=True)
class _Listed:
    title: str
    part: str
    visible: bool


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
    _refuse_macros_by_type(archive)
    relations = {name: _relations(archive, name) for name in archive.names if name.endswith(".rels")}
    book = _target(relations.get(_ROOT, {}), _WORKBOOK, "")
    if not book or book not in archive:
        raise Unreadable("damaged")
    folder, name = posixpath.split(book)
    parts = relations.get(posixpath.join(folder, "_rels", f"{name}.rels"), {})
    entries = elements(archive.read(book, most=_SMALL_PART))
    sheets = [each for each in _listed(entries, parts, folder) if each.part in archive]
    data = [each.part for each in sheets if each.visible and each.title not in (NOTES_SHEET, CHOICES_SHEET)]
    merges = _look_through(archive, data)
    if not data:
        raise Unreadable("no_rows")
    styles = _target(parts, "styles", folder)
    return Book(
        data=data[0],
        notes=next((each.part for each in sheets if each.title == NOTES_SHEET), None),
        strings=_target(parts, "sharedStrings", folder),
        styles=archive.read(styles, most=_STYLES) if styles and styles in archive else _NO_STYLES,
        from_1904=any(tag == "workbookPr" and attributes.get("date1904", "") in ("1", "true", "on") for tag, attributes in entries),
        merges=Merges(merges, width=width),
    )


def _refuse_by_name(archive: Archive) -> None:
    for name in archive.names:
        if _MACROS.search(name):
            raise Unreadable("macros")
        if _FOREIGN.search(name):
            raise Unreadable("external_links")


def _refuse_macros_by_type(archive: Archive) -> None:
    if _TYPES not in archive:
        raise Unreadable("damaged")
    types = elements(archive.read(_TYPES, most=_SMALL_PART))
    if any("macroenabled" in attributes.get("ContentType", "").lower() for _, attributes in types):
        raise Unreadable("macros")


def _relations(archive: Archive, name: str) -> Relations:
    """Read what a part refers to: its id -> what it is and where."""
    found: dict[str, tuple[str, str]] = {}
    for tag, attributes in elements(archive.read(name, most=_SMALL_PART)):
        if tag != "Relationship":
            continue
        kind = attributes.get("Type", "").rpartition("/")[2]
        if attributes.get("TargetMode", "").lower() == "external":
            if kind != "hyperlink":
                raise Unreadable("external_links")
            continue
        found[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))
    return found


def _target(relations: Relations, kind: str, folder: str) -> str | None:
    return next((_resolved(target, folder) for found, target in relations.values() if found == kind), None)


def _resolved(target: str, folder: str) -> str:
    return key(posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))


def _listed(entries: Iterable[Element], parts: Relations, folder: str) -> Iterator[_Listed]:
    """Give the worksheets in order.

    :raises Unreadable: the workbook refers to another one.
    """
    for tag, attributes in entries:
        if tag == "externalReference":
            raise Unreadable("external_links")
        kind, target = parts.get(attributes.get("id", ""), ("", ""))
        if tag == "sheet" and kind == "worksheet":
            yield _Listed(attributes.get("name", "").strip(), _resolved(target, folder), attributes.get("state", "visible") == "visible")


def _look_through(archive: Archive, sheets: Sequence[str]) -> "array[int]":
    """Unpack every part once; give the merged ranges of the first of these sheets, and see that the others are empty."""
    merges = array("I")
    for name in archive.names:
        pieces = archive.stream(name)
        for piece in without_definitions(pieces) if _XML.search(name) else pieces:  # size and checksum are looked at on the way
            if name in sheets[:1] and b"mergeCell" in piece:
                merges.extend(_merges(piece))
            elif name in sheets[1:] and _CONTENT.search(piece):
                raise Unreadable("extra_sheet")
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
