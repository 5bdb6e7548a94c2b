"""Run a function in a process of its own that has little memory, little time and nothing to steal.

Promises: whatever the function does (uses up memory, never ends, crashes a library), the caller gets an `Unreadable` and lives; the
child is gone when the caller stops listening or is cancelled; nothing that the child sends is ever unpickled; nothing that it prints is
logged. It waits when the caller is slow.

Does not promise a sandbox: the child runs as the same user and may open files. Not for functions that need the database or secrets:
the environment is empty.
"""

import asyncio
import contextlib
import io
import os
import pickle
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import structlog

from shared.files.faults import FAULTS
from shared.files.frames import HEADER, LONGEST, OUT_OF_MEMORY, Kind
from shared.files.limits import Limits
from shared.files.unreadable import Unreadable

_ROOT = Path(__file__).parents[2]
_COMMAND = (sys.executable, "-E", "-s", "-B", "-X", "utf8", "-m", "shared.files.child")
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "POLARS_MAX_THREADS": "1", "MALLOC_ARENA_MAX": "1", "RUST_BACKTRACE": "0"}
_MEMORY_WORDS = (b"memory allocation of", b"MemoryError", b"Cannot allocate memory")
_LAST_WORDS = 4096
_CODE_PLACE = re.compile(r"[\w.:]{1,100}")

log = structlog.get_logger()


async def stream(function: Callable[..., Any], *args: Any, limits: Limits) -> AsyncGenerator[Any, None]:
    """Run a generator function of some module in a child, and pass on what it yields, by way of JSON.

    :raises Unreadable: the function did, or it used too much or died.
    """
    process = await _start(limits)
    last_words = asyncio.create_task(_last_words(process))
    try:
        await _ask(process, function, args)
        async with aclosing(_frames(process, limits.seconds)) as frames:
            async for kind, payload in frames:
                if kind is Kind.END:
                    return
                if kind is not Kind.VALUE:
                    raise _refusal(kind, payload)
                yield orjson.loads(payload)
        raise _verdict(await process.wait(), await last_words)
    except (orjson.JSONDecodeError, _NotAFrame) as error:
        raise Unreadable("unreadable") from error
    finally:
        await _end(process, last_words)


async def call(function: Callable[..., Any], *args: Any, limits: Limits) -> Any:
    """Run a function of some module in a child, and return what it returned, by way of JSON.

    :raises Unreadable: the function did, or it used too much or died.
    """
    async with aclosing(stream(function, *args, limits=limits)) as values:
        async for value in values:
            return value
    raise Unreadable("unreadable")


class _NotAFrame(Exception):
    """The child does not keep to the protocol."""


async def _start(limits: Limits) -> Process:

    return await asyncio.create_subprocess_exec(
        *_COMMAND,
        *map(str, (os.getpid(), limits.memory, limits.seconds)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        cwd=_ROOT,
        env=_ENVIRONMENT,
        start_new_session=True,
    )


async def _ask(process: Process, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    assert process.stdin
    with contextlib.suppress(ConnectionError):  # it died already: its exit code says why
        process.stdin.write(_pickled((function.__module__, function.__qualname__, args)))
        await process.stdin.drain()
    process.stdin.close()


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        return (_proxy, (dict(obj),)) if isinstance(obj, MappingProxyType) else NotImplemented


def _proxy(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


def _pickled(value: object) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


async def _frames(process: Process, seconds: float) -> AsyncGenerator[tuple[Kind, bytes], None]:
    """Pass on frames until the child closes its end; only time spent waiting for it counts."""
    assert process.stdout
    clock = asyncio.get_running_loop().time
    left = seconds
    while True:
        began = clock()
        try:
            async with asyncio.timeout(left):
                frame = await _frame(process.stdout)
        except TimeoutError as error:
            raise Unreadable("takes_too_long") from error
        if not frame:
            return
        left -= clock() - began
        yield frame


async def _frame(source: asyncio.StreamReader) -> tuple[Kind, bytes] | None:
    try:
        kind, length = HEADER.unpack(await source.readexactly(HEADER.size))
        if length > LONGEST:
            raise _NotAFrame
        return Kind(kind), await source.readexactly(length)
    except asyncio.IncompleteReadError:
        return None
    except ValueError as error:
        raise _NotAFrame from error


def _refusal(kind: Kind, payload: bytes) -> Unreadable:
    said = orjson.loads(payload)
    if not isinstance(said, dict):
        return Unreadable("unreadable")
    if kind is Kind.BROKEN:
        error, at = (str(said.get(each, "")) for each in ("error", "at"))
        log.warning("file_reader_failed", **{name: text for name, text in (("error", error), ("at", at)) if _CODE_PLACE.fullmatch(text)})
        return Unreadable("unreadable")
    code, row, column, hint = (said.get(each) for each in ("code", "row", "column", "hint"))
    return Unreadable(
        code if isinstance(code, str) and code in FAULTS else "unreadable",
        row=row if isinstance(row, int) else None,
        column=column[:200] if isinstance(column, str) else None,
        hint=hint[:200] if isinstance(hint, str) else None,
    )


def _verdict(exit_code: int, last_words: bytes) -> Unreadable:
    """Say why a child ended in the middle."""
    if exit_code == OUT_OF_MEMORY or any(words in last_words for words in _MEMORY_WORDS):
        return Unreadable("too_large_to_read")
    if exit_code == -signal.SIGXCPU:
        return Unreadable("takes_too_long")
    log.warning("file_reader_died", exit_code=exit_code)
    return Unreadable("unreadable")


async def _last_words(process: Process) -> bytes:
    """Keep the end of what the child prints: libraries say there that memory ran out. It may hold cells, so it goes nowhere."""
    assert process.stderr
    kept = b""
    while piece := await process.stderr.read(_LAST_WORDS):
        kept = (kept + piece)[-_LAST_WORDS:]
    return kept


async def _end(process: Process, last_words: asyncio.Task[bytes]) -> None:
    """Kill what still runs, and read both pipes to their end so that nothing of it is left."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    assert process.stdout
    while await process.stdout.read(1 << 16):
        pass
    await process.wait()
    await last_words
