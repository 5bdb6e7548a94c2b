"""The clients of aiokafka: how each is started and ended, and who is still ending."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from shared.broker.kafka.guards import Client, Interrupted, end_client

QUESTION_SECONDS = 8.0
_QUESTION_REQUEST_MS = 3000
_CLOSE_SECONDS = 25.0

_log = structlog.get_logger()


class Clients:
    """All clients of one broker. Once `closing` is set, none starts any more."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.closing = asyncio.Event()
        self.rebuilds = 0
        self._ending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def admin(self) -> AsyncGenerator[AIOKafkaAdminClient]:
        """Open a line for one question: it cannot be stale."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=_QUESTION_REQUEST_MS)
        await self.start(admin)
        try:
            yield admin
        finally:
            self.end(admin)

    @asynccontextmanager
    async def reader(self) -> AsyncGenerator[AIOKafkaConsumer]:
        reader = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, group_id=None, request_timeout_ms=_QUESTION_REQUEST_MS)
        await self.start(reader)
        try:
            yield reader
        finally:
            self.end(reader)

    async def start(self, client: Client) -> None:
        """Start a client in a task of its own: cancelled while connecting, it would leave the connection open.

        :raises _Closed: the broker was closed meanwhile.
        :raises Interrupted: the client cancelled itself.
        """
        starting, closing = asyncio.create_task(client.start()), asyncio.create_task(self.closing.wait())
        try:
            await asyncio.wait({starting, closing}, return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                raise _Closed
            if starting.cancelled():
                raise Interrupted
            starting.result()
        except BaseException:
            self.end(client, starting)
            raise
        finally:
            closing.cancel()

    def end(self, client: Client, starting: asyncio.Task[None] | None = None, *, leaving: bool = False) -> asyncio.Task[None]:
        """End a client in the background, where `wait_until_ended` finds what is still ending."""
        task = asyncio.create_task(end_client(client, starting, leaving=leaving))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task

    async def wait_until_ended(self) -> None:
        """Wait for all that is still ending, and cancel what is late."""
        if self._ending:
            _, late = await asyncio.wait(self._ending, timeout=_CLOSE_SECONDS)
            for task in late:
                task.cancel()

    def note_rebuild(self, event: str, trouble: Exception, **more: object) -> None:
        """Count and log that a client has to be built anew. Only the kind of trouble: an error's text could quote a message."""
        self.rebuilds += 1
        _log.warning(event, error=type(trouble).__name__, **more)

    async def rest(self, seconds: float) -> None:
        """Pause, unless the broker is closed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)


class _Closed(Exception):
    """The broker was closed."""
