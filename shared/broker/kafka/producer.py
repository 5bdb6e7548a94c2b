"""Sending: a round of messages at once, and a new producer after a round that failed."""

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from shared.broker.kafka.amnesia import Seen
from shared.broker.kafka.clients import Clients
from shared.broker.kafka.guards import Interrupted
from shared.broker.kafka.topics import Topics
from shared.events import Message

_ROUND_SECONDS = 8.0

_log = structlog.get_logger()


class Producer:
    def __init__(self, clients: Clients, topics: Topics, seen: Seen) -> None:
        self._clients = clients
        self._topics = topics
        self._seen = seen
        self._producer: AIOKafkaProducer | None = None
        self._building = asyncio.Lock()

    async def send(self, messages: Sequence[Message]) -> Sequence[bool]:
        """Send in one round, and say of each message whether Kafka acknowledged it."""
        kept: set[int] = set()
        producer = None
        try:
            async with asyncio.timeout(_ROUND_SECONDS):
                producer = await self._ready_producer()
                await self._send_all(producer, messages, kept)
        except Exception as trouble:  # whatever it was: what is not kept is sent again
            self._discard(producer)
            self._clients.note_rebuild("kafka_round_failed", trouble, unkept=len(messages) - len(kept))
        return [place in kept for place in range(len(messages))]

    def stop(self) -> None:
        self._discard(self._producer)

    async def _ready_producer(self) -> AIOKafkaProducer:
        async with self._building:
            if self._producer is None:
                await self._topics.ensure_if_allowed(self._topics.wanted)
                # Plain: an idempotent producer never gives up while the broker is away, and poisons a partition after a refusal.
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._clients.bootstrap, acks="all", enable_idempotence=False, linger_ms=0, request_timeout_ms=5000
                )
                await self._clients.start(producer)
                self._producer = producer
            return self._producer

    async def _send_all(self, producer: AIOKafkaProducer, messages: Sequence[Message], kept: set[int]) -> None:
        """Send at once and await all acknowledgements; a message at fault itself is no fault of the producer."""
        sends = (self._send(producer, message, place, kept) for place, message in enumerate(messages))
        for message, outcome in zip(messages, await asyncio.gather(*sends, return_exceptions=True), strict=True):
            if isinstance(outcome, MessageSizeTooLargeError | UnicodeError):
                _log.error("kafka_message_refused", topic=message.topic, error=type(outcome).__name__)
            elif isinstance(outcome, BaseException):
                raise outcome if isinstance(outcome, Exception) else Interrupted

    async def _send(self, producer: AIOKafkaProducer, message: Message, place: int, kept: set[int]) -> None:
        headers = [(name, value.encode()) for name, value in message.headers.items()]
        acknowledged = await (await producer.send(message.topic, message.value, key=message.key.encode(), headers=headers))
        kept.add(place)
        self._seen.end(acknowledged.topic_partition, acknowledged.offset + 1)

    def _discard(self, producer: AIOKafkaProducer | None) -> None:
        """End a producer, unless another round did so already."""
        if producer and producer is self._producer:
            self._producer = None
            self._clients.end(producer)
