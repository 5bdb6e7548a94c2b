"""Apps that do everything but keep it: what is granted is rolled back at its end, so that the next request finds the same state."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.database.transaction import Database, Transaction
from shared.kernel.actors import Actor


class Rehearsing(Database):
    """A database whose units of work, granted, write even their outbox, and then undo it all. A refused one goes its usual way."""

    def __init__(self, real: Database) -> None:
        self.engine, self.service, self.vault = real.engine, real.service, real.vault
        self.wake_relay = lambda: None
        self.granted = 0

    @asynccontextmanager
    async def unopened(self, actor: Actor, *, request_id: str = "") -> AsyncIterator[Transaction]:
        async with super().unopened(actor, request_id=request_id) as tx:
            yield tx
            if tx._connection is not None:
                self.granted += 1
                if tx.published:
                    await tx._write_outbox()
                await tx._connection.rollback()
                tx.published.clear()
