"""The three services on databases of their own in one process, their messages passed on step by step, so that a seed decides everything."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random

import asyncpg

from shared.broker.memory import MemoryBroker
from shared.database.transaction import Database
from shared.events import Message
from shared.service.metrics import Metrics
from shared.service.working.announce import announce_all
from shared.service.working.relay import Relay
from shared.service.working.subscriptions import Listener
from tests.fixtures.evidence import ledger
from tests.fixtures.platform import SERVICES, Cluster, opened

_ROUNDS = 30
_AT_ONCE = 40


class PlainBroker(MemoryBroker):
    """Brings every message once, in the order in which it came."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Message] = []
        self.delivered = 0

    async def publish(self, messages: Sequence[Message]) -> Sequence[bool]:
        self.waiting += messages
        return [True] * len(messages)

    def take(self) -> list[Message]:
        taken, self.waiting = self.waiting, []
        self.delivered += len(taken)
        return taken

    def bring_what_is_late(self) -> None:
        """Nothing is."""


class UnkindBroker(PlainBroker):
    """Acknowledges every message, doubles it, shuffles the copies, loses every third, and brings half of the rest much later."""

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self._rng = rng
        self._late: list[Message] = []
        self.lost = 0

    async def publish(self, messages: Sequence[Message]) -> Sequence[bool]:
        copies = [*messages, *messages]
        self._rng.shuffle(copies)
        kept = [copy for number, copy in enumerate(copies) if number % 3]
        self.lost += len(copies) - len(kept)
        self._late += kept[1::2]
        await super().publish(kept[::2])
        return [True] * len(messages)

    def take(self) -> list[Message]:
        taken = super().take()
        self._rng.shuffle(taken)
        return taken

    def bring_what_is_late(self) -> None:
        """Let the late copies arrive now, when what they say is old."""
        self.waiting += self._late
        self._late = []


@dataclass(frozen=True)
class SmallWorld:
    """`apps` act, `workers` relay and listen."""

    broker: PlainBroker
    apps: dict[str, Database]
    workers: dict[str, Database]
    owners: dict[str, asyncpg.Connection]

    async def ask(self, service: str, question: str, *values: object) -> list[asyncpg.Record]:
        return await self.owners[service].fetch(question, *values)

    async def pass_on(self) -> None:
        """Relay and hand over until nothing is on its way."""
        relays = [Relay(database, self.broker, Metrics(name)) for name, database in self.workers.items()]
        while sum([(await relay.send_once())[0] for relay in relays]) or self.broker.waiting:
            messages = self.broker.take()
            for start in range(0, len(messages), _AT_ONCE):
                await self._hand_over(messages[start : start + _AT_ONCE])

    async def settle(self) -> None:
        """Pass on, and announce everything again for as long as something is missing."""
        self.broker.bring_what_is_late()
        await self.pass_on()
        for _ in range(_ROUNDS):
            if (await ledger(self.ask)).settled:
                return
            for name, database in self.workers.items():
                await announce_all(SERVICES[name].announce, database)
            await self.pass_on()
        raise AssertionError(f"not settled: {await ledger(self.ask)}")

    async def _hand_over(self, messages: Sequence[Message]) -> None:
        for name, database in self.workers.items():
            for subscription in SERVICES[name].subscriptions.all:
                wanted = [message for message in messages if message.topic in subscription.state.topics]
                if wanted:
                    await Listener(subscription, broker=self.broker, database=database, metrics=Metrics(name)).handle(wanted)


@asynccontextmanager
async def small_world(cluster: Cluster, suffix: str, broker: PlainBroker) -> AsyncIterator[SmallWorld]:
    """Open the databases that end in a suffix."""
    async with AsyncExitStack() as stack:
        names = {name: f"{name}_{suffix}" for name in SERVICES}
        apps = {name: await stack.enter_async_context(opened(name, cluster, database=database)) for name, database in names.items()}
        workers = {name: await stack.enter_async_context(opened(name, cluster, worker=True, database=database)) for name, database in names.items()}
        owners = {name: await cluster.connect(database) for name, database in names.items()}
        for connection in owners.values():
            stack.push_async_callback(connection.close)
        yield SmallWorld(broker, apps, workers, owners)
