"""Where uploaded and produced files lie: one folder, which the api and the workers of a service share and nobody else reads.

Promises: a file stands under its id whole and on the disk, or not at all; no name of a client's is ever part of a path.
Does not promise that somebody still wants a file: a process may die between keeping one and committing what names it. Whoever owns
the rows asks `older_than` now and then, and deletes what no row names.
Not for what must be found by its content, and not across machines unless the folder is.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

BLOCK = 2**20
"""How much is gathered before it is written."""

_PART = ".part"
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,16}){0,2}")
_ID_LENGTH = 36
_DEAD_AFTER = timedelta(days=1)


class TooLarge(Exception):
    """The file is larger than it may be."""

    def __init__(self, largest: int) -> None:
        super().__init__(largest)
        self.largest = largest


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is now known of a file."""

    size: int
    sha256: str


class FileStore:
    """A folder of files under ids of ours."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self.folder = folder

    def path(self, id: UUID, suffix: str = "") -> Path:
        """Name the place of a file, or of another that belongs to it, such as `.xlsx`.

        :raises ValueError: the suffix is none, or that of a file which is still coming in.
        """
        if not _SUFFIX.fullmatch(suffix) or suffix.endswith(_PART):
            raise ValueError("not a suffix")
        return self.folder / f"{id}{suffix}"

    async def keep(self, chunks: AsyncIterator[bytes], id: UUID, *, largest: int) -> Kept:
        """Write a file as it comes in, a block at a time. Whatever goes wrong, nothing of it is left.

        :raises TooLarge: it is.
        """
        writing = _Writing(self.folder / f"{id}{_PART}", self.path(id))
        try:
            await _in_a_thread(writing.begin)
            async with aclosing(_blocks(chunks, largest=largest)) as blocks:
                async for block in blocks:
                    await _in_a_thread(writing.add, block)
            await _in_a_thread(writing.finish)
        except BaseException:
            await _in_a_thread(writing.abandon)
            raise
        return writing.kept

    async def delete(self, id: UUID) -> None:
        """Delete a file and all that belong to it; what is not there is deleted already."""
        await _in_a_thread(self._delete, id)

    def older_than(self, moment: datetime) -> Iterator[UUID]:
        """Find the ids whose files were all written before a moment, those that a process began and died over included."""
        newest: dict[UUID, float] = {}
        alive = (datetime.now(UTC) - _DEAD_AFTER).timestamp()
        for id, name, written in self._files():
            coming_in = name.endswith(_PART) and written >= alive
            newest[id] = max(newest.get(id, 0.0), float("inf") if coming_in else written)
        yield from (id for id, written in newest.items() if written < moment.timestamp())

    def _files(self) -> Iterator[tuple[UUID, str, float]]:
        with os.scandir(self.folder) as entries:
            for entry in entries:
                with suppress(ValueError, FileNotFoundError):  # not ours, or deleted meanwhile
                    yield UUID(entry.name[:_ID_LENGTH]), entry.name, entry.stat(follow_symlinks=False).st_mtime

    def _delete(self, id: UUID) -> None:
        for file in self.folder.glob(f"{id}*"):
            file.unlink(missing_ok=True)


class _Writing:
    """One file on its way to the disk. Every method blocks."""

    def __init__(self, part: Path, place: Path) -> None:
        self._part, self._place = part, place
        self._begun, self._file = False, -1
        self._size, self._hash = 0, hashlib.sha256()

    @property
    def kept(self) -> Kept:
        return Kept(size=self._size, sha256=self._hash.hexdigest())

    def begin(self) -> None:
        self._file = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        self._begun = True

    def add(self, block: bytes | bytearray) -> None:
        self._hash.update(block)
        self._size += len(block)
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def finish(self) -> None:
        """Bring the file to the disk and then under its name, and the name to the disk too."""
        os.fsync(self._file)
        self._close()
        self._part.rename(self._place)
        folder = os.open(self._place.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def abandon(self) -> None:
        """Take back whatever was written; what stood there before is another's."""
        if self._begun:
            self._close()
            self._part.unlink(missing_ok=True)
            self._place.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file != -1:
            os.close(self._file)
            self._file = -1


async def _blocks(chunks: AsyncIterator[bytes], *, largest: int) -> AsyncGenerator[bytearray, None]:
    """Gather chunks into blocks.

    :raises TooLarge: they are more than the largest file.
    """
    block, size = bytearray(), 0
    async for chunk in chunks:
        size += len(chunk)
        if size > largest:
            raise TooLarge(largest)
        block += chunk
        if len(block) >= BLOCK:
            yield block
            block = bytearray()
    if block:
        yield block


async def _in_a_thread(act: Callable[..., None], *values: Any) -> None:
    """Do what blocks in a thread. Whoever is cancelled meanwhile, however often, waits for it: a file must not be closed under a write."""
    doing = asyncio.ensure_future(asyncio.to_thread(act, *values))
    try:
        await asyncio.shield(doing)
    except asyncio.CancelledError:
        while not doing.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([doing])
        raise
