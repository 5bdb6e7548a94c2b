"""Apache Kafka behind the broker port.

Promises: a message is called kept only after Kafka acknowledged it (`acks=all`); a batch that was not `done` is delivered
again, to this member or to another; trouble with Kafka is waited out with everything built anew; every wait has an end.

Does not promise: order, or single delivery. A message that was not kept may be delivered all the same, for example when
only its acknowledgement was lost. Nor does it bring back what Kafka itself has lost: it counts such losses in `amnesias`
and calls `on_amnesia`, whereupon the owner announces again. It notices only what happens while it lives, by three signs:
another cluster id, an end offset below one seen before, a topic that had to be made again. What was lost before its start,
or what grew beyond its former end within a few seconds, the daily reconciliation finds.

Not for messages that must come in order or once: a listener needs the version gate.
"""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, TypeVar
from uuid import uuid4

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, UnknownTopicOrPartitionError

from shared.broker import Batch
from shared.events import TOPICS, Message

_ROUND_SECONDS = 8.0
_QUESTION_SECONDS = 8.0
_QUESTION_REQUEST_MS = 3000
_COMMIT_SECONDS = 5.0
_REVOKE_SECONDS = 8.0  # below the session's 10 s, within which a member has to join again
_STALLED_SECONDS = 30.0
_STOP_SECONDS = 10.0
_LEAVE_SECONDS = 2.0
_CLOSE_SECONDS = 25.0
_WATCH_SECONDS = 3.0
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
_HEALTHY_SECONDS = 30.0
_RETENTION_MS = 30 * 24 * 60 * 60 * 1000
_TOPIC_IS_THERE = (0, 36)  # just made; existed already

_CHATTY = (
    "aiokafka",
    "aiokafka.conn",
    "aiokafka.consumer.consumer",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.producer.producer",
    "aiokafka.producer.sender",
)

_log = structlog.get_logger()

T = TypeVar("T")

_Client = AIOKafkaProducer | AIOKafkaConsumer | AIOKafkaAdminClient


class TopicRefused(Exception):
    """Kafka refused to make a topic; the text names the topic and Kafka's code."""


