"""The services as processes of their own, as they run anywhere else; a killed run leaves none behind."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.fixtures.processes import Process, free_ports, until_ready

ROOT = Path(__file__).parents[3]


def free_port() -> int:
    return free_ports(1)[0]


@contextmanager
def started(service: str, verb: str, environment: Mapping[str, str], *, port: int, log: Path) -> Iterator[int]:
    """Run `python -m services.<service> <verb>` from its readiness until the block ends; give its process id."""
    base = f"http://127.0.0.1:{port}"
    command = (sys.executable, "-m", f"services.{service}", verb)
    process = Process(name=f"{service}.{verb}", command=command, environment=environment, log=log, base=base, metrics=f"{base}/metrics")
    process.start()
    try:
        asyncio.run(until_ready([process]))
        yield process.pid
    finally:
        process.kill()
