"""The services as processes of their own, as they run anywhere else; whoever starts one ends it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_READY_SECONDS = 40.0
_GRACE_SECONDS = 15.0


class NotStarted(Exception):
    """A process ended or did not become ready; the text is the end of its log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def started(module: str, verb: str, environment: Mapping[str, str], *, ready: str, log: Path) -> Iterator[int]:
    """Run `python -m <module> <verb>` from its readiness until the block ends; give its process id.

    :param ready: the address that answers 200 when it is ready.
    :raises NotStarted: it does not.
    """
    with log.open("ab") as kept:
        process = subprocess.Popen(
            (sys.executable, "-m", module, verb), cwd=ROOT, env=os.environ | dict(environment), stdin=subprocess.DEVNULL, stdout=kept, stderr=kept
        )
    try:
        _wait_until_ready(process, ready, log)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], ready: str, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not _answers(ready):
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotStarted(f"{ready}: {log.read_text(encoding='utf-8', errors='replace')[-500:]}")
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310  (loopback)
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
