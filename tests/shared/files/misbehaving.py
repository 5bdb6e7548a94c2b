"""What a child process might do instead of reading a file; named by tests, run in the child."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from shared.files.capped.frames import HEADER
from shared.files.reading import checking
from shared.files.unreadable import Unreadable


def count(number: int) -> Iterator[int]:
    yield from range(number)


def give_back(*values: Any) -> list[str]:
    return [repr(value) for value in values]


def tell_what_is_loaded() -> list[str]:
    assert checking.__name__ in sys.modules
    return [name for name in sys.modules if "." not in name]


def use_up_memory_in_python() -> None:
    held: list[bytes] = []
    while True:
        held.append(b"x" * (1 << 20) + os.urandom(1))


def use_up_memory_in_a_library() -> None:
    words = pl.Series(["a word that is too long to be kept in place"] * 100_000)
    held: list[pl.Series] = []
    while True:
        held.append(words + str(len(held)))


def never_end() -> Iterator[int]:
    yield 1
    while True:
        pass


def sleep_for_ever() -> Iterator[int]:
    yield 1
    time.sleep(1_000_000)


def kill_itself_midway() -> Iterator[int]:
    yield 1
    os.kill(os.getpid(), signal.SIGKILL)
    yield 2


def crash() -> None:
    sys.stderr.write("a name in the last words: 李文芳")
    ctypes.string_at(0)


def fail_with_a_secret() -> None:
    raise RuntimeError("李文芳 533522197001010010")


def refuse(code: str) -> Iterator[int]:
    yield 1
    raise Unreadable(code, row=7, column="姓名")


def print_between() -> Iterator[int]:
    sys.stdout.write("this goes nowhere\n")
    yield 1
    os.write(1, b"nor this")
    yield 2


def send(raw: bytes) -> None:
    """Send bytes where frames should be, over every pipe that is open."""
    for descriptor in range(3, 10):
        try:
            os.write(descriptor, raw)
        except OSError:
            continue
    os._exit(0)


def frame(kind: bytes, payload: bytes) -> bytes:
    return HEADER.pack(kind, len(payload)) + payload


def tell_who_it_is() -> dict[str, Any]:
    return {
        "environment": sorted(os.environ),
        "nice": os.nice(0),
        "core": __import__("resource").getrlimit(__import__("resource").RLIMIT_CORE)[0],
        "group": os.getpgrp() == os.getpid(),
        "open": len(os.listdir("/proc/self/fd")),
        "first_to_go": Path("/proc/self/oom_score_adj").read_text().strip(),
    }


def tell_its_number_and_wait() -> Iterator[int]:
    yield os.getpid()
    time.sleep(1_000_000)


def send_without_pause(to: Path) -> Iterator[str]:
    """Send a megabyte at a time, and note how many were sent."""
    number = 0
    while True:
        number += 1
        to.write_text(str(number))
        yield "x" * (1 << 20)
