"""What is killed, and how it comes back."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.fixtures.processes import until_ready
from tests.fixtures.system import System

GROUPS: dict[str, tuple[str, ...]] = {
    "monitoring api": ("monitoring.api",),
    "a monitoring worker": ("monitoring.worker",),
    "both monitoring workers": ("monitoring.worker", "monitoring.worker2"),
    "projects api and worker": ("projects.api", "projects.worker"),
    "employment worker": ("employment.worker",),
    "kafka": (),
    "postgres": (),
}


@dataclass
class Killer:
    """Kills one group after the other, every group at least once, and has each back after 0 to 2 s."""

    system: System
    rng: Random
    kills: Counter[str] = field(default_factory=Counter)

    def plan(self, rounds: int) -> list[str]:
        names = [*GROUPS, *self.rng.choices(list(GROUPS), k=rounds - len(GROUPS))]
        self.rng.shuffle(names)
        return names

    async def kill(self, name: str) -> None:
        """End a group at once."""
        self.kills[name] += 1
        if name == "kafka":
            await asyncio.to_thread(self.system.kafka.kill)
        elif name == "postgres":
            await asyncio.to_thread(self.system.kill_database)
        for process in GROUPS[name]:
            self.system[process].kill()

    async def bring_back(self, name: str) -> None:
        """Start a group again after a while; processes are not waited for, servers are."""
        await asyncio.sleep(self.rng.uniform(0, 2))
        if name == "kafka":
            await asyncio.to_thread(self.system.kafka.start)
        elif name == "postgres":
            await asyncio.to_thread(self.system.postgres.start_again)
        for process in GROUPS[name]:
            self.system[process].start()

    async def all_back(self) -> None:
        await until_ready(process for process in self.system.processes.values() if process.started)
