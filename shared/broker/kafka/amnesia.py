"""Amnesia: what Kafka has shown so far, and the signs that it has forgotten."""

from collections.abc import Callable, Mapping, Sequence

import structlog
from aiokafka import TopicPartition

_log = structlog.get_logger()


class Seen:
    """What Kafka has shown so far. Each loss is counted and told once."""

    def __init__(self, on_amnesia: Callable[[], None]) -> None:
        self.amnesias = 0
        self._on_amnesia = on_amnesia
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
            self._forgotten("topic_made_again")
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
        if sign:
            self._forgotten(sign)
        return sign

    def _forgotten(self, sign: str) -> None:
        self.amnesias += 1
        _log.warning("kafka_has_forgotten", sign=sign)
        self._on_amnesia()
