"""The XML inside workbooks: small parts as their elements, large ones as a stream of bytes that is safe to search.

Promises: no document type, no entity and no encoding but UTF-8 passes, so that `<` in the bytes always begins a tag and nothing expands.
It does not check that large parts are well formed: the Excel library does.
"""

import re
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from shared.files.unreadable import Unreadable

_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")
_DECLARED = re.compile(rb"""^\s*<\?xml[^<>]*?\sencoding\s*=\s*["']([^"']*)["']""")
_UTF_8 = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_DEFINITION = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_PREFIXED_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*):(?:worksheet|sst)[\s/>]")
_LONGEST = 16 << 20  # bytes without a tag

Element = tuple[str, Mapping[str, str]]


def elements(xml: bytes) -> list[Element]:
    """Read a small part: the local names of its elements in order, with the local names of their attributes.

    :raises Unreadable: it defines entities, is not UTF-8 or not well formed.
    """
    found: list[Element] = []
    refuse_other_encodings(xml)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, attributes: found.append((_local(name), {_local(key): value for key, value in attributes.items()}))
    parser.StartDoctypeDeclHandler = _refuse_definition
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Unreadable("damaged") from error
    return found


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refuse_definition(*_: object) -> None:
    raise Unreadable("dtd")


def refuse_other_encodings(beginning: bytes) -> None:
    """See that XML begins as UTF-8 does.

    :raises Unreadable: it begins otherwise, or says that it is something else.
    """
    declared = _DECLARED.match(beginning.removeprefix(_BOM))
    if beginning.startswith(_OTHER_ENCODINGS) or (declared and declared[1].strip().lower() not in _UTF_8):
        raise Unreadable("utf16")


def whole_tags(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Regroup a stream so that no tag is cut in two: each piece but the first begins with `<`.

    :raises Unreadable: a tag or a text is longer than any honest one.
    """
    rest = b""
    for piece in pieces:
        if len(rest) > _LONGEST:
            raise Unreadable("odd_xml")
        rest += piece
        at = rest.rfind(b"<")
        if at > 0:
            yield rest[:at]
            rest = rest[at:]
    if rest:
        yield rest


def without_definitions(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pass on whole tags.

    :raises Unreadable: the part defines entities or is not UTF-8.
    """
    first = True
    for piece in whole_tags(pieces):
        if first:
            refuse_other_encodings(piece)
            first = False
        if b"<!" in piece and _DEFINITION.search(piece):
            raise Unreadable("dtd")
        yield piece


def plain(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pass on the whole tags of a worksheet or of its strings, without the prefix of a namespace that some writers put everywhere.

    :raises Unreadable: there are comments or CDATA, which hide tags from whoever searches the bytes.
    """
    prefix: re.Pattern[bytes] | None = None
    for number, piece in enumerate(without_definitions(pieces)):
        if b"<!" in piece:
            raise Unreadable("odd_xml")
        if number < 4 and not prefix and (found := _PREFIXED_ROOT.search(piece)):
            prefix = re.compile(rb"<(/?)" + re.escape(found[1]) + rb":")
        yield prefix.sub(rb"<\1", piece) if prefix else piece
