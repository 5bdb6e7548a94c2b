"""Old Office files (OLE compound files): which streams they hold, and one stream as bytes.

Promises to end, and to refuse a file whose chains of sectors do not. It reads what is needed of .xls and no more: not the streams of less
than 4096 bytes that lie in another stream; a workbook is never so small.
"""

import struct
from array import array
from collections.abc import Iterator

from shared.files.unreadable import Unreadable

_ENTRY = 128
_STREAM = 2
_FREE = 0xFFFFFFFA  # from here on numbers of sectors are signs
_SMALLEST = 4096


def has_entry(data: bytes, name: str) -> bool:
    """Say whether a file's directory names a stream or a storage."""
    return next(_entries(data, name), None) is not None


def stream(data: bytes, name: str) -> bytes:
    """Give a stream.

    :raises Unreadable: the file is damaged.
    """
    at = next(_entries(data, name))
    first, size = struct.unpack_from("<II", data, at + 116)
    if data[at + 66] != _STREAM or not _SMALLEST <= size <= len(data):
        raise Unreadable("damaged")
    return b"".join(_sectors(data, first))[:size]


def _entries(data: bytes, name: str) -> Iterator[int]:
    """Find entries of a name: they begin at multiples of 128 bytes, spell the name, and say how long it is."""
    spelt = name.encode("utf-16-le") + b"\0\0"
    at = data.find(spelt)
    while at >= 0:
        if at % _ENTRY == 0 and at + _ENTRY <= len(data) and data[at + 64] == len(spelt) and data[at + 66] in (1, _STREAM):
            yield at
        at = data.find(spelt, at + 1)


def _sectors(data: bytes, first: int) -> Iterator[bytes]:
    size = _sector_size(data)
    following = _following(data, size)
    for _ in range(len(following) + 1):
        if first >= _FREE:
            return
        if first >= len(following):
            break
        yield _sector(data, first, size)
        first = following[first]
    raise Unreadable("damaged")


def _sector_size(data: bytes) -> int:
    (shift,) = struct.unpack_from("<H", data.ljust(512, b"\0"), 30)
    if shift not in (9, 12):
        raise Unreadable("damaged")
    return 1 << shift


def _sector(data: bytes, number: int, size: int) -> bytes:
    return data[(number + 1) * size : (number + 2) * size]


def _following(data: bytes, size: int) -> "array[int]":
    """Read which sector follows on each."""
    table = array("I")
    for number in _table_sectors(data, size):
        part = _sector(data, number, size)
        table.frombytes(part[: len(part) // 4 * 4])
    return table


def _table_sectors(data: bytes, size: int) -> Iterator[int]:
    """Give the sectors that hold that table: 109 are named in the header, the others in a chain."""
    names = struct.unpack_from("<109I", data.ljust(512, b"\0"), 76)
    (following,) = struct.unpack_from("<I", data, 68)
    for _ in range(len(data) // size + 1):
        yield from (number for number in names if number < _FREE)
        if following >= _FREE:
            return
        part = _sector(data, following, size).ljust(size, b"\xff")
        *names, following = struct.unpack(f"<{size // 4}I", part)
    raise Unreadable("damaged")
