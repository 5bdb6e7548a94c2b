"""The folder of files: whole or not at all, and read by their owner only."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from shared.files.store import BLOCK, FileStore, TooLarge
from shared.kernel.ids import new_id

NOW = datetime.now(UTC)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "of" / "files")


def names(store: FileStore) -> set[str]:
    return {file.name for file in store.folder.iterdir()}


async def chunks(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def written(store: FileStore, name: str, *, ago: timedelta) -> None:
    """Leave a file that was written some time ago."""
    file = store.folder / name
    file.write_bytes(b"x")
    moment = (NOW - ago).timestamp()
    os.utime(file, (moment, moment))


async def test_a_file_is_kept_with_its_size_and_sum(store: FileStore) -> None:
    id, block = new_id(), os.urandom(300_000)

    kept = await store.keep(chunks(*[block] * 10, b"", b"end"), id, largest=4 * BLOCK)

    content = block * 10 + b"end"
    assert (kept.size, kept.sha256) == (len(content), sha256(content).hexdigest())
    assert (store.path(id).read_bytes(), names(store)) == (content, {str(id)})


async def test_only_its_owner_may_read_it(store: FileStore) -> None:
    id = new_id()
    old = os.umask(0)
    try:
        await store.keep(chunks(b"x"), id, largest=9)
    finally:
        os.umask(old)

    assert (store.folder.stat().st_mode & 0o777, store.path(id).stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    FileStore(tmp_path)

    assert tmp_path.stat().st_mode & 0o777 == 0o700


async def test_an_empty_file_is_a_file(store: FileStore) -> None:
    assert (await store.keep(chunks(), new_id(), largest=9)).size == 0
    assert len(names(store)) == 1


async def test_the_largest_file_fits_and_a_larger_one_leaves_nothing(store: FileStore) -> None:
    await store.keep(chunks(b"x" * BLOCK, b"y" * BLOCK), new_id(), largest=2 * BLOCK)
    kept = names(store)

    with pytest.raises(TooLarge):
        await store.keep(chunks(b"x" * BLOCK, b"y" * BLOCK, b"z"), new_id(), largest=2 * BLOCK)

    assert names(store) == kept


async def test_what_fails_while_it_comes_leaves_nothing(store: FileStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * BLOCK
        assert any(name.endswith(".part") for name in names(store))
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.keep(broken(), new_id(), largest=9 * BLOCK)

    assert names(store) == set()


@pytest.mark.parametrize("call", ["write", "fsync"])
async def test_whoever_is_cancelled_waits_for_the_disk_and_leaves_nothing(store: FileStore, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    begun, go_on = threading.Event(), threading.Event()
    real = getattr(os, call)

    def slow(*values: int) -> int | None:
        begun.set()
        go_on.wait(20)
        return real(*values)

    monkeypatch.setattr(f"shared.files.store.os.{call}", slow)
    keeping = asyncio.create_task(store.keep(chunks(b"x" * BLOCK), new_id(), largest=BLOCK))
    await asyncio.to_thread(begun.wait, 20)
    for _ in range(3):
        keeping.cancel()
        await asyncio.sleep(0)
    assert not keeping.done()
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert names(store) == set()


async def test_two_who_write_the_same_do_not_write_over_each_other(store: FileStore) -> None:
    id = new_id()
    written(store, f"{id}.part", ago=timedelta(0))

    with pytest.raises(FileExistsError):
        await store.keep(chunks(b"y"), id, largest=9)

    assert names(store) == {f"{id}.part"}


async def test_deleting_takes_all_that_belongs_to_a_file_and_nothing_else(store: FileStore) -> None:
    id, other = new_id(), new_id()
    for name in (str(id), f"{id}.xlsx", f"{id}.rows.json", f"{id}.part", str(other)):
        written(store, name, ago=timedelta(0))

    await store.delete(id)
    await store.delete(id)

    assert names(store) == {str(other)}


async def test_what_is_old_is_found_once_by_the_newest_of_its_files(store: FileStore) -> None:
    old, fresh, mixed = new_id(), new_id(), new_id()
    written(store, str(old), ago=timedelta(days=9))
    written(store, f"{old}.xlsx", ago=timedelta(days=8))
    written(store, str(fresh), ago=timedelta(days=1))
    written(store, str(mixed), ago=timedelta(days=9))
    written(store, f"{mixed}.xlsx", ago=timedelta(days=1))
    written(store, "somebody's", ago=timedelta(days=9))

    assert list(store.older_than(NOW - timedelta(days=7))) == [old]


async def test_what_a_dead_process_began_is_found_after_a_day_and_what_is_coming_in_is_not(store: FileStore) -> None:
    dead, coming = new_id(), new_id()
    written(store, f"{dead}.part", ago=timedelta(days=1, minutes=1))
    written(store, f"{coming}.part", ago=timedelta(hours=23))

    assert list(store.older_than(NOW + timedelta(hours=1))) == [dead]


@pytest.mark.parametrize("suffix", [".part", ".xlsx.part", "/x", "../x", ".", "xlsx", ".XLSX", ".x/../y", "\0", ".a.b.c"])
def test_no_suffix_leads_elsewhere(store: FileStore, suffix: str) -> None:
    with pytest.raises(ValueError, match="suffix"):
        store.path(UUID(int=1), suffix)


def test_a_suffix_says_what_belongs_to_a_file(store: FileStore) -> None:
    assert store.path(UUID(int=1), ".report.xlsx") == store.folder / f"{UUID(int=1)}.report.xlsx"
