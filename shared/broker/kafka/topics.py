"""The topics: made where they are absent, left as they are where they exist."""

from collections.abc import Sequence

import structlog
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError

from shared.broker.kafka.amnesia import Seen
from shared.broker.kafka.clients import Clients

_RETENTION_MS = 30 * 24 * 60 * 60 * 1000
_TOPIC_IS_THERE = (0, 36)  # just made; existed already

_log = structlog.get_logger()


class TopicRefused(Exception):
    """Kafka refused to make a topic; the text names the topic and Kafka's code."""


class Topics:
    """The topics that this broker speaks of, which grow with what it listens to."""

    def __init__(self, clients: Clients, seen: Seen, topics: Sequence[str], *, partitions: int, replication: int) -> None:
        self.wanted = tuple(topics)
        self._clients = clients
        self._seen = seen
        self._partitions = partitions
        self._replication = replication
        self._refused = ""

    def want(self, topics: Sequence[str]) -> None:
        self.wanted = tuple(dict.fromkeys((*self.wanted, *topics)))

    async def ensure(self, topics: Sequence[str]) -> Sequence[str]:
        """Make those topics that are absent, and name them.

        :raises TopicRefused: Kafka does not let us make one of them.
        """
        wanted = tuple(dict.fromkeys(topics))
        async with self._clients.admin() as admin:
            answer = await admin.create_topics([self._new_topic(topic) for topic in wanted])
        codes: dict[str, int] = {each[0]: each[1] for each in answer.topic_errors}  # pyright: ignore[reportAttributeAccessIssue] of its base
        made = [topic for topic, code in codes.items() if code == 0]
        self._seen.made(made)
        refused = {topic: code for topic, code in codes.items() if code not in _TOPIC_IS_THERE}
        if refused:
            raise TopicRefused(", ".join(f"{topic}: code {code}" for topic, code in refused.items()))
        return made

    async def ensure_if_allowed(self, topics: Sequence[str]) -> None:
        """Where we may not make topics, somebody else has made them."""
        try:
            await self.ensure(topics)
        except TopicRefused as refused:
            if str(refused) != self._refused:
                self._refused = str(refused)
                _log.warning("kafka_topic_refused", reason=self._refused)

    async def bounds(self, admin: AIOKafkaAdminClient, topics: Sequence[str]) -> dict[TopicPartition, tuple[int, int]]:
        """Name the first and the end offset of every partition.

        :raises UnknownTopicOrPartitionError: a topic is absent.
        """
        described = await admin.describe_topics(list(topics))
        if any(topic["error_code"] for topic in described):
            raise UnknownTopicOrPartitionError
        partitions = [TopicPartition(topic["topic"], each["partition"]) for topic in described for each in topic["partitions"]]
        async with self._clients.reader() as reader:
            firsts, ends = await reader.beginning_offsets(partitions), await reader.end_offsets(partitions)
        return {partition: (firsts[partition], ends[partition]) for partition in partitions}

    def _new_topic(self, topic: str) -> NewTopic:
        in_sync = max(1, self._replication - 1)
        settings = {"retention.ms": str(_RETENTION_MS), "min.insync.replicas": str(in_sync)}
        return NewTopic(topic, num_partitions=self._partitions, replication_factor=self._replication, topic_configs=settings)
