"""A function in a process of its own: whatever it does, who called it lives, and nothing is left of it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import structlog

from shared.files.capped import running
from shared.files.limits import Limits
from shared.files.unreadable import Unreadable
from tests.shared.files import misbehaving
from tests.shared.files.misbehaving import frame

FEW = Limits(seconds=60, memory=300)


async def everything(function: Callable[..., Any], *args: Any, limits: Limits = FEW) -> list[Any]:
    async with aclosing(running.stream(function, *args, limits=limits)) as values:
        return [value async for value in values]


async def refused(function: Callable[..., Any], *args: Any, limits: Limits = FEW) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        await everything(function, *args, limits=limits)
    return caught.value


async def test_what_a_generator_yields_arrives_in_order() -> None:
    assert await everything(misbehaving.count, 1_000) == list(range(1_000))


async def test_what_a_function_returns_arrives() -> None:
    assert await running.call(misbehaving.give_back, 1, Path("a"), MappingProxyType({"a": "b"}), limits=FEW) == [
        "1",
        f"{Path('a')!r}",
        "mappingproxy({'a': 'b'})",
    ]


@pytest.mark.parametrize("function", [misbehaving.use_up_memory_in_python, misbehaving.use_up_memory_in_a_library])
async def test_who_uses_up_memory_is_too_large_to_read(function: Callable[..., Any]) -> None:
    assert (await refused(function)).code == "too_large_to_read"


@pytest.mark.parametrize("function", [misbehaving.never_end, misbehaving.sleep_for_ever])
async def test_who_does_not_end_takes_too_long(function: Callable[..., Any]) -> None:
    assert (await refused(function, limits=Limits(seconds=2))).code == "takes_too_long"


async def test_processor_time_is_limited_though_nobody_waits() -> None:
    async def listen_once() -> None:
        async with aclosing(running.stream(misbehaving.never_end, limits=Limits(seconds=2))) as values:
            async for _ in values:
                await until(lambda: not children())

    with pytest.raises(Unreadable) as caught:
        await listen_once()
    assert caught.value.code == "takes_too_long"


@pytest.mark.parametrize("function", [misbehaving.kill_itself_midway, misbehaving.crash, misbehaving.fail_with_a_secret])
async def test_who_dies_is_unreadable_and_nothing_it_said_is_logged(function: Callable[..., Any]) -> None:
    with structlog.testing.capture_logs() as logs:
        assert (await refused(function)).code == "unreadable"

    assert len(logs) == 1
    assert "李文芳" not in str(logs)
    assert "533522197001010010" not in str(logs)


async def test_a_failure_is_logged_by_type_and_place() -> None:
    with structlog.testing.capture_logs() as logs:
        await refused(misbehaving.fail_with_a_secret)

    assert logs[0]["event"] == "file_reader_failed"
    assert logs[0]["error"] == "RuntimeError"
    assert logs[0]["at"].startswith("misbehaving.py:")


async def test_a_refusal_arrives_with_its_place() -> None:
    refusal = await refused(misbehaving.refuse, "formula_cell")

    assert (refusal.code, refusal.row, refusal.column) == ("formula_cell", 7, "姓名")


async def test_what_a_function_prints_does_not_get_between() -> None:
    assert await everything(misbehaving.print_between) == [1, 2]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"V",
        b"\xff" * 100,
        b"V\xff\xff\xff\xff" + b"x" * 100,
        frame(b"V", b"no JSON"),
        frame(b"V", b"["),
        frame(b"V", b"[" * 100_000),
        frame(b"Z", b"{}"),
        frame(b"R", b"[]"),
        frame(b"R", b'{"code":"no_such_code","row":"x","column":5,"hint":{}}'),
        frame(b"X", b'{"error":"\\u674e\\u6587\\u82b3 530902","at":[1]}'),
        frame(b"E", b"null"),
        b"\x80\x04\x95\x00cos\nsystem\n",
    ],
)
async def test_what_is_no_message_is_not_taken_for_one(raw: bytes) -> None:
    with structlog.testing.capture_logs() as logs, pytest.raises(Unreadable) as caught:
        await running.call(misbehaving.send, raw, limits=FEW)

    assert caught.value.code == "unreadable"
    assert "李文芳" not in str(logs)


async def test_a_child_inherits_nothing_worth_having(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "secret")

    told = await running.call(misbehaving.tell_who_it_is, limits=FEW)

    assert set(told["environment"]) <= {"PATH", "LC_CTYPE", "MALLOC_ARENA_MAX", "POLARS_MAX_THREADS", "RUST_BACKTRACE", "_RJEM_MALLOC_CONF"}
    assert told["nice"] == os.nice(0) + 10
    assert (told["core"], told["group"], told["first_to_go"]) == (0, True, "1000")
    assert told["open"] < 10


async def test_a_child_loads_nothing_that_only_its_parent_needs() -> None:
    """Each file waits for it: these would double the time to start."""
    assert not set(await running.call(misbehaving.tell_what_is_loaded, limits=FEW)) & {"asyncio", "pydantic", "sqlalchemy", "structlog", "fastapi"}


async def test_a_child_waits_for_a_slow_reader(tmp_path: Path) -> None:
    async with aclosing(running.stream(misbehaving.send_without_pause, tmp_path / "sent", limits=FEW)) as values:
        await anext(values)
        previous = ""
        while (sent := (tmp_path / "sent").read_text()) != previous:
            previous = sent
            await asyncio.sleep(0.2)

    assert int(sent) < 10


async def test_time_in_which_the_reader_is_busy_does_not_count(tmp_path: Path) -> None:
    async with aclosing(running.stream(misbehaving.send_without_pause, tmp_path / "sent", limits=Limits(seconds=4))) as values:
        await anext(values)
        await asyncio.sleep(5)

        assert [len(await anext(values)) for _ in range(5)] == [1 << 20] * 5


async def test_a_reader_that_stops_listening_leaves_no_process() -> None:
    async with aclosing(running.stream(misbehaving.tell_its_number_and_wait, limits=FEW)) as values:
        child = await anext(values)

    assert not alive(child)


async def test_a_reader_that_is_cancelled_leaves_no_process() -> None:
    started = asyncio.Event()
    numbers: list[int] = []

    async def listen() -> None:
        async with aclosing(running.stream(misbehaving.tell_its_number_and_wait, limits=FEW)) as values:
            async for number in values:
                numbers.append(number)
                started.set()

    task = asyncio.create_task(listen())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not alive(numbers[0])


async def test_a_reader_that_is_cancelled_before_anything_came_leaves_no_process() -> None:
    for turns in range(30):
        task = asyncio.create_task(everything(misbehaving.sleep_for_ever))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert not children()


async def test_a_child_that_is_killed_from_outside_is_unreadable() -> None:
    async with aclosing(running.stream(misbehaving.tell_its_number_and_wait, limits=FEW)) as values:
        os.kill(await anext(values), signal.SIGKILL)

        with pytest.raises(Unreadable) as caught:
            await anext(values)
    assert caught.value.code == "unreadable"


_PARENT = """
import asyncio
from shared.files.capped import running
from shared.files.limits import Limits
from tests.shared.files import misbehaving

async def main():
    async for number in running.stream(misbehaving.tell_its_number_and_wait, limits=Limits()):
        print(number, flush=True)

asyncio.run(main())
"""


def test_a_child_dies_with_its_parent() -> None:
    with subprocess.Popen((sys.executable, "-c", _PARENT), cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()

    deadline = time.monotonic() + 60
    while alive(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def children() -> list[int]:
    """Give the reading processes that this one has."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and alive(int(entry.name)):
            with suppress(FileNotFoundError, ProcessLookupError):  # it may end while it is looked at
                status = (entry / "stat").read_text().rpartition(")")[2].split()
                if b"shared.files.capped.child" in (entry / "cmdline").read_bytes() and int(status[1]) == os.getpid():
                    found.append(int(entry.name))
    return found


def alive(process: int) -> bool:
    """Say whether a process runs; a dead one that nobody has asked for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
