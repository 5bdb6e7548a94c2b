"""What every part has at hand: the server, the sizes, the console, and a way to do things in alternating rounds."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count

from rich.console import Console

from tests.bench.harness.client import Job, drive
from tests.bench.harness.measures import Round, Side
from tests.bench.harness.processes import free_port, started
from tests.bench.harness.scale import ROUNDS, Scale
from tests.bench.harness.world import FOLDER, World, database_of

Measuring = Callable[[], Round]

_NO_KAFKA = "127.0.0.1:1"
_logs = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    world: World
    scale: Scale
    console: Console

    def rounds(self, sides: Mapping[str, tuple[Side, Measuring]]) -> None:
        """Measure every side once, then all of them again, so that what changes meanwhile meets all alike."""
        for n in range(1, ROUNDS + 1):
            for name, (side, measure) in sides.items():
                done = measure()
                side.rounds.append(done)
                self.console.print(
                    f"   round {n}  {name:<22} {done.rate:>7.0f}/s"
                    + (f"   p50 {done.p50:>8.2f}   p99 {done.p99:>8.2f} ms" if done.latencies else f"   {done.seconds:>8.2f} s")
                    + (f"   {done.failures} FAILURES" if done.failures else ""),
                    highlight=False,
                )

    def send(self, job: Job) -> Round:
        """Send a job; whatever was not answered as expected is a failure."""
        outcome = asyncio.run(drive(job))
        return Round(seconds=outcome.seconds, latencies=outcome.latencies, failures=outcome.failures)

    def api(self, service: str, port: int, *, kafka: str = _NO_KAFKA, where: str = "") -> AbstractContextManager[int]:
        database = database_of(where or service)
        return _process(service, "api", port, self.world.environment(service, port=port, kafka=kafka, database=database))

    def worker(self, service: str, *, kafka: str) -> AbstractContextManager[int]:
        port = free_port()
        return _process(service, "worker", port, self.world.environment(service, port=port, kafka=kafka))

    def gateway(self, port: int, *, monitoring: int) -> AbstractContextManager[int]:
        return _process("gateway", "api", port, self.world.gateway_environment(port=port, monitoring=monitoring))


def _process(service: str, verb: str, port: int, environment: Mapping[str, str]) -> AbstractContextManager[int]:
    log = FOLDER / f"{service}-{verb}-{next(_logs)}.log"
    log.unlink(missing_ok=True)
    return started(service, verb, environment, port=port, log=log)
