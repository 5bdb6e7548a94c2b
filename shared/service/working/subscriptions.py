"""How a service listens: a batch of states is split by county, gated by version, and handed over, one transaction each.

Promises: an effect and the version it came from commit together; an offset moves only after that; what can never be handled is set
aside as a dead letter while everything else goes on.
Does not promise order, or that a state comes once: every reaction is an upsert on a natural key.
Not for what must each count, a payment or a spell: that is an entity with an id of its own.
"""

import asyncio
import traceback
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from random import uniform
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import ArgumentError, DBAPIError, MultipleResultsFound, NoResultFound, SQLAlchemyError, StatementError

from shared.broker import Batch, Broker
from shared.database.dead_letters import bury, supersede
from shared.database.seen import not_older
from shared.database.transaction import Database, Transaction
from shared.events import CATALOG, Arrived, Message, State, Unreadable, unpack
from shared.kernel.actors import service_actor
from shared.kernel.areas import COUNTIES, LINCANG
from shared.service.metrics import Metrics

S = TypeVar("S", bound=State)
Reaction = Callable[[list[S], Transaction], Awaitable[None]]

_FIRST_WAIT, _LONGEST_WAIT = 0.1, 10.0  # below a quarter of the consumer's longest poll interval
_LONGEST_BATCH = 15.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    service: str
    state: type[State]
    consumer: str
    reaction: Reaction[Any]

    @property
    def group(self) -> str:
        return f"{self.service}.{self.consumer}"


class Subscriptions:
    """What a service does when others announce something. Each consumer is a group of its own."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.all: list[Subscription] = []

    def on(self, state: type[S], *, consumer: str) -> Callable[[Reaction[S]], Reaction[S]]:
        """React to a kind of state. The consumer's name is kept in `seen`: it outlives every renaming of code."""

        def register(reaction: Reaction[S]) -> Reaction[S]:
            self.all.append(Subscription(service=self.service, state=state, consumer=consumer, reaction=reaction))
            return reaction

        return register


class Listener:
    """One member of a consumer's group."""

    def __init__(self, subscription: Subscription, *, broker: Broker, database: Database, metrics: Metrics) -> None:
        self._subscription = subscription
        self._broker = broker
        self._database = database
        self._metrics = metrics
        self._wait = _FIRST_WAIT

    async def run(self) -> None:
        """Handle batches for ever. Transient trouble has the batch delivered again, later and later; it never makes a dead letter."""
        async with aclosing(self._broker.batches(self._subscription.state.topics, group=self._subscription.group)) as batches:
            async for batch in batches:
                await self._take(batch)

    async def _take(self, batch: Batch) -> None:
        try:
            async with asyncio.timeout(_LONGEST_BATCH):
                await self.handle(batch.messages)
        except (SQLAlchemyError, OSError) as error:  # TimeoutError is an OSError
            await self._later(batch, error)
        else:
            self._wait = _FIRST_WAIT
            await batch.done()

    async def handle(self, messages: Sequence[Message]) -> None:
        """Take messages in, one transaction per county."""
        counties: dict[str, list[Arrived[State]]] = defaultdict(list)
        for message in messages:
            try:
                arrived = unpack(message, CATALOG)
            except Unreadable as error:
                await self._set_aside(message, county_code=_county_of(message), reason=str(error))
            else:
                counties[arrived.state.county_code].append(arrived)
        for county_code, states in counties.items():
            await self._in_county(county_code, states)

    async def _in_county(self, county_code: str, arrived: Sequence[Arrived[State]]) -> None:
        consumer = self._subscription.consumer
        async with self._database.transaction(service_actor(self._database.service, county_code)) as tx:
            passed = await not_older(arrived, tx, consumer=consumer, county_code=county_code)
            self._metrics.handled.labels(consumer).inc(len(passed))
            self._metrics.dropped.labels(consumer).inc(len({each.state.id for each in arrived}) - len(passed))
            if passed:
                await self._react(passed, tx)

    async def _react(self, passed: Sequence[Arrived[Any]], tx: Transaction) -> None:
        """Hand over; what fails for good is found by halves and set aside, and the rest goes on."""
        consumer, county_code = self._subscription.consumer, passed[0].state.county_code
        try:
            async with tx.savepoint():
                await self._subscription.reaction([each.state for each in passed], tx)
                await supersede([each.state.id for each in passed], tx, consumer=consumer, county_code=county_code)
        except Exception as error:
            if is_transient(error):
                raise
            if len(passed) == 1:
                await self._bury(passed[0], tx, reason=reason_of(error), where=where_raised(error))
                return
            middle = len(passed) // 2
            await self._react(passed[:middle], tx)
            await self._react(passed[middle:], tx)

    async def _bury(self, arrived: Arrived[Any], tx: Transaction, *, reason: str, where: str) -> None:
        state, consumer = arrived.state, self._subscription.consumer
        await bury(arrived.message, tx, consumer=consumer, county_code=state.county_code, entity_id=state.id, reason=reason)
        self._metrics.dead.labels(consumer).inc()
        log.error("dead_letter", consumer=consumer, reason=reason, where=where, entity=str(state.id))

    async def _set_aside(self, message: Message, *, county_code: str, reason: str) -> None:
        consumer = self._subscription.consumer
        async with self._database.transaction(service_actor(self._database.service, county_code)) as tx:
            await bury(message, tx, consumer=consumer, county_code=county_code, entity_id=None, reason=reason)
        self._metrics.dead.labels(consumer).inc()
        log.error("dead_letter", consumer=consumer, reason=reason, topic=message.topic)

    async def _later(self, batch: Batch, error: Exception) -> None:
        self._metrics.retried.labels(self._subscription.consumer).inc()
        log.warning("batch_again", consumer=self._subscription.consumer, error=type(error).__name__, seconds=round(self._wait, 1))
        await asyncio.sleep(uniform(self._wait / 2, self._wait))  # noqa: S311  (jitter)
        self._wait = min(self._wait * 2, _LONGEST_WAIT)
        await batch.again()


def is_transient(error: BaseException) -> bool:
    """Say whether trying again may help: the database is away, locked, out of time or out of room, and not: it refuses the value."""
    if isinstance(error, DBAPIError):
        code = str(getattr(error.orig, "sqlstate", None) or "")
        return error.connection_invalidated or not code or code.startswith(("08", "25", "40", "53", "55", "57", "58"))
    if isinstance(error, StatementError | NoResultFound | MultipleResultsFound | ArgumentError):
        return False  # the reaction asks wrongly, and will ask wrongly again
    return isinstance(error, OSError | SQLAlchemyError | asyncio.CancelledError)


def reason_of(error: Exception) -> str:
    """Name an error without the values that it may carry."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def where_raised(error: Exception) -> str:
    """Name the places that an error came through, without the values that its message may carry."""
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(traceback.extract_tb(error.__traceback__)[-6:]))


def _county_of(message: Message) -> str:
    """The county that an unreadable message names, or else the prefecture."""
    county = message.headers.get("ce_countycode", "")
    return county if county in COUNTIES else LINCANG
