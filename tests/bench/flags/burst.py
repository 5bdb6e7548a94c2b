"""One disaster: a flood of flags announced in one transaction, answered by one worker of each service."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.monitoring.app import SERVICE as MONITORING
from services.monitoring.usecases.flags.announce_flags import announce_flags
from shared.kernel.actors import service_actor
from shared.kernel.areas import COUNTIES
from tests.bench.flags.fan_out import commits
from tests.bench.flags.fleet import wait_for_all
from tests.bench.flags.limits import AT_ONCE, effects_alone
from tests.bench.harness.bench import Bench
from tests.bench.harness.measures import NO_GOAL, PER_SECOND, Round, Side, line
from tests.bench.harness.world import owner_of
from tests.bench.people.population import flagged

_NOWHERE = UUID(int=0)
_CLOCK = text("SELECT clock_timestamp()")
_GOAL_PER_SECOND = 1_000


def measure_burst(bench: Bench) -> list[dict[str, Any]]:
    """Measure, and give the line; its goal is a number a second, whatever one service alone could do."""
    alone = Side(what=f"the effects of one service alone, {AT_ONCE} flags a transaction", workers="1 process", connections="1")
    ours = Side(what="announced until both tasks committed", workers="3 workers", connections="pools of 8")
    turns = count()
    bench.rounds(
        {
            "effects alone": (alone, lambda: asyncio.run(effects_alone(bench.world, number=bench.scale.burst))),
            "burst": (ours, lambda: _burst(bench, COUNTIES[next(turns)])),
        }
    )
    found = line("burst of flags, to the effects alone", alone, ours, goal=NO_GOAL, rows=bench.scale.burst * len(ours.rounds), unit=PER_SECOND)
    rate = found["ours"]["median"]
    return [found | {"goal": f">= {_GOAL_PER_SECOND} per second", "met": rate >= _GOAL_PER_SECOND}]


def _burst(bench: Bench, county: str) -> Round:
    flags = flagged(bench.world, county, number=bench.scale.burst)
    bench.world.settle()
    announced = asyncio.run(_announce(bench, county, flags))
    missing = wait_for_all(bench, flags, look_every=1.0)
    both = commits(bench, flags)
    latencies = [(at - announced).total_seconds() * 1000 for at in both.values()]
    return Round(seconds=max(latencies) / 1000, latencies=latencies, failures=missing)


async def _announce(bench: Bench, county: str, flags: Sequence[UUID]) -> datetime:
    """Put every flag into the outbox in one transaction, and give the moment just before its commit."""
    database = owner_of(MONITORING, bench.world)
    async with database.transaction(service_actor("monitoring", county)) as tx:
        await announce_flags(tx, after=_NOWHERE, only=flags)
        announced: datetime = (await tx.execute(_CLOCK)).scalar_one()
    await database.close()
    return announced
