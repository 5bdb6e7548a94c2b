"""The parts of a ZIP file, read as a stream and never trusted.

Promises: no more is unpacked than the limits allow, whatever sizes the file claims; a part is passed on as it is unpacked, and by its end
either size and checksum were as claimed or the file is refused. Nothing is written to disk.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from shared.files.limits import Limits
from shared.files.unreadable import Unreadable

_PIECE = 1 << 18
_LOCAL = struct.Struct("<4s5H3I2H")
_LOCAL_MARK = b"PK\x03\x04"
_END = struct.Struct("<4s4H2IH")
_END_MARK = b"PK\x05\x06"
_LARGE_END = struct.Struct("<4sQ2H2I4Q")  # of files that are too large for the usual one, or that some writers take for such
_LARGE_END_MARK = b"PK\x06\x06"
_ELSEWHERE = 0xFFFFFFFF
_LONGEST_COMMENT = 0xFFFF
_ENCRYPTED = 0x1 | 0x40
_DIRECTORY_ENTRY = 46 + 1024  # bytes in the directory, with a name and extras longer than those of any workbook
_SMALL = 1 << 20  # a part that unpacks to less is no bomb, however well it packs


class Archive:
    """An opened ZIP file; its parts are known by their names in small letters, with slashes, as those who write workbooks take them.

    :raises Unreadable: it is damaged, encrypted, or built to fill memory or disk.
    """

    def __init__(self, file: Path, limits: Limits) -> None:
        self._limits = limits
        self._file: BinaryIO = file.open("rb")
        try:
            self._parts = self._checked(self._directory(file.stat().st_size))
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        self._file.close()

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def __contains__(self, name: str) -> bool:
        return key(name) in self._parts

    def size(self, name: str) -> int:
        return self._parts[key(name)].file_size

    def stream(self, name: str) -> Iterator[bytes]:
        """Unpack a part.

        :raises Unreadable: it is not what the directory says of it.
        """
        part = self._parts[key(name)]
        checksum = size = 0
        for piece in self._unpacked(part):
            checksum = zlib.crc32(piece, checksum)
            size += len(piece)
            if size > part.file_size:
                raise Unreadable("damaged")
            yield piece
        if (size, checksum) != (part.file_size, part.CRC):
            raise Unreadable("damaged")

    def read(self, name: str, *, most: int) -> bytes:
        """Unpack a small part as a whole.

        :raises Unreadable: it is larger than any honest one.
        """
        if self.size(name) > most:
            raise Unreadable("bomb")
        return b"".join(self.stream(name))

    def _directory(self, size: int) -> list[ZipInfo]:
        """Read the directory, once it is known to be of a sane length."""
        if self._claimed(size) > self._limits.entries * _DIRECTORY_ENTRY:
            raise Unreadable("bomb")
        try:
            with ZipFile(self._file) as archive:
                return archive.infolist()
        except (BadZipFile, NotImplementedError, ValueError, struct.error, OSError, OverflowError, UnicodeDecodeError) as error:
            raise Unreadable("damaged") from error

    def _claimed(self, size: int) -> int:
        """Give the length that the file claims for its directory."""
        self._file.seek(max(0, size - _LONGEST_COMMENT - _END.size - _LARGE_END.size))
        tail = self._file.read()
        at = tail.rfind(_END_MARK)
        if at < 0 or at + _END.size > len(tail):
            raise Unreadable("damaged")
        length = _END.unpack_from(tail, at)[5]
        large = tail.rfind(_LARGE_END_MARK, 0, at) if length == _ELSEWHERE else -1
        return length if large < 0 or large + _LARGE_END.size > len(tail) else _LARGE_END.unpack_from(tail, large)[8]

    def _checked(self, parts: list[ZipInfo]) -> Mapping[str, ZipInfo]:
        if len(parts) > self._limits.entries or sum(part.file_size for part in parts) > self._limits.uncompressed:
            raise Unreadable("bomb")
        for part in parts:
            if part.flag_bits & _ENCRYPTED:
                raise Unreadable("encrypted")
            if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise Unreadable("damaged")
            if part.file_size > max(_SMALL, part.compress_size * self._limits.ratio):
                raise Unreadable("bomb")
        named = {key(part.filename): part for part in parts}
        if len(named) != len(parts):
            raise Unreadable("damaged")  # which of two parts of one name is meant, every reader decides for itself
        self._refuse_overlaps(parts)
        return named

    def _refuse_overlaps(self, parts: list[ZipInfo]) -> None:
        """See that no part lies within another: a few packed bytes would be unpacked again and again."""
        end = 0
        for part in sorted(parts, key=lambda each: each.header_offset):
            if part.header_offset < end:
                raise Unreadable("bomb")
            end = self._data_of(part) + part.compress_size

    def _data_of(self, part: ZipInfo) -> int:
        """Find where the packed bytes begin."""
        self._file.seek(part.header_offset)
        header = self._file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or header[:4] != _LOCAL_MARK:
            raise Unreadable("damaged")
        *_, name, extra = _LOCAL.unpack(header)
        return part.header_offset + _LOCAL.size + name + extra

    def _unpacked(self, part: ZipInfo) -> Iterator[bytes]:
        at, left = self._data_of(part), part.compress_size
        inflate = zlib.decompressobj(-zlib.MAX_WBITS) if part.compress_type == ZIP_DEFLATED else None
        while left:
            self._file.seek(at)
            packed = self._file.read(min(_PIECE, left))
            if not packed:
                raise Unreadable("damaged")
            at, left = at + len(packed), left - len(packed)
            if inflate:
                yield from _inflated(inflate, packed)
            else:
                yield packed
        if inflate and not inflate.eof:
            raise Unreadable("damaged")


def key(name: str) -> str:
    return name.replace("\\", "/").lower()


def _inflated(inflate: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    """Unpack a piece, a little at a time however much it holds."""
    try:
        while packed:
            if piece := inflate.decompress(packed, _PIECE):
                yield piece
            packed = inflate.unconsumed_tail
    except zlib.error as error:
        raise Unreadable("damaged") from error
