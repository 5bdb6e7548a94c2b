"""The unit of work.

Promises: rows and published states commit together or not at all; every statement sees only the actor's area;
`now` is one moment for the whole act.
Does not promise: that a published state arrives. The outbox keeps it, the relay sends it, the reconciler repairs.
Not for work that takes long or reaches beyond one county: that is a job for each county.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, CursorResult, Executable, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.database.base import Table
from shared.database.privacy import Vault
from shared.database.rows import as_columns, insertion, table_of
from shared.events import State, pack
from shared.kernel.actors import Actor
from shared.kernel.errors import Stale
from shared.kernel.ids import new_id

_SCOPE = text("SELECT now, real_now, epoch FROM scope(:lo, :hi, :department, :actor, :request_id)")
_OUTBOX = text("""
    INSERT INTO outbox (county_code, event_id, topic, key, type, entity_id, entity_version, epoch, headers, payload)
    SELECT * FROM unnest(CAST(:county_codes AS text[]), CAST(:event_ids AS uuid[]), CAST(:topics AS text[]), CAST(:keys AS text[]),
                         CAST(:types AS text[]), CAST(:entity_ids AS uuid[]), CAST(:entity_versions AS int[]), CAST(:epochs AS int[]),
                         :headers, CAST(:payloads AS bytea[]))
""").bindparams(bindparam("headers", type_=ARRAY(JSONB)))
_READ = text("SELECT record_read(:county_code, :relation, :id)")

T = TypeVar("T")
Connect = Callable[[], Awaitable[AsyncConnection]]


class Transaction:
    """One business act by one actor at one moment."""

    now: datetime  # business time, for everything that the law counts
    real_now: datetime  # database time, for tokens, claims and machines

    def __init__(self, connect: Connect, actor: Actor, *, service: str, vault: Vault, request_id: str) -> None:
        self._connect = connect
        self._connection: AsyncConnection | None = None
        self.actor = actor
        self.vault = vault
        self._service = service
        self._request_id = request_id
        self._epoch = 0
        self._known: dict[Hashable, Any] | None = {}
        self.published: list[State] = []

    @property
    def counties(self) -> list[str]:
        """The counties that this act may touch: every question names them, so that it finds its shard and its index."""
        return list(self.actor.scope.counties)

    async def execute(self, statement: Executable, rows: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None) -> CursorResult[Any]:
        if self._connection is None:
            raise RuntimeError("the transaction has not begun")
        return await self._connection.execute(statement, rows)

    async def change(self, statement: Executable, values: Mapping[str, Any]) -> int:
        """Change the one row that is still as the caller saw it, and give its new version.

        :raises Stale: somebody changed it.
        """
        version = (await self.execute(statement, values)).scalar_one_or_none()
        if version is None:
            raise Stale("header.if-match")
        return version

    async def insert(self, kind: type[Table], rows: Sequence[Mapping[str, Any]], *, skip_existing: bool = False) -> int:
        """Keep rows with one statement, however many; say how many were new."""
        if not rows:
            return 0
        columns = tuple(rows[0])
        kept = await self.execute(insertion(table_of(kind), columns, skip_existing=skip_existing), as_columns(rows, columns))
        return kept.rowcount

    async def copy(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Keep many rows by COPY, which no table with a policy takes: for stages that only a worker may touch."""
        if self._connection is None:
            raise RuntimeError("the transaction has not begun")
        driver = (await self._connection.get_raw_connection()).driver_connection
        await driver.copy_records_to_table(table, columns=columns, records=rows)  # pyright: ignore[reportOptionalMemberAccess]

    async def once(self, what: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask once for what stays the same for the whole act, as the law does that is in force at its moment."""
        if self._known is None:
            return await ask()
        if what not in self._known:
            self._known[what] = await ask()
        return self._known[what]

    def forget(self) -> None:
        """Ask for everything anew from now on, for this act itself changes what was asked once."""
        self._known = None

    def publish(self, *states: State) -> None:
        """Announce states when, and only when, this act commits."""
        self.published.extend(states)

    async def note_read(self, relation: str, county_code: str, id: UUID) -> None:
        """Leave in the audit that this actor read what is personal."""
        await self.execute(_READ, {"county_code": county_code, "relation": relation, "id": id})

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo what is inside, rows and announcements, if it fails; the rest of the act goes on."""
        if self._connection is None:
            raise RuntimeError("the transaction has not begun")
        announced = len(self.published)
        try:
            async with self._connection.begin_nested():
                yield
        except BaseException:
            del self.published[announced:]
            raise

    async def begin(self) -> None:
        """Take a connection, enter the actor's scope and read the business clock: one round trip.

        A caller that leaves meanwhile, however often it says so, is waited for: a connection whose scope is half set must not go back to the pool.
        """
        self._connection = await self._connect()
        entering = asyncio.ensure_future(self._enter_scope())
        try:
            await asyncio.shield(entering)
        except asyncio.CancelledError:
            while not entering.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([entering])
            raise

    async def commit(self) -> bool:
        """Write what was published as the last statement, and commit; say whether there is something to relay."""
        if self._connection is None:
            return False
        if self.published:
            await self._write_outbox()
        await self._connection.commit()
        return bool(self.published)

    async def _enter_scope(self) -> None:
        scope = self.actor.scope
        entered = {"lo": scope.lo, "hi": scope.hi, "department": scope.department, "actor": self.actor.id, "request_id": self._request_id}
        answer = await self.execute(_SCOPE, entered)
        row = answer.one()
        self.now, self.real_now, self._epoch = row.now, row.real_now, row.epoch

    async def _write_outbox(self) -> None:
        ids = [new_id() for _ in self.published]
        messages = [pack(state, event_id=id, source=self._service, epoch=self._epoch) for state, id in zip(self.published, ids, strict=True)]
        columns = {
            "county_codes": [state.county_code for state in self.published],
            "event_ids": ids,
            "topics": [message.topic for message in messages],
            "keys": [message.key for message in messages],
            "types": [state.name for state in self.published],
            "entity_ids": [state.id for state in self.published],
            "entity_versions": [state.version for state in self.published],
            "epochs": [self._epoch] * len(ids),
            "headers": [message.headers for message in messages],
            "payloads": [message.value for message in messages],
        }
        await self.execute(_OUTBOX, columns)


class Database:
    """The pool of one service under one login role, and the way to begin a unit of work."""

    def __init__(self, url: str, *, service: str, vault: Vault, pool_size: int = 8) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            hide_parameters=True,  # an error must not carry row values into a log
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args={"timeout": 5, "prepared_statement_cache_size": 500, "server_settings": {"application_name": service}},
        )
        self.service = service
        self.vault = vault
        self.wake_relay: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def transaction(self, actor: Actor, *, request_id: str = "") -> AsyncIterator[Transaction]:
        """Begin at once, commit at the end, roll back on any exception."""
        async with self.unopened(actor, request_id=request_id) as tx:
            await tx.begin()
            yield tx

    @asynccontextmanager
    async def unopened(self, actor: Actor, *, request_id: str = "") -> AsyncIterator[Transaction]:
        """The same, for a door that begins it after the request proved valid."""
        async with AsyncExitStack() as stack:
            connect = partial(stack.enter_async_context, self.engine.connect())
            tx = Transaction(connect, actor, service=self.service, vault=self.vault, request_id=request_id)
            yield tx
            to_relay = await tx.commit()
        if to_relay:
            self.wake_relay()

    async def close(self) -> None:
        await self.engine.dispose()
