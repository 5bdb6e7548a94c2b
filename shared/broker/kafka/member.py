"""One member of a group: what it takes, commits and gives back.

What is done is committed soon, not at once: waiting for Kafka after every batch would hold up the next one. A member that dies in between
is given those messages again, or another is, which is harmless; one that leaves or has to give a partition up commits first.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener

from shared.broker import Batch
from shared.broker.kafka.clients import Clients
from shared.broker.kafka.guards import own
from shared.broker.kafka.records import as_message, empty_record

_COMMIT_SECONDS = 1.0  # shorter than any broker's restart: an offset of the old log must not reach one that came back empty
_COMMIT_EVERY_SECONDS = 0.2
_REVOKE_SECONDS = 8.0  # below the session's 10 s, within which a member has to join again
_STALLED_SECONDS = 30.0

_log = structlog.get_logger()


class Member(ConsumerRebalanceListener):
    """One consumer of a group, from its joining to its first trouble."""

    def __init__(self, clients: Clients, topics: Sequence[str], *, group: str, name: str, one_by_one: bool) -> None:
        self._clients = clients
        self._one_by_one = one_by_one
        self._settled = asyncio.Event()
        self._settled.set()
        self._again: Callable[[], None] | None = None
        self._done: dict[TopicPartition, int] = {}
        self._something_done = asyncio.Event()
        self._committing: asyncio.Task[None] | None = None
        self._fresh_at = time.time()
        self._left = False
        self._consumer = _consumer(clients.bootstrap, group, name)
        self._consumer.subscribe(list(topics), listener=self)

    async def join(self) -> None:
        async with asyncio.timeout(_STALLED_SECONDS):
            await self._clients.start(self._consumer)
        self._committing = asyncio.create_task(self._commit_now_and_then())

    async def take(self, limit: int) -> Batch | None:
        """Wait a second for messages.

        :raises UnicodeDecodeError: a header's name is not text; one by one, that message is found and taken for an empty one.
        :raises _Stalled: nothing was asked of Kafka for half a minute.
        :raises TimeoutError: no assignment came for half a minute.
        """
        async with asyncio.timeout(_STALLED_SECONDS):
            records = await own(self._take_one() if self._one_by_one else self._consumer.getmany(timeout_ms=1000, max_records=limit))
        if not records:
            self._check_that_kafka_is_asked()
            return None
        self._fresh_at = time.time()
        return self._batch(records)

    def take_back_unsettled(self) -> None:
        if not self._settled.is_set() and self._again:
            self._again()

    async def commit(self) -> None:
        """Commit what is done and still ours. A commit that fails is let be: those messages come again, which is harmless."""
        done, self._done = self._done, {}
        ours = {partition: done[partition] for partition in self._still_ours(done)}
        if not ours:
            return
        try:
            async with asyncio.timeout(_COMMIT_SECONDS):
                await own(self._consumer.commit(ours))
        except Exception as trouble:  # whatever it is, the next commit may do better, and nothing may end this task
            _log.warning("kafka_commit_failed", error=type(trouble).__name__, partitions=len(ours))

    def leave(self, *, goodbye: bool) -> asyncio.Task[None]:
        """Wait for no batch any more, commit none, and end in the background."""
        self._left = True
        if self._committing:
            self._committing.cancel()
        self._settled.set()
        return self._clients.end(self._consumer, leaving=goodbye)

    # aiokafka takes coroutines here, though its base class does not say so.
    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Let the present batch be finished and committed before the group shares out anew."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), _REVOKE_SECONDS - _COMMIT_SECONDS)
        await self.commit()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._done.clear()
        self._fresh_at = time.time()

    async def _take_one(self) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        """Take one message, until the one is found that aiokafka cannot read; it would bar its partition for ever."""
        for partition in self._consumer.assignment():
            try:
                if records := await self._consumer.getmany(partition, timeout_ms=200, max_records=1):
                    return records
            except UnicodeDecodeError:
                self._one_by_one = False
                offset = await self._consumer.position(partition)
                self._consumer.seek(partition, offset + 1)
                _log.error("kafka_message_unreadable", topic=partition.topic, partition=partition.partition, offset=offset)
                return {partition: [empty_record(partition, offset)]}
        self._one_by_one = False
        return {}

    def _batch(self, records: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> Batch:
        first = {partition: some[0].offset for partition, some in records.items()}
        past = {partition: some[-1].offset + 1 for partition, some in records.items()}
        self._settled.clear()

        async def done() -> None:
            self._done.update({partition: past[partition] for partition in self._still_ours(past)})
            self._something_done.set()
            self._settled.set()

        def seek_back() -> None:
            for partition in self._still_ours(first):
                self._consumer.seek(partition, first[partition])
            self._settled.set()

        async def again() -> None:
            seek_back()

        self._again = seek_back
        return Batch(messages=[as_message(record) for some in records.values() for record in some], done=done, again=again)

    async def _commit_now_and_then(self) -> None:
        while True:
            await self._something_done.wait()
            self._something_done.clear()
            await self.commit()
            await asyncio.sleep(_COMMIT_EVERY_SECONDS)

    def _still_ours(self, partitions: Mapping[TopicPartition, int]) -> Sequence[TopicPartition]:
        """One partition that is no longer ours would have the whole commit refused."""
        assigned = () if self._left else self._consumer.assignment()
        return [partition for partition in partitions if partition in assigned]

    def _check_that_kafka_is_asked(self) -> None:
        polled = [self._consumer.last_poll_timestamp(partition) or 0 for partition in self._consumer.assignment()]
        fresh_at = max(self._fresh_at, min(polled, default=0) / 1000)
        if polled and time.time() - fresh_at > _STALLED_SECONDS:
            raise _Stalled


class _Stalled(Exception):
    """A partition has not been asked about for too long."""


def _consumer(bootstrap: str, group: str, name: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        group_instance_id=name,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=10000,
        heartbeat_interval_ms=2000,
        request_timeout_ms=15000,
        max_poll_interval_ms=60000,
        metadata_max_age_ms=5000,
        fetch_max_wait_ms=500,
    )
