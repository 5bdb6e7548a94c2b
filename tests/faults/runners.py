"""Runners of one job, one after the other: each may be killed or frozen, and its successor takes the job up at once."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.kernel.jobs import JobId
from tests.faults.import_world import World
from tests.fixtures.processes import Process
from tests.fixtures.waiting import until

SECONDS = 60.0


@dataclass
class Runners:
    """One runner at a time, whose successor has already started and waits."""

    world: World
    job_id: JobId
    started: list[Process] = field(default_factory=list)
    _next: tuple[Process, Path] | None = None

    def ready_another(self) -> None:
        self._next = self.world.process()
        self._next[0].start()
        self.started.append(self._next[0])

    async def take_over(self, *, free: bool = True) -> Process:
        """Let the successor take up the job, as if its claim had run out, and ready another one."""
        before = (await self.world.holds(self.job_id))["claim"]
        assert self._next
        process, go = self._next
        self.ready_another()
        if free:
            await self.world.free(self.job_id)
        go.touch()
        await self.until(lambda now: now["claim"] != before)
        return process

    async def until(self, holds: Callable[[Any], object]) -> None:
        async def asked() -> bool:
            assert all(process.alive or process.kills for process in self.started), [process.last_words() for process in self.started]
            return bool(holds(await self.world.holds(self.job_id)))

        await until(asked, seconds=SECONDS)

    def end(self) -> None:
        for process in self.started:
            process.kill()


@asynccontextmanager
async def runners(world: World, job_id: JobId) -> AsyncIterator[Runners]:
    found = Runners(world, job_id)
    found.ready_another()
    try:
        yield found
    finally:
        found.end()
