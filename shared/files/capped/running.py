"""Run a function in a process of its own that has little memory, little time and nothing to steal.

Promises: whatever the function does (uses up memory, never ends, crashes a library), the caller gets an `Unreadable` and lives; the
child is gone when the caller stops listening or is cancelled; what the child sends is JSON of limited length; nothing that it prints is logged. It
waits when the caller is slow, and that time does not count. It is a fresh interpreter, so that it inherits no connection, no lock and no secret.

Does not promise a sandbox: the child runs as the same user and may open files. Not for functions that need the database or settings: the environment
is empty. Memory is capped where RLIMIT_DATA is (Linux).
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
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import structlog

from shared.files.capped.frames import HEADER, LONGEST, OUT_OF_MEMORY, Kind
from shared.files.faults import FAULTS
from shared.files.limits import Limits
from shared.files.unreadable import Unreadable

_ROOT = Path(__file__).parents[3]
_COMMAND = (sys.executable, "-E", "-s", "-B", "-X", "utf8", "-m", "shared.files.capped.child")
_ENVIRONMENT = {"PATH": os.defpath, "POLARS_MAX_THREADS": "1", "MALLOC_ARENA_MAX": "1", "RUST_BACKTRACE": "0"}
_MEMORY_WORDS = (b"memory allocation of", b"MemoryError", b"Cannot allocate memory")
_LAST_WORDS = 4096
_PIECE = 1 << 16
_CODE_PLACE = re.compile(r"[\w.:]{1,100}")

log = structlog.get_logger()


async def stream(function: Callable[..., Any], *args: Any, limits: Limits) -> AsyncGenerator[Any, None]:
    """Run a generator function of some module in a child, and pass on what it yields, by way of JSON.

    :raises Unreadable: the function did, or it used too much or died.
    """
    child = await _start(limits)
    try:
        async with aclosing(_frames(child, (function.__module__, function.__qualname__, args), limits.seconds)) as frames:
            async for kind, payload in frames:
                if kind is Kind.END:
                    return
                if kind is not Kind.VALUE:
                    raise _refusal(kind, payload)
                yield orjson.loads(payload)
        raise await _verdict(child)
    except (orjson.JSONDecodeError, _NotAFrame) as error:
        raise Unreadable("unreadable") from error
    finally:
        await asyncio.shield(_end(child))  # whoever is cancelled twice leaves nothing behind either


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


@dataclass(frozen=True, slots=True)
class _Child:
    process: Process
    ear: asyncio.StreamWriter
    mouth: asyncio.StreamReader
    last_words: "asyncio.Task[bytes]"


async def _start(limits: Limits) -> _Child:
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        *map(str, (os.getpid(), limits.memory, limits.seconds)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        cwd=_ROOT,
        env=_ENVIRONMENT,
        start_new_session=True,
    )
    if not (process.stdin and process.stdout and process.stderr):
        raise RuntimeError("a process without pipes")
    return _Child(process, process.stdin, process.stdout, asyncio.create_task(_last_words(process.stderr)))


async def _frames(child: _Child, request: object, seconds: float) -> AsyncGenerator[tuple[Kind, bytes], None]:
    """Ask, and pass on frames until the child closes its end; only time spent waiting for it counts.

    :raises Unreadable: that is too long.
    """
    clock = asyncio.get_running_loop().time
    left, frame = seconds, None
    asking = True
    while asking or frame:
        began = clock()
        try:
            async with asyncio.timeout(left):
                if asking:
                    await _ask(child.ear, request)
                frame = await _frame(child.mouth)
        except TimeoutError as error:
            raise Unreadable("takes_too_long") from error
        left, asking = left - (clock() - began), False
        if frame:
            yield frame


async def _ask(ear: asyncio.StreamWriter, request: object) -> None:
    with contextlib.suppress(ConnectionError):  # it died already: its exit code says why
        ear.write(_pickled(request))
        await ear.drain()
    ear.close()


async def _frame(mouth: asyncio.StreamReader) -> tuple[Kind, bytes] | None:
    try:
        kind, length = HEADER.unpack(await mouth.readexactly(HEADER.size))
        if length > LONGEST:
            raise _NotAFrame
        return Kind(kind), await mouth.readexactly(length)
    except asyncio.IncompleteReadError:
        return None
    except ValueError as error:
        raise _NotAFrame from error


def _refusal(kind: Kind, payload: bytes) -> Unreadable:
    """Take over what the child says of a file, as far as it says what may be said."""
    said = orjson.loads(payload)
    if kind is Kind.REFUSED and isinstance(said, dict):
        code, row, column, hint = (said.get(each) for each in ("code", "row", "column", "hint"))
        return Unreadable(
            code if isinstance(code, str) and code in FAULTS else "unreadable",
            row=row if isinstance(row, int) else None,
            column=column[:200] if isinstance(column, str) else None,
            hint=hint[:200] if isinstance(hint, str) else None,
        )
    if kind is Kind.BROKEN and isinstance(said, dict):
        told = {name: str(said.get(name)) for name in ("error", "at")}
        log.warning("file_reader_failed", **{name: text for name, text in told.items() if _CODE_PLACE.fullmatch(text)})
    return Unreadable("unreadable")


async def _verdict(child: _Child) -> Unreadable:
    """Say why a child ended in the middle."""
    exit_code, last_words = await child.process.wait(), await child.last_words
    if exit_code == OUT_OF_MEMORY or any(words in last_words for words in _MEMORY_WORDS):
        return Unreadable("too_large_to_read")
    if exit_code == -signal.SIGXCPU:
        return Unreadable("takes_too_long")
    log.warning("file_reader_died", exit_code=exit_code)
    return Unreadable("unreadable")


async def _last_words(source: asyncio.StreamReader) -> bytes:
    """Keep the end of what the child prints: libraries say there that memory ran out. It may hold cells, so it goes nowhere."""
    kept = b""
    while piece := await source.read(_PIECE):
        kept = (kept + piece)[-_LAST_WORDS:]
    return kept


async def _end(child: _Child) -> None:
    """Kill what still runs, and read both pipes to their end so that nothing of it is left."""
    with contextlib.suppress(ProcessLookupError):
        child.process.kill()
    child.ear.close()
    while await child.mouth.read(_PIECE):
        pass
    await child.process.wait()
    await child.last_words


class _Pickler(pickle.Pickler):
    """Knows how to send a read-only mapping, which pickle itself does not."""

    def reducer_override(self, obj: Any) -> Any:
        return (_read_only, (dict(obj),)) if isinstance(obj, MappingProxyType) else NotImplemented


def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


def _pickled(value: object) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()
