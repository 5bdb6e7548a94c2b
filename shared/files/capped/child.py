"""The process in which uploaded files are read: `python -m shared.files.capped.child`, started by `running.py` and by nobody else.

Promises: it has its limits before it loads or reads anything, it ends when its parent does (on Linux), it leaves no core, it yields to
processes that serve people, and of an error it tells only the type and the place in our code.
"""

import contextlib
import ctypes
import importlib
import inspect
import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

import orjson

from shared.files.capped.frames import HEADER, OUT_OF_MEMORY, Kind
from shared.files.unreadable import Unreadable

_NICE = 10
_OPEN_FILES = 256
_PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, memory, seconds = (int(each) for each in sys.argv[1:4])
    _end_with(parent)
    _limit(memory=memory, seconds=seconds)
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # whatever prints must not get between the frames
        with contextlib.suppress(BrokenPipeError):
            _work(out)


def _work(out: BinaryIO) -> None:
    try:
        module, name, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301  (from our parent)
        result = getattr(importlib.import_module(module), name)(*arguments)
        for value in result if inspect.isgenerator(result) else _once(result):
            _send(out, Kind.VALUE, value)
        _send(out, Kind.END, None)
    except Unreadable as refusal:
        _send(out, Kind.REFUSED, refusal.message)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BrokenPipeError:
        raise
    except BaseException as error:  # a library's panic is no Exception
        _send(out, Kind.BROKEN, {"error": type(error).__name__, "at": _place(error)})


def _once(value: object) -> Generator[object, None, None]:
    yield value


def _send(out: BinaryIO, kind: Kind, value: object) -> None:
    payload = orjson.dumps(value)
    out.write(HEADER.pack(kind.value, len(payload)))
    out.write(payload)
    out.flush()


def _place(error: BaseException) -> str:
    """Say where in our own code it arose."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if "site-packages" not in each.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def _end_with(parent: int) -> None:
    """Die when the parent dies, and at once if it is dead already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _limit(*, memory: int, seconds: int) -> None:
    """Cap memory and processor time. RLIMIT_DATA, for what libraries merely reserve counts against RLIMIT_AS but is never used."""
    _cap(resource.RLIMIT_CORE, 0)
    _cap(resource.RLIMIT_DATA, memory << 20)
    _cap(resource.RLIMIT_CPU, seconds, grace=5)  # the first limit's signal says why, the second kills who does not heed it
    _cap(resource.RLIMIT_NOFILE, _OPEN_FILES)
    os.nice(_NICE)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # if the machine runs short, this process goes first


def _cap(kind: int, most: int, *, grace: int = 0) -> None:
    """Set a limit, or leave the stricter one that this process has already."""
    _, hard = resource.getrlimit(kind)
    last = most + grace if hard == resource.RLIM_INFINITY else min(most + grace, hard)
    resource.setrlimit(kind, (min(most, last), last))


if __name__ == "__main__":
    main()