class KafkaBroker:
    """The port on Kafka. It belongs to one event loop and connects at first use.

    `member` names this process within its groups: a process that comes back under its name has its partitions again within
    a second, and keeps them from others for ten. No two live processes may share a name. Without one a name is made up,
    and such a member says goodbye when it ends, so that others take over at once.

    `on_amnesia` is called on the event loop and must neither wait nor raise: set an event there.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        member: str | None = None,
        topics: Sequence[str] = TOPICS,
        partitions: int = 12,
        replication: int = 1,
        on_amnesia: Callable[[], None] | None = None,
    ) -> None:
        _calm_the_logs()
        self.rebuilds = 0
        self.amnesias = 0
        self._bootstrap = bootstrap
        self._named = member is not None
        self._name = member or uuid4().hex
        self._topics = tuple(topics)
        self._partitions = partitions
        self._replication = replication
        self._on_amnesia = on_amnesia
        self._refused = ""
        self._seen = _Seen()
        self._producer: AIOKafkaProducer | None = None
        self._building = asyncio.Lock()
        self._members: set[_Member] = set()
        self._places: set[tuple[str, int]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def publish(self, messages: Sequence[Message]) -> Sequence[bool]:
        """Send in one round of at most eight seconds. After a failure the next round has a new producer."""
        kept: set[int] = set()
        if messages and not self._closing.is_set():
            self._watch_from_now()
            producer = None
            try:
                async with asyncio.timeout(_ROUND_SECONDS):
                    producer = await self._ready_producer()
                    await self._send_all(producer, messages, kept)
            except Exception as trouble:  # whatever it was: what is not kept is sent again
                self._discard(producer)
                self._note("kafka_round_failed", trouble, unkept=len(messages) - len(kept))
        return [place in kept for place in range(len(messages))]

    async def batches(self, topics: Sequence[str], *, group: str, limit: int = 200) -> AsyncGenerator[Batch, None]:
        """Deliver as one member of a group. A batch that is neither `done` nor `again` when the next is asked for comes again.

        Finish a batch within 15 seconds: after 60 the group goes on without this member.
        """
        self._topics = tuple(dict.fromkeys((*self._topics, *topics)))
        self._watch_from_now()
        pause, one_by_one = _FIRST_PAUSE_SECONDS, False
        with self._place(group) as name:
            while not self._closing.is_set():
                member = _Member(self._consumer(group_id=group, group_instance_id=name), topics, one_by_one=one_by_one)
                joined, leaving = time.monotonic(), True
                try:
                    await self._join(member, topics)
                    while not self._closing.is_set():
                        if batch := await member.take(limit):
                            yield batch
                            member.take_back_unsettled()
                except Exception as trouble:
                    leaving, one_by_one = False, isinstance(trouble, UnicodeDecodeError)
                    self._note("kafka_consumer_trouble", trouble, group=group)
                finally:
                    await self._part_with(member, leaving=leaving and not self._named)
                if time.monotonic() - joined > _HEALTHY_SECONDS:
                    pause = _FIRST_PAUSE_SECONDS
                await self._rest(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def lag(self, topics: Sequence[str], *, group: str) -> int | None:
        try:
            async with asyncio.timeout(_QUESTION_SECONDS), self._admin() as admin:
                bounds = await _own(self._bounds(admin, topics))
                committed = await _own(admin.list_consumer_group_offsets(group))
        except Exception:
            return None
        handled = {partition: at.offset for partition, at in committed.items()}
        return sum(max(0, end - max(first, handled.get(partition, first))) for partition, (first, end) in bounds.items())

    async def alive(self) -> bool:
        try:
            async with asyncio.timeout(_QUESTION_SECONDS), self._admin() as admin:
                await _own(admin.describe_cluster())
        except Exception:
            return False
        return True

    async def close(self) -> None:
        """End everything that this broker started, within half a minute even while Kafka is away."""
        self._closing.set()
        if self._watching:
            self._watching.cancel()
            await asyncio.wait({self._watching}, timeout=_LEAVE_SECONDS)
        self._discard(self._producer)
        for member in self._members:
            member.let_go()
            self._end(member.consumer, leaving=not self._named)
        if self._ending:
            _, late = await asyncio.wait(self._ending, timeout=_CLOSE_SECONDS)
            for task in late:
                task.cancel()

    async def ensure_topics(self, topics: Sequence[str] | None = None) -> Sequence[str]:
        """Make those topics that are absent, and name them. What exists is left as it is, its number of partitions too.

        :raises TopicRefused: Kafka does not let us make one of them.
        """
        wanted = tuple(dict.fromkeys(self._topics if topics is None else topics))
        async with self._admin() as admin:
            answer = await admin.create_topics([self._new_topic(topic) for topic in wanted])
        codes: dict[str, int] = {each[0]: each[1] for each in answer.topic_errors}  # pyright: ignore[reportAttributeAccessIssue] of its base
        made = [topic for topic, code in codes.items() if code == 0]
        if self._seen.made(made):
            self._forgotten("topic_made_again")
        refused = {topic: code for topic, code in codes.items() if code not in _TOPIC_IS_THERE}
        if refused:
            raise TopicRefused(", ".join(f"{topic}: code {code}" for topic, code in refused.items()))
        return made

    def _new_topic(self, topic: str) -> NewTopic:
        in_sync = max(1, self._replication - 1)
        settings = {"retention.ms": str(_RETENTION_MS), "min.insync.replicas": str(in_sync)}
        return NewTopic(topic, num_partitions=self._partitions, replication_factor=self._replication, topic_configs=settings)

    async def _ensure_topics_if_allowed(self, topics: Sequence[str]) -> None:
        """Where we may not make topics, somebody else has made them."""
        try:
            await self.ensure_topics(topics)
        except TopicRefused as refused:
            if str(refused) != self._refused:
                self._refused = str(refused)
                _log.warning("kafka_topic_refused", reason=self._refused)

    # Sending

    async def _ready_producer(self) -> AIOKafkaProducer:
        async with self._building:
            if self._producer is None:
                await self._ensure_topics_if_allowed(self._topics)
                # Plain: an idempotent producer never gives up while the broker is away, and poisons a partition after a refusal.
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._bootstrap, acks="all", enable_idempotence=False, linger_ms=0, request_timeout_ms=5000
                )
                await self._start(producer)
                self._producer = producer
            return self._producer

    async def _send_all(self, producer: AIOKafkaProducer, messages: Sequence[Message], kept: set[int]) -> None:
        """Send at once and await all acknowledgements; a message at fault itself is no fault of the producer."""
        sends = (self._send(producer, message, place, kept) for place, message in enumerate(messages))
        for message, outcome in zip(messages, await asyncio.gather(*sends, return_exceptions=True), strict=True):
            if isinstance(outcome, MessageSizeTooLargeError | UnicodeError):
                _log.error("kafka_message_refused", topic=message.topic, error=type(outcome).__name__)
            elif isinstance(outcome, BaseException):
                raise outcome if isinstance(outcome, Exception) else _Interrupted

    async def _send(self, producer: AIOKafkaProducer, message: Message, place: int, kept: set[int]) -> None:
        headers = [(name, value.encode()) for name, value in message.headers.items()]
        acknowledged = await (await producer.send(message.topic, message.value, key=message.key.encode(), headers=headers))
        kept.add(place)
        self._seen.end(acknowledged.topic_partition, acknowledged.offset + 1)

    def _discard(self, producer: AIOKafkaProducer | None) -> None:
        """End a producer, unless another round did so already."""
        if producer and producer is self._producer:
            self._producer = None
            self._end(producer)

    # Receiving

    def _consumer(self, *, group_id: str, group_instance_id: str) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=group_id,
            group_instance_id=group_instance_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=10000,
            heartbeat_interval_ms=2000,
            request_timeout_ms=15000,
            max_poll_interval_ms=60000,
            metadata_max_age_ms=5000,
            fetch_max_wait_ms=500,
        )

    @contextmanager
    def _place(self, group: str) -> Iterator[str]:
        """Lend a name that no other live member of the group has."""
        place = next((group, number) for number in itertools.count() if (group, number) not in self._places)
        self._places.add(place)
        try:
            yield f"{self._name}-{place[1]}"
        finally:
            self._places.discard(place)

    async def _join(self, member: "_Member", topics: Sequence[str]) -> None:
        async with asyncio.timeout(_QUESTION_SECONDS):
            await self._ensure_topics_if_allowed(topics)
        async with asyncio.timeout(_STALLED_SECONDS):
            await self._start(member.consumer)
        self._members.add(member)

    async def _part_with(self, member: "_Member", *, leaving: bool) -> None:
        self._members.discard(member)
        member.let_go()
        await asyncio.wait({self._end(member.consumer, leaving=leaving)}, timeout=_LEAVE_SECONDS)

    # Watching

    def _watch_from_now(self) -> None:
        if self._watching is None and not self._closing.is_set():
            self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        """Keep the topics in being, and notice when Kafka has forgotten."""
        away = False
        while not self._closing.is_set():
            try:
                async with asyncio.timeout(_QUESTION_SECONDS):
                    await _own(self._look())
            except Exception as trouble:
                if not away:
                    _log.warning("kafka_away", error=type(trouble).__name__)
                away = True
            else:
                if away:
                    _log.info("kafka_back")
                away = False
            await self._rest(_WATCH_SECONDS)

    async def _look(self) -> None:
        await self._ensure_topics_if_allowed(self._topics)
        # What is acknowledged from here on may lie beyond the ends that Kafka is about to name.
        amnesias, before = self.amnesias, self._seen.snapshot()
        async with self._admin() as admin:
            cluster = (await admin.describe_cluster())["cluster_id"]
            bounds = await self._bounds(admin, self._topics)
        if self.amnesias == amnesias and (sign := self._seen.look(cluster, {each: end for each, (_, end) in bounds.items()}, before)):
            self._forgotten(sign)

    def _forgotten(self, sign: str) -> None:
        self.amnesias += 1
        _log.warning("kafka_has_forgotten", sign=sign)
        if self._on_amnesia:
            self._on_amnesia()

    async def _bounds(self, admin: AIOKafkaAdminClient, topics: Sequence[str]) -> dict[TopicPartition, tuple[int, int]]:
        """Name the first and the end offset of every partition.

        :raises UnknownTopicOrPartitionError: a topic is absent.
        """
        described = await admin.describe_topics(list(topics))
        if any(topic["error_code"] for topic in described):
            raise UnknownTopicOrPartitionError
        partitions = [TopicPartition(topic["topic"], each["partition"]) for topic in described for each in topic["partitions"]]
        async with self._reader() as reader:
            firsts, ends = await reader.beginning_offsets(partitions), await reader.end_offsets(partitions)
        return {partition: (firsts[partition], ends[partition]) for partition in partitions}

    @asynccontextmanager
    async def _admin(self) -> AsyncGenerator[AIOKafkaAdminClient]:
        """Open a line for one question: it cannot be stale."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=_QUESTION_REQUEST_MS)
        await self._start(admin)
        try:
            yield admin
        finally:
            self._end(admin)

    @asynccontextmanager
    async def _reader(self) -> AsyncGenerator[AIOKafkaConsumer]:
        reader = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, group_id=None, request_timeout_ms=_QUESTION_REQUEST_MS)
        await self._start(reader)
        try:
            yield reader
        finally:
            self._end(reader)

    # Starting and ending clients

    async def _start(self, client: _Client) -> None:
        """Start a client in a task of its own: cancelled while connecting, it would leave the connection open.

        :raises _Closed: the broker was closed meanwhile.
        :raises _Interrupted: the client cancelled itself.
        """
        starting, closing = asyncio.create_task(client.start()), asyncio.create_task(self._closing.wait())
        try:
            await asyncio.wait({starting, closing}, return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                raise _Closed
            if starting.cancelled():
                raise _Interrupted
            starting.result()
        except BaseException:
            self._end(client, starting)
            raise
        finally:
            closing.cancel()

    def _end(self, client: _Client, starting: asyncio.Task[None] | None = None, *, leaving: bool = False) -> asyncio.Task[None]:
        """End a client in the background, where `close` finds what is still ending."""
        task = asyncio.create_task(_end(client, starting, leaving=leaving))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task

    def _note(self, event: str, trouble: Exception, **more: object) -> None:
        """Only the kind of trouble: an error's text could quote a message."""
        self.rebuilds += 1
        _log.warning(event, error=type(trouble).__name__, **more)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)


