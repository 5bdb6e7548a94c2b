"""One contract for every broker behind the port, and what only Kafka can show: a server that dies, freezes or forgets."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from deploy.kafka import topics as topics_job
from deploy.kafka.local import LocalKafka
from shared.broker import Batch, Broker
from shared.broker.kafka import KafkaBroker, TopicRefused
from shared.broker.kafka.amnesia import Seen
from shared.broker.memory import MemoryBroker
from shared.events import TOPICS, Message

PATIENCE = 30.0

NewBroker = Callable[[], Broker]
NewKafkaBroker = Callable[..., KafkaBroker]


@pytest.fixture
def topic() -> str:
    return f"contract-{uuid4().hex[:12]}"


@pytest.fixture(params=["memory", "kafka"])
async def new_broker(request: pytest.FixtureRequest, topic: str) -> AsyncIterator[NewBroker]:
    """Make the broker of one more process. Processes share what is behind the port, which in memory is the broker itself."""
    if request.param == "memory":
        memory = MemoryBroker()
        yield lambda: memory
    else:
        async with several(request.getfixturevalue("kafka"), topic) as new:
            yield new


@pytest.fixture
async def new_kafka_broker(kafka: str, topic: str) -> AsyncIterator[NewKafkaBroker]:
    async with several(kafka, topic) as new:
        yield new


@pytest.fixture
async def server(own_kafka: LocalKafka) -> LocalKafka:
    """A Kafka that the test may kill."""
    await asyncio.to_thread(own_kafka.start)
    return own_kafka


@pytest.fixture
async def on_server(server: LocalKafka, topic: str) -> AsyncIterator[NewKafkaBroker]:
    async with several(server.bootstrap, topic) as new:
        yield new


@asynccontextmanager
async def several(bootstrap: str, topic: str) -> AsyncIterator[NewKafkaBroker]:
    brokers: list[KafkaBroker] = []

    def new(**options: object) -> KafkaBroker:
        brokers.append(KafkaBroker(bootstrap, topics=[topic], partitions=4, **options))  # pyright: ignore[reportArgumentType]
        return brokers[-1]

    yield new
    await asyncio.gather(*(broker.close() for broker in brokers))


def a_message(topic: str, value: str = "one", *, key: str = "household") -> Message:
    return Message(topic=topic, key=key, headers={"ce_type": "test.fact.v1"}, value=value.encode())


def some_messages(topic: str, count: int, name: str = "message") -> list[Message]:
    return [a_message(topic, f"{name} {number}", key=str(number)) for number in range(count)]


def values(messages: Sequence[Message]) -> set[str]:
    return {message.value.decode() for message in messages}


async def collect(broker: Broker, topic: str, count: int, *, group: str) -> list[Message]:
    """Handle batches until that many different messages have come."""
    arrived: list[Message] = []
    async with asyncio.timeout(PATIENCE), batches_of(broker, topic, group=group) as batches:
        async for batch in batches:
            arrived += batch.messages
            await batch.done()
            if len(values(arrived)) >= count:
                break
    return arrived


async def eventually(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            outcome = holds()
            if outcome if isinstance(outcome, bool) else await outcome:
                return
            await asyncio.sleep(0.05)


class Listening:
    """A listener in the background that keeps what it handled."""

    def __init__(self, broker: Broker, topic: str, *, group: str = "group") -> None:
        self.handled: list[str] = []
        self._task = asyncio.create_task(self._listen(broker, topic, group))

    async def _listen(self, broker: Broker, topic: str, group: str) -> None:
        async with batches_of(broker, topic, group=group, limit=5) as batches:
            async for batch in batches:
                self.handled += [message.value.decode() for message in batch.messages]
                await batch.done()

    async def __aenter__(self) -> "Listening":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait({self._task}, timeout=PATIENCE)
        assert self._task.done()


def batches_of(broker: Broker, topic: str, *, group: str, limit: int = 200) -> aclosing[AsyncGenerator[Batch, None]]:
    """Listen until the block ends, and then leave the group at once."""
    batches = broker.batches([topic], group=group, limit=limit)
    assert isinstance(batches, AsyncGenerator)
    return aclosing(batches)


async def first_batch(batches: AsyncIterator[Batch]) -> Batch:
    async with asyncio.timeout(PATIENCE):
        return await anext(batches)


# The contract


async def test_what_is_published_is_delivered_unchanged(new_broker: NewBroker, topic: str) -> None:
    message = Message(topic=topic, key="一户", headers={"ce_type": "test.fact.v1", "ce_source": "/监测"}, value="守底线\0".encode())

    assert await new_broker().publish([message]) == [True]

    assert await collect(new_broker(), topic, 1, group="group") == [message]


async def test_nothing_to_publish_is_nothing_kept(new_broker: NewBroker) -> None:
    assert await new_broker().publish([]) == []


async def test_messages_come_in_any_order_and_none_is_missing(new_broker: NewBroker, topic: str) -> None:
    messages = some_messages(topic, 500)

    assert await new_broker().publish(messages) == [True] * 500

    assert values(await collect(new_broker(), topic, 500, group="group")) == values(messages)


async def test_a_batch_is_never_larger_than_its_limit(new_broker: NewBroker, topic: str) -> None:
    broker = new_broker()
    await broker.publish(some_messages(topic, 50))

    async with batches_of(broker, topic, group="group", limit=7) as batches:
        batch = await first_batch(batches)

    assert 1 <= len(batch.messages) <= 7


async def test_every_group_gets_every_message(new_broker: NewBroker, topic: str) -> None:
    messages = some_messages(topic, 20)
    await new_broker().publish(messages)

    one, other = await asyncio.gather(collect(new_broker(), topic, 20, group="one"), collect(new_broker(), topic, 20, group="other"))

    assert values(one) == values(other) == values(messages)


async def test_two_members_of_a_group_together_get_every_message(new_broker: NewBroker, topic: str) -> None:
    messages = some_messages(topic, 60)
    async with Listening(new_broker(), topic) as one, Listening(new_broker(), topic) as other:
        await new_broker().publish(messages)

        await eventually(lambda: values(messages) <= {*one.handled, *other.handled})


async def test_when_a_member_leaves_in_the_middle_of_a_batch_the_other_gets_it(new_broker: NewBroker, topic: str) -> None:
    messages = some_messages(topic, 40)
    publisher, leaver = new_broker(), new_broker()
    await publisher.publish(messages)

    async with batches_of(leaver, topic, group="group", limit=10) as batches:
        unfinished = await first_batch(batches)
        async with Listening(new_broker(), topic) as stayer:
            await asyncio.sleep(0.5)
            await batches.aclose()
            await eventually(lambda: values(messages) <= set(stayer.handled))

    assert unfinished.messages
    assert values(unfinished.messages) <= set(stayer.handled)


async def test_a_batch_that_was_not_done_is_delivered_to_the_next_member(new_broker: NewBroker, topic: str) -> None:
    await new_broker().publish([a_message(topic)])
    async with batches_of(new_broker(), topic, group="group") as batches:
        await first_batch(batches)

    assert values(await collect(new_broker(), topic, 1, group="group")) == {"one"}


async def test_a_batch_that_was_done_is_not_delivered_to_the_next_member(new_broker: NewBroker, topic: str) -> None:
    broker = new_broker()
    await broker.publish([a_message(topic, "handled")])
    await collect(broker, topic, 1, group="group")
    await broker.publish([a_message(topic, "new")])

    assert values(await collect(new_broker(), topic, 1, group="group")) == {"new"}


@pytest.mark.parametrize("settled", [True, False], ids=["again", "neither done nor again"])
async def test_a_batch_to_be_had_again_comes_again(new_broker: NewBroker, topic: str, settled: bool) -> None:
    broker = new_broker()
    messages = some_messages(topic, 30)
    await broker.publish(messages)
    arrived: list[Message] = []

    async with asyncio.timeout(PATIENCE), batches_of(broker, topic, group="group") as batches:
        first = await first_batch(batches)
        if settled:
            await first.again()
        async for batch in batches:
            arrived += batch.messages
            await batch.done()
            if len(values(arrived)) == 30:
                break

    assert values(first.messages) <= values(arrived) == values(messages)


async def test_lag_counts_what_a_group_has_yet_to_handle(new_broker: NewBroker, topic: str) -> None:
    broker = new_broker()
    await broker.publish(some_messages(topic, 10, "handled"))
    await collect(broker, topic, 10, group="group")

    await broker.publish(some_messages(topic, 5, "waiting"))

    assert await broker.lag([topic], group="group") == 5
    assert await broker.lag([topic], group="another group") == 15


async def test_a_broker_that_answers_is_alive(new_broker: NewBroker) -> None:
    assert await new_broker().alive() is True


async def test_a_listener_that_is_cancelled_ends_at_once(new_broker: NewBroker, topic: str) -> None:
    broker = new_broker()
    await broker.publish([a_message(topic)])
    listening = Listening(broker, topic)
    await eventually(lambda: bool(listening.handled))

    began = time.monotonic()
    async with listening:
        pass

    assert time.monotonic() - began < 2


# Kafka alone


async def test_a_message_that_is_too_large_is_not_kept_and_the_others_are(new_kafka_broker: NewKafkaBroker, topic: str) -> None:
    broker = new_kafka_broker()
    messages = [a_message(topic, "before"), a_message(topic, "x" * 2_000_000), a_message(topic, "after")]

    assert await broker.publish(messages) == [True, False, True]

    assert values(await collect(broker, topic, 2, group="group")) == {"before", "after"}
    assert await broker.publish([a_message(topic, "later")]) == [True]


async def test_a_message_that_nobody_can_read_is_delivered_to_be_refused(new_kafka_broker: NewKafkaBroker, kafka: str, topic: str) -> None:
    broker = new_kafka_broker()
    await broker.ensure_topics()
    async with AIOKafkaProducer(bootstrap_servers=kafka) as foreign:
        await foreign.send_and_wait(topic, b"no key", headers=[("ce_type", b"\xff\xfe"), ("ce_id", None)])
        await foreign.send_and_wait(topic, None, key=b"\xff")

    arrived = await collect(broker, topic, 2, group="group")

    assert sorted(arrived, key=lambda message: message.key) == [
        Message(topic=topic, key="", headers={"ce_type": "��", "ce_id": ""}, value=b"no key"),
        Message(topic=topic, key="�", headers={}, value=b""),
    ]


async def test_each_member_of_a_group_gets_its_share_and_no_message_twice(new_kafka_broker: NewKafkaBroker, topic: str) -> None:
    publisher = new_kafka_broker()
    async with Listening(new_kafka_broker(), topic) as one, Listening(new_kafka_broker(), topic) as other:

        async def both_take_part() -> bool:
            await publisher.publish(some_messages(topic, 10, "warm-up"))
            return bool(one.handled and other.handled)

        await eventually(both_take_part)
        messages = some_messages(topic, 60)
        await publisher.publish(messages)
        await eventually(lambda: values(messages) <= {*one.handled, *other.handled})

    times = Counter(value for value in (*one.handled, *other.handled) if value in values(messages))
    assert set(times.values()) == {1}


async def test_a_header_whose_name_is_no_text_bars_no_partition(
    new_kafka_broker: NewKafkaBroker, kafka: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoText(str):
        __slots__ = ()

        def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
            return b"\xff\xfe"

    broker = new_kafka_broker()
    await broker.publish(some_messages(topic, 20, "before"))
    for where in ("producer.producer", "producer.message_accumulator"):  # its C twin would refuse to write such a header
        monkeypatch.setattr(f"aiokafka.{where}.DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
    async with AIOKafkaProducer(bootstrap_servers=kafka) as foreign:
        await foreign.send_and_wait(topic, b"value", headers=[(NoText("name"), b"")])
    monkeypatch.undo()
    await broker.publish(some_messages(topic, 20, "after"))

    arrived = await collect(broker, topic, 41, group="group")

    assert [message for message in arrived if not message.headers] == [Message(topic=topic, key="", headers={}, value=b"")]
    assert await broker.lag([topic], group="group") == 0


async def test_a_member_without_a_name_says_goodbye_so_that_another_takes_over_at_once(new_kafka_broker: NewKafkaBroker, topic: str) -> None:
    publisher = new_kafka_broker()
    await publisher.publish(some_messages(topic, 20))
    async with batches_of(new_kafka_broker(), topic, group="group", limit=1) as batches:
        await first_batch(batches)

    began = time.monotonic()
    await collect(new_kafka_broker(), topic, 20, group="group")

    assert time.monotonic() - began < 5  # half a session


async def test_a_member_with_a_name_has_its_partitions_again_when_it_comes_back(new_kafka_broker: NewKafkaBroker, topic: str) -> None:
    await new_kafka_broker().publish(some_messages(topic, 20))
    async with batches_of(new_kafka_broker(member="worker"), topic, group="group", limit=1) as batches:
        await first_batch(batches)

    began = time.monotonic()
    await collect(new_kafka_broker(member="worker"), topic, 20, group="group")

    assert time.monotonic() - began < 5


async def test_topics_are_made_once_and_left_as_they_are(new_kafka_broker: NewKafkaBroker, topic: str) -> None:
    broker = new_kafka_broker()

    assert await broker.ensure_topics() == [topic]
    assert await broker.ensure_topics() == []
    assert broker.amnesias == 0


async def test_a_topic_that_kafka_does_not_take_is_refused_by_name(new_kafka_broker: NewKafkaBroker) -> None:
    with pytest.raises(TopicRefused, match="no such name: code 17"):
        await new_kafka_broker().ensure_topics(["no such name"])


async def test_the_job_makes_the_topics_of_the_platform(kafka: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert await topics_job.make_topics(kafka, partitions=2, replication=1, wait=20) == 0

    assert capsys.readouterr().out.splitlines()[-len(TOPICS) :] == [f"{topic}: was there" for topic in TOPICS]


async def test_the_job_says_that_the_broker_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    assert await topics_job.make_topics("127.0.0.1:1", partitions=2, replication=1, wait=0) == 1

    assert "topics could not be made" in capsys.readouterr().err


async def test_after_a_kill_nothing_acknowledged_is_missing_and_listeners_go_on(server: LocalKafka, on_server: NewKafkaBroker, topic: str) -> None:
    publisher = on_server()
    kept: set[str] = set()

    async def publish(name: str) -> bool:
        messages = some_messages(topic, 10, name)
        acknowledged = await publisher.publish(messages)
        kept.update(values([message for message, ack in zip(messages, acknowledged, strict=True) if ack]))
        return all(acknowledged)

    async with Listening(on_server(), topic) as listener:
        for number in range(20):
            assert await publish(f"before {number}")
        killed = asyncio.create_task(asyncio.to_thread(server.kill))
        for number in range(5):
            await publish(f"during {number}")
        await killed
        await asyncio.to_thread(server.start)
        await eventually(lambda: publish("after"))

        await eventually(lambda: kept <= set(listener.handled))

    assert len(kept) >= 210


async def test_while_the_broker_is_away_nothing_is_kept_and_every_answer_comes_in_time(
    server: LocalKafka, on_server: NewKafkaBroker, topic: str
) -> None:
    broker = on_server()
    assert await broker.publish([a_message(topic)]) == [True]
    await asyncio.to_thread(server.kill)

    began = time.monotonic()
    assert await broker.publish(some_messages(topic, 3)) == [False] * 3
    assert time.monotonic() - began < 9
    assert await broker.lag([topic], group="group") is None
    assert await broker.alive() is False
    assert time.monotonic() - began < 12

    await asyncio.to_thread(server.start)
    await eventually(broker.alive)
    assert await broker.publish([a_message(topic, "back")]) == [True]


async def test_while_the_broker_is_frozen_every_answer_comes_in_time(server: LocalKafka, on_server: NewKafkaBroker, topic: str) -> None:
    broker, stranger = on_server(), on_server()
    assert await broker.publish([a_message(topic)]) == [True]
    assert server.pid
    os.kill(server.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        outcomes = await asyncio.gather(
            broker.publish([a_message(topic)]), stranger.publish([a_message(topic)]), broker.lag([topic], group="group"), broker.alive()
        )
        took = time.monotonic() - began
    finally:
        os.kill(server.pid, signal.SIGCONT)

    assert outcomes == [[False], [False], None, False]
    assert took < 9


async def test_a_broker_that_comes_back_empty_is_noticed_and_listeners_go_on(server: LocalKafka, on_server: NewKafkaBroker, topic: str) -> None:
    noticed = asyncio.Event()
    broker = on_server(on_amnesia=noticed.set)
    async with Listening(broker, topic) as listener:
        await broker.publish(some_messages(topic, 10, "forgotten"))
        await eventually(lambda: len(listener.handled) >= 10)
        assert not noticed.is_set()

        await asyncio.to_thread(server.wipe)
        await eventually(noticed.is_set)
        messages = some_messages(topic, 10, "announced again")
        await eventually(lambda: _all_kept(broker, messages))

        await eventually(lambda: values(messages) <= set(listener.handled))
    assert broker.amnesias == 1


async def _all_kept(broker: Broker, messages: Sequence[Message]) -> bool:
    return all(await broker.publish(messages))


async def test_a_broker_is_closed_in_time_while_kafka_is_away(server: LocalKafka, on_server: NewKafkaBroker, topic: str) -> None:
    broker = on_server()
    async with Listening(broker, topic) as listener:
        await broker.publish([a_message(topic)])
        await eventually(lambda: bool(listener.handled))
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(1)

        began = time.monotonic()
        await broker.close()

        assert time.monotonic() - began < 25
    assert await broker.publish([a_message(topic)]) == [False]


# What tells that Kafka has forgotten

PARTITION = TopicPartition("topic", 0)


def test_another_cluster_an_end_moved_back_and_a_topic_made_again_are_signs_of_a_loss() -> None:
    seen = Seen(lambda: None)
    assert seen.look("one", {PARTITION: 10}, {}) is None

    assert seen.look("one", {PARTITION: 9}, seen.snapshot()) == "end_moved_back"
    assert seen.look("other", {PARTITION: 9}, seen.snapshot()) == "another_cluster"
    assert seen.made(["topic"])


def test_a_loss_is_told_once_and_growth_never() -> None:
    seen = Seen(lambda: None)
    seen.end(PARTITION, 10)

    assert seen.look("one", {PARTITION: 4}, seen.snapshot()) == "end_moved_back"
    assert seen.look("one", {PARTITION: 4}, seen.snapshot()) is None
    assert seen.look("one", {PARTITION: 5}, seen.snapshot()) is None
    assert not seen.made(["another topic"])
