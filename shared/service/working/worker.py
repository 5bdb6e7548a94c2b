"""The second process of a service: it relays, listens and does the duties that time brings. Any number of it may run.

Promises: relay, listeners and duties run, or the process ends and is started anew; it never lives on with a part missing.
Does not promise that a duty is done at a certain second, or by this worker.
Not for work that a request waits for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.broker import Broker
from shared.database.rounds import due_in, is_due
from shared.database.transaction import Database, Transaction
from shared.database.wake import hear_wake_up_calls
from shared.kernel.actors import service_actor
from shared.kernel.areas import COUNTIES, LINCANG
from shared.service.jobs.runner import JobRunner
from shared.service.metrics import Metrics
from shared.service.working.announce import Announce, announce_all
from shared.service.working.relay import Relay
from shared.service.working.subscriptions import Listener, Subscriptions

_TICK = 1.0
_AFTER_TROUBLE = 30.0
_LONGEST_LOOK = 60.0
_WATCH_SECONDS = 5.0
_KEYS_KEPT, _OUTBOX_KEPT = timedelta(days=30), timedelta(days=60)  # the outbox outlives its topics, which keep 30 days

# A bounded number of rows a round: more would run against the statement's time limit, and never get anywhere.
_FORGET_KEYS = text("""
    DELETE FROM idempotency WHERE ctid IN (
        SELECT ctid FROM idempotency WHERE county_code = :county AND created_at < :before LIMIT 20000)
""")
_FORGET_OUTBOX = text("""
    DELETE FROM outbox WHERE ctid IN (
        SELECT ctid FROM outbox WHERE county_code = :county AND published_at < :before LIMIT 20000)
""")
_OUTBOX = text("SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM outbox WHERE published_at IS NULL")
_JOBS = text("""
    SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(created_at)), 0) AS oldest FROM job WHERE state IN ('queued', 'running')
""")
_DEAD = text("SELECT count(*) FROM dead_letter WHERE resolved_at IS NULL")

log = structlog.get_logger()

Work = Callable[[Transaction], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What is done in every county each time an interval of real time has passed, by one of the workers."""

    name: str
    every: timedelta
    work: Work

    @property
    def looked_at_every(self) -> float:
        """Seconds between two looks whether it is due: asking every county each second would cost more than the duty."""
        return min(max(self.every.total_seconds() / 10, _TICK), _LONGEST_LOOK)


async def forget_old_rows(tx: Transaction) -> None:
    """Delete answers kept for keys after 30 days, and published states 30 days after their topics forgot them."""
    county = tx.actor.scope.county
    await tx.execute(_FORGET_KEYS, {"county": county, "before": tx.real_now - _KEYS_KEPT})
    await tx.execute(_FORGET_OUTBOX, {"county": county, "before": tx.real_now - _OUTBOX_KEPT})


HOUSEKEEPING = Duty(name="forget_old_rows", every=timedelta(minutes=10), work=forget_old_rows)


class Worker:
    """All that one worker process of a service runs."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        metrics: Metrics,
        *,
        subscriptions: Subscriptions,
        announce: Announce,
        duties: Sequence[Duty] = (),
        watched: Work | None = None,
        runner: JobRunner | None = None,
    ) -> None:
        self.database, self.broker, self.metrics = database, broker, metrics
        self.relay = Relay(database, broker, metrics)
        database.wake_relay = self.relay.wake
        self._subscriptions = subscriptions
        self._announce = announce
        self._forgotten = asyncio.Event()
        self._watched = watched
        self.runner = runner
        self._looked_at_again: dict[str, float] = {}
        self._duties = (*duties, HOUSEKEEPING)

    def broker_forgot(self) -> None:
        """Be told that the broker came back without what it had acknowledged: everything is announced again."""
        self._forgotten.set()

    async def run(self) -> None:
        """Work until cancelled."""
        parts = [
            self.relay.run(),
            hear_wake_up_calls(self.database.engine, self.relay.wake),
            self._do_duties(),
            self._watch(),
            self._announce_what_was_forgotten(),
            *([self.runner.run()] if self.runner else []),
            *(Listener(each, broker=self.broker, database=self.database, metrics=self.metrics).run() for each in self._subscriptions.all),
        ]
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(_unending(part))

    async def do_duties_once(self) -> None:
        """Do what is due, county by county; a duty in trouble rests a while and does not keep the others waiting."""
        for duty in self._duties:
            if time.monotonic() >= self._looked_at_again.get(duty.name, 0):
                rest = duty.looked_at_every if await self._round(duty) else _AFTER_TROUBLE
                self._looked_at_again[duty.name] = time.monotonic() + rest

    async def _round(self, duty: Duty) -> bool:
        county_code = LINCANG
        try:
            async with self.database.transaction(service_actor(self.database.service, LINCANG)) as tx:
                due = await due_in(duty.name, (*COUNTIES, LINCANG), tx, every=duty.every)
            for county_code in due:
                await self._do(duty, county_code)
        except Exception as error:  # nor does a duty that is at fault end the relay and the listeners
            log.warning("duty_waits", duty=duty.name, county=county_code, error=type(error).__name__)
            return False
        return True

    async def _do(self, duty: Duty, county_code: str) -> None:
        async with self.database.transaction(service_actor(self.database.service, county_code)) as tx:
            if await is_due(duty.name, tx, every=duty.every):
                await duty.work(tx)

    async def _do_duties(self) -> None:
        while True:
            await self.do_duties_once()
            await asyncio.sleep(_TICK)

    async def _announce_what_was_forgotten(self) -> None:
        while True:
            await self._forgotten.wait()
            self._forgotten.clear()
            try:
                rounds = await announce_all(self._announce, self.database)
                log.warning("announced_again", why="the broker forgot", transactions=rounds)
            except (SQLAlchemyError, OSError) as error:
                log.warning("announcing_waits", error=type(error).__name__)
                self._forgotten.set()
                await asyncio.sleep(_TICK)

    async def _watch(self) -> None:
        """Keep the gauges fresh."""
        while True:
            try:
                await self._measure()
            except (SQLAlchemyError, OSError) as error:
                log.warning("metrics_wait", error=type(error).__name__)
            await asyncio.sleep(_WATCH_SECONDS)

    async def _measure(self) -> None:
        async with self.database.engine.connect() as connection:
            waiting, age = (await connection.execute(_OUTBOX)).one()
            dead = (await connection.execute(_DEAD)).scalar_one()
        self.metrics.outbox_waiting.set(waiting)
        self.metrics.outbox_age.set(float(age))
        self.metrics.dead_waiting.set(dead)
        async with self.database.transaction(service_actor(self.database.service, LINCANG)) as tx:
            if self.runner:
                jobs = (await tx.execute(_JOBS)).one()
                self.metrics.jobs_waiting.set(jobs.waiting)
                self.metrics.oldest_job.set(float(jobs.oldest))
            if self._watched:
                await self._watched(tx)
        for subscription in self._subscriptions.all:
            lag = await self.broker.lag(subscription.state.topics, group=subscription.group)
            if lag is not None:
                self.metrics.lag.labels(subscription.consumer).set(lag)


async def _unending(part: Coroutine[Any, Any, None]) -> None:
    """Run a part of the worker; should it ever end, or be cancelled by anybody but the worker, the process must not live on without it."""
    try:
        await part
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
    raise RuntimeError("a part of the worker has ended")