class _Closed(Exception):
    """The broker was closed."""


class _Interrupted(Exception):
    """aiokafka cancelled something of its own."""


class _Stalled(Exception):
    """A partition has not been asked about for too long."""


class _Member(ConsumerRebalanceListener):
    """One consumer of a group, from its joining to its first trouble."""

    def __init__(self, consumer: AIOKafkaConsumer, topics: Sequence[str], *, one_by_one: bool) -> None:
        self.consumer = consumer
        self._one_by_one = one_by_one
        self._settled = asyncio.Event()
        self._settled.set()
        self._again: Callable[[], None] | None = None
        self._fresh_at = time.time()
        self._ended = False
        consumer.subscribe(list(topics), listener=self)

    async def take(self, limit: int) -> Batch | None:
        """Wait a second for messages.

        :raises UnicodeDecodeError: a header's name is not text; one by one, that message is found and taken for an empty one.
        :raises _Stalled: nothing was asked of Kafka for half a minute.
        :raises TimeoutError: no assignment came for half a minute.
        """
        async with asyncio.timeout(_STALLED_SECONDS):
            records = await _own(self._take_one() if self._one_by_one else self.consumer.getmany(timeout_ms=1000, max_records=limit))
        if not records:
            self._check_that_kafka_is_asked()
            return None
        self._fresh_at = time.time()
        return self._batch(records)

    async def _take_one(self) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        """Take one message, until the one is found that aiokafka cannot read; it would bar its partition for ever."""
        for partition in self.consumer.assignment():
            try:
                if records := await self.consumer.getmany(partition, timeout_ms=200, max_records=1):
                    return records
            except UnicodeDecodeError:
                self._one_by_one = False
                offset = await self.consumer.position(partition)
                self.consumer.seek(partition, offset + 1)
                _log.error("kafka_message_unreadable", topic=partition.topic, partition=partition.partition, offset=offset)
                return {partition: [_empty(partition, offset)]}
        self._one_by_one = False
        return {}

    def take_back_unsettled(self) -> None:
        if not self._settled.is_set() and self._again:
            self._again()

    def let_go(self) -> None:
        """Wait for no batch any more, and commit none."""
        self._ended = True
        self._settled.set()

    # aiokafka takes coroutines here, though its base class does not say so.
    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Let the present batch be finished and committed before the group shares out anew."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), _REVOKE_SECONDS)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._fresh_at = time.time()

    def _batch(self, records: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> Batch:
        first = {partition: some[0].offset for partition, some in records.items()}
        past = {partition: some[-1].offset + 1 for partition, some in records.items()}
        self._settled.clear()

        async def done() -> None:
            await self._commit(past)
            self._settled.set()

        def seek_back() -> None:
            for partition in self._still_ours(first):
                self.consumer.seek(partition, first[partition])
            self._settled.set()

        async def again() -> None:
            seek_back()

        self._again = seek_back
        return Batch(messages=[_message(record) for some in records.values() for record in some], done=done, again=again)

    async def _commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit what is still ours. A commit that fails is let be: those messages come again, which is harmless."""
        ours = {partition: offsets[partition] for partition in self._still_ours(offsets)}
        if not ours:
            return
        try:
            async with asyncio.timeout(_COMMIT_SECONDS):
                await _own(self.consumer.commit(ours))
        except (KafkaError, TimeoutError, _Interrupted) as trouble:
            _log.warning("kafka_commit_failed", error=type(trouble).__name__, partitions=len(ours))

    def _still_ours(self, partitions: Mapping[TopicPartition, int]) -> Sequence[TopicPartition]:
        """One partition that is no longer ours would have the whole commit refused."""
        assigned = () if self._ended else self.consumer.assignment()
        return [partition for partition in partitions if partition in assigned]

    def _check_that_kafka_is_asked(self) -> None:
        polled = [self.consumer.last_poll_timestamp(partition) or 0 for partition in self.consumer.assignment()]
        fresh_at = max(self._fresh_at, min(polled, default=0) / 1000)
        if polled and time.time() - fresh_at > _STALLED_SECONDS:
            raise _Stalled


class _Seen:
    """What Kafka has shown so far, to notice when it has forgotten."""

    def __init__(self) -> None:
        self._cluster: str | None = None
        self._ends: dict[TopicPartition, int] = {}
        self._topics: set[str] = set()

    def snapshot(self) -> Mapping[TopicPartition, int]:
        return dict(self._ends)

    def end(self, partition: TopicPartition, end: int) -> None:
        self._topics.add(partition.topic)
        self._ends[partition] = max(end, self._ends.get(partition, 0))

    def made(self, topics: Sequence[str]) -> bool:
        """Say whether one of these topics, just made, had been there before."""
        again = not self._topics.isdisjoint(topics)
        if again:
            self._ends.clear()
        return again

    def look(self, cluster: str, ends: Mapping[TopicPartition, int], before: Mapping[TopicPartition, int]) -> str | None:
        """Name the sign of a loss since `before`, if there is one, and go on from here."""
        sign = None
        if self._cluster not in (None, cluster):
            sign = "another_cluster"
        elif any(end < before.get(partition, 0) for partition, end in ends.items()):
            sign = "end_moved_back"
        if sign:
            self._ends.clear()
        self._cluster = cluster
        for partition, end in ends.items():
            self.end(partition, end)
        return sign


async def _own(call: Coroutine[Any, Any, T]) -> T:
    """Await a call of aiokafka. A cancellation that is not ours must not end us: nobody would notice.

    :raises _Interrupted: aiokafka cancelled something of its own.
    """
    try:
        return await call
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        raise _Interrupted from None


async def _end(client: _Client, starting: asyncio.Task[None] | None, *, leaving: bool) -> None:
    """End a client whatever state it is in; while Kafka is away its own `stop` hangs or is cancelled from within."""
    if starting:
        if getattr(client, "_coordinator", None):
            starting.cancel()  # it is past connecting, and waits for its group
        await _within(starting, _STOP_SECONDS)
    if leaving and (coordinator := getattr(client, "_coordinator", None)):
        coordinator._group_instance_id = None  # else it would not say goodbye
    stop = client.close if isinstance(client, AIOKafkaAdminClient) else client.stop
    if not await _within(asyncio.create_task(stop()), _STOP_SECONDS):
        await _end_parts(client)


async def _end_parts(client: _Client) -> None:
    """End what a broken `stop` left: the tasks first, then the connections."""
    coordinator = getattr(client, "_coordinator", None)
    for name in ("_coordination_task", "_heartbeat_task", "_commit_refresh_task"):
        if task := getattr(coordinator, name, None):
            task.cancel()
    for part in (getattr(client, "_fetcher", None), getattr(client, "_client", None) or getattr(client, "client", None)):
        if part:
            await _within(asyncio.create_task(part.close()), _LEAVE_SECONDS)


async def _within(task: asyncio.Task[None], seconds: float) -> bool:
    """Wait for a task, cancel it when it is late, and say whether it ended well. Its end, good or bad, never is ours."""
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1)
    return task.done() and not task.cancelled() and task.exception() is None


def _calm_the_logs() -> None:
    """Silence aiokafka's several lines a second while Kafka is away, and its debug lines, which hold whole payloads; keep its tracebacks."""
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    for name in _CHATTY:
        logging.getLogger(name).addFilter(_has_traceback)


def _has_traceback(record: logging.LogRecord) -> bool:
    return bool(record.exc_info)


def _message(record: ConsumerRecord) -> Message:
    """Take a record as it is: what is absent or unreadable is for the listener to refuse."""
    headers = {name: _text(value) for name, value in record.headers}
    return Message(topic=record.topic, key=_text(record.key), headers=headers, value=record.value or b"")


def _empty(partition: TopicPartition, offset: int) -> ConsumerRecord:
    return ConsumerRecord(
        topic=partition.topic,
        partition=partition.partition,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=None,
        value=None,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=(),
    )


def _text(raw: bytes | None) -> str:
    return raw.decode(errors="replace") if raw else ""
