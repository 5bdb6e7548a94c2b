"""Which encoding a text file is in: UTF-8, or GB18030 as Excel in China writes it; one or the other over the whole file.

Promises that a file is not read as GB18030 when part of it is UTF-8, though GB18030 has a character for almost any two bytes: such characters
would be rare ones that nobody wrote. Does not promise to notice it of less than a few words.
"""

import codecs
from pathlib import Path

from shared.files.unreadable import Unreadable

_PIECE = 1 << 20
_SURE = 4  # characters: so many of UTF-8 do not arise by chance in a line of GB18030
_SUSPICIOUS = 2  # characters: so many may, in a line of usual ones
_FEW = 3  # lines
_RARE = 200  # lines to one suspicious one


def encoding_of(file: Path) -> str:
    """Find the encoding of a whole file.

    :raises Unreadable: it is none that is read, or not one throughout.
    """
    if _decodes(file, "utf-8-sig"):
        return "utf-8-sig"
    if _decodes(file, "gb18030") and not _holds_utf_8(file):
        return "gb18030"
    raise Unreadable("mixed_encoding")


def _decodes(file: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        with file.open("rb") as source:
            while piece := source.read(_PIECE):
                if b"\0" in piece:
                    raise Unreadable("nul")
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _holds_utf_8(file: Path) -> bool:
    """Say whether some lines of a file that can be read as GB18030 were written in UTF-8."""
    lines = suspicious = 0
    with file.open("rb") as source:
        for line in source:
            if line.isascii():
                continue
            lines += 1
            characters = _wide_characters(line)
            if characters >= _SURE or (characters >= _SUSPICIOUS and not _is_usual(line)):
                return True
            suspicious += characters >= _SUSPICIOUS
    return suspicious >= _FEW and suspicious * _RARE > lines


def _wide_characters(line: bytes) -> int:
    """Count the characters of three bytes or four, if a line is UTF-8."""
    try:
        return sum(character >= "\u0800" for character in line.decode())
    except UnicodeDecodeError:
        return 0


def _is_usual(line: bytes) -> bool:
    """Say whether a line of GB18030 holds only the characters of GB 2312, which texts are mostly made of."""
    try:
        line.decode("gb18030").encode("gb2312")
    except UnicodeError:
        return False
    return True
