"""The limits of a fan-out: what the broker alone takes, and what the effect in the database alone takes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime

from services.projects.app import SERVICE as PROJECTS
from services.projects.usecases.answer_risk_flags import answer_risk_flags
from shared.broker.kafka import KafkaBroker
from shared.database.transaction import Database
from shared.events import Message, OwedMeasure, RiskFlag, pack
from shared.events.monitoring import FlagStatus
from shared.kernel.actors import service_actor
from shared.kernel.areas import COUNTIES
from shared.kernel.ids import new_id
from tests.bench.harness.measures import Round
from tests.bench.harness.scale import FLAGS_PER_SECOND
from tests.bench.harness.world import TWIN, World

AT_ONCE = 200  # what a listener is handed at most
_ECHO = "bench.echo"
_PATIENCE = 30.0
_COUNTY = COUNTIES[0]
_DUE = datetime(2021, 10, 22, tzinfo=UTC)
_OWED = (("industry_support", "projects"), ("employment_support", "employment"))


async def broker_alone(bootstrap: str, *, seconds: int) -> Round:
    """Publish flags at the pace of ours and take them in, through the port: produced until consumed, both ends in this process."""
    broker = KafkaBroker(bootstrap, topics=[_ECHO])
    sent: dict[str, float] = {}
    latencies: list[float] = []
    heard = asyncio.Event()
    number = seconds * FLAGS_PER_SECOND

    async def listen() -> None:
        async with aclosing(broker.batches([_ECHO], group=f"bench.{new_id()}")) as batches:
            async for batch in batches:
                arrived = time.perf_counter()
                latencies.extend((arrived - sent[each.key]) * 1000 for each in batch.messages if each.key in sent)
                heard.set()
                await batch.done()

    async def publish() -> None:
        message = _packed(a_flag())
        sent[message.key] = time.perf_counter()
        await broker.publish([message])

    listening = asyncio.create_task(listen())
    await publish()
    await asyncio.wait_for(heard.wait(), _PATIENCE)
    latencies.clear()
    await _paced(publish, number=number)
    deadline = time.monotonic() + _PATIENCE
    while len(latencies) < number and time.monotonic() < deadline:  # noqa: ASYNC110  (the last ones arrive)
        await asyncio.sleep(0.05)
    listening.cancel()
    await asyncio.wait([listening])
    await broker.close()
    return Round(seconds=seconds, latencies=latencies, failures=number - len(latencies))


async def effect_alone(world: World, *, seconds: int) -> Round:
    """Answer one flag at a time at the pace of ours, on a database of its own: begun until committed."""
    database, latencies = _twin(world), list[float]()

    async def answer() -> None:
        flag = a_flag()
        began = time.perf_counter()
        async with database.transaction(service_actor("projects", _COUNTY)) as tx:
            await answer_risk_flags([flag], tx)
        latencies.append((time.perf_counter() - began) * 1000)

    await answer()  # a connection, and the statements prepared on it
    latencies.clear()
    await _paced(answer, number=seconds * FLAGS_PER_SECOND)
    await database.close()
    return Round(seconds=seconds, latencies=latencies)


async def effects_alone(world: World, *, number: int) -> Round:
    """Answer many flags, as many at once as a listener is handed: how fast one service could be."""
    database, latencies = _twin(world), list[float]()
    batches = [[a_flag() for _ in range(AT_ONCE)] for _ in range(number // AT_ONCE)]
    began = time.perf_counter()
    for batch in batches:
        at = time.perf_counter()
        async with database.transaction(service_actor("projects", _COUNTY)) as tx:
            await answer_risk_flags(batch, tx)
        latencies.append((time.perf_counter() - at) * 1000)
    seconds = time.perf_counter() - began
    await database.close()
    return Round(seconds=seconds, latencies=latencies, done=AT_ONCE * len(batches))


def a_flag() -> RiskFlag:
    """A flag as monitoring announces it, that owes one measure to each service."""
    owed = tuple(OwedMeasure(id=new_id(), measure=measure, service=service, due_at=_DUE) for measure, service in _OWED)
    return RiskFlag(
        id=new_id(), county_code=_COUNTY, version=1, household_id=new_id(), area_code=f"{_COUNTY}102201", status=FlagStatus.OPEN, owed=owed
    )


def _packed(flag: RiskFlag) -> Message:
    message = pack(flag, event_id=new_id(), source="monitoring", epoch=1)
    return Message(topic=_ECHO, key=message.key, headers=message.headers, value=message.value)


def _twin(world: World) -> Database:
    return PROJECTS.worker_database(world.settings("projects", database=TWIN))


async def _paced(act: Callable[[], Awaitable[None]], *, number: int) -> None:
    """Begin an act at each beat, whether the one before it is over or not."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for n in range(number):
            await asyncio.sleep(max(0.0, began + n / FLAGS_PER_SECOND - time.perf_counter()))
            group.create_task(_awaited(act))


async def _awaited(act: Callable[[], Awaitable[None]]) -> None:
    await act()
