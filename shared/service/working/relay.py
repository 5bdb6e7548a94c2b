"""The relay: committed states leave for the broker.

Promises: every committed row is sent at least once, by any number of workers, whatever dies in between.
Does not promise: order, or single delivery. The version gate needs neither, so there is no lease, no fence and no sequence number.
"Published" means acknowledged once, not delivered: rows are kept past the topic's retention, and the reconciler announces again.
Not for anything that the caller must know to have arrived: that is what the ledger and its reconciler are for.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from sqlalchemy import Row, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.broker import Broker
from shared.database.transaction import Database
from shared.events import Message
from shared.service.metrics import Metrics

# It selects what is unpublished, never what is later than a number: a sequence is drawn before the commit, and would skip rows.
_CLAIM = text("""
    UPDATE outbox SET claimed_until = now() + interval '10 s'
    WHERE (county_code, created_on, event_id) IN (
        SELECT county_code, created_on, event_id FROM outbox
        WHERE published_at IS NULL AND (claimed_until IS NULL OR claimed_until < now())
        ORDER BY created_at LIMIT :at_most FOR UPDATE SKIP LOCKED
    )
    RETURNING county_code, created_on, event_id, topic, key, headers, payload
""")
_MARK = text("""
    UPDATE outbox SET published_at = now()
    FROM unnest(CAST(:counties AS text[]), CAST(:days AS date[]), CAST(:ids AS uuid[])) AS sent (county_code, created_on, event_id)
    WHERE (outbox.county_code, outbox.created_on, outbox.event_id) = (sent.county_code, sent.created_on, sent.event_id)
""")

_AFTER_TROUBLE = 1.0

log = structlog.get_logger()


class Relay:
    def __init__(self, database: Database, broker: Broker, metrics: Metrics, *, at_most: int = 500, every_seconds: float = 0.2) -> None:
        self._database = database
        self._broker = broker
        self._metrics = metrics
        self._at_most = at_most
        self._every_seconds = every_seconds
        self._hint = asyncio.Event()

    def wake(self) -> None:
        """Hint that something was committed; only speed rests on it."""
        self._hint.set()

    async def run(self) -> None:
        """Relay for ever; whatever fails is tried again."""
        while True:
            try:
                claimed, sent = await self.send_once()
            except (SQLAlchemyError, OSError) as error:
                log.warning("relay_waits", error=type(error).__name__)
                claimed, sent = 0, 0
                await asyncio.sleep(_AFTER_TROUBLE)
            if claimed and not sent:  # the broker is away: what was claimed is free again in 10 s
                await asyncio.sleep(_AFTER_TROUBLE)
            if claimed < self._at_most:
                await self._wait()

    async def send_once(self) -> tuple[int, int]:
        """Claim, send, mark; no transaction is open while the broker is spoken to. Say how many were claimed, and how many acknowledged."""
        rows = await self._claim()
        if not rows:
            return 0, 0
        acks = await self._broker.publish([Message(topic=row.topic, key=row.key, headers=row.headers, value=row.payload) for row in rows])
        sent = [row for row, ack in zip(rows, acks, strict=True) if ack]
        self._metrics.published.inc(len(sent))
        self._metrics.unacknowledged.inc(len(rows) - len(sent))
        if sent:
            await self._mark(sent)
        return len(rows), len(sent)

    async def _claim(self) -> Sequence[Row[Any]]:
        """Take rows for 10 s of database time: should this process die or freeze, another takes them after that."""
        async with self._own_transaction() as connection:
            return (await connection.execute(_CLAIM, {"at_most": self._at_most})).all()

    async def _mark(self, rows: Sequence[Row[Any]]) -> None:
        sent = {"counties": [row.county_code for row in rows], "days": [row.created_on for row in rows], "ids": [row.event_id for row in rows]}
        async with self._own_transaction() as connection:
            await connection.execute(_MARK, sent)

    @asynccontextmanager
    async def _own_transaction(self) -> AsyncIterator[AsyncConnection]:
        """Each statement is a transaction of its own: one round trip instead of three."""
        async with self._database.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hint.wait(), self._every_seconds)
        self._hint.clear()
