"""The watch: a look at Kafka every three seconds, which keeps the topics in being and notices what was lost."""

import asyncio

import structlog

from shared.broker.kafka.amnesia import Seen
from shared.broker.kafka.clients import QUESTION_SECONDS, Clients
from shared.broker.kafka.guards import LEAVE_SECONDS, own
from shared.broker.kafka.topics import Topics

_WATCH_SECONDS = 3.0

_log = structlog.get_logger()


class Watch:
    def __init__(self, clients: Clients, topics: Topics, seen: Seen) -> None:
        self._clients = clients
        self._topics = topics
        self._seen = seen
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Watch from now on, if not already."""
        if self._watching is None and not self._clients.closing.is_set():
            self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._watching:
            self._watching.cancel()
            await asyncio.wait({self._watching}, timeout=LEAVE_SECONDS)

    async def _watch(self) -> None:
        away = False
        while not self._clients.closing.is_set():
            try:
                async with asyncio.timeout(QUESTION_SECONDS):
                    await own(self._look())
            except Exception as trouble:
                if not away:
                    _log.warning("kafka_away", error=type(trouble).__name__)
                away = True
            else:
                if away:
                    _log.info("kafka_back")
                away = False
            await self._clients.rest(_WATCH_SECONDS)

    async def _look(self) -> None:
        await self._topics.ensure_if_allowed(self._topics.wanted)
        # What is acknowledged from here on may lie beyond the ends that Kafka is about to name.
        amnesias, before = self._seen.amnesias, self._seen.snapshot()
        async with self._clients.admin() as admin:
            cluster = (await admin.describe_cluster())["cluster_id"]
            bounds = await self._topics.bounds(admin, self._topics.wanted)
        if self._seen.amnesias == amnesias:
            self._seen.look(cluster, {partition: end for partition, (_, end) in bounds.items()}, before)
