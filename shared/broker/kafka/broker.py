"""The port, put together from its parts."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

from shared.broker import Batch
from shared.broker.kafka.amnesia import Seen
from shared.broker.kafka.clients import QUESTION_SECONDS, Clients
from shared.broker.kafka.groups import Groups
from shared.broker.kafka.guards import calm_the_logs, own
from shared.broker.kafka.producer import Producer
from shared.broker.kafka.topics import Topics
from shared.broker.kafka.watch import Watch
from shared.events import TOPICS, Message


class KafkaBroker:
    """The port on Kafka. It belongs to one event loop and connects at first use.

    `member` names this process within its groups: a process that comes back under its name has its partitions again within
    a second, and keeps them from others for ten. No two live processes may share a name. Without one a name is made up,
    and such a member says goodbye when it ends, so that others take over at once.

    `on_amnesia` is called on the event loop and must neither wait nor raise: set an event there. It may be set later.
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
        calm_the_logs()
        self.on_amnesia = on_amnesia
        self._clients = Clients(bootstrap)
        self._seen = Seen(self._forgotten)
        self._topics = Topics(self._clients, self._seen, topics, partitions=partitions, replication=replication)
        self._watch = Watch(self._clients, self._topics, self._seen)
        self._producer = Producer(self._clients, self._topics, self._seen)
        self._groups = Groups(self._clients, self._topics, self._watch, member)

    @property
    def rebuilds(self) -> int:
        return self._clients.rebuilds

    @property
    def amnesias(self) -> int:
        return self._seen.amnesias

    async def publish(self, messages: Sequence[Message]) -> Sequence[bool]:
        """Send in one round of at most eight seconds. After a failure the next round has a new producer."""
        if not messages or self._clients.closing.is_set():
            return [False] * len(messages)
        self._watch.start()
        return await self._producer.send(messages)

    def batches(self, topics: Sequence[str], *, group: str, limit: int = 200) -> AsyncGenerator[Batch, None]:
        """Deliver as one member of a group. A batch that is neither `done` nor `again` when the next is asked for comes again.

        Finish a batch within 15 seconds: after 60 the group goes on without this member.
        """
        return self._groups.batches(topics, group=group, limit=limit)

    async def lag(self, topics: Sequence[str], *, group: str) -> int | None:
        try:
            async with asyncio.timeout(QUESTION_SECONDS), self._clients.admin() as admin:
                bounds = await own(self._topics.bounds(admin, topics))
                committed = await own(admin.list_consumer_group_offsets(group))
        except Exception:
            return None
        handled = {partition: at.offset for partition, at in committed.items()}
        return sum(max(0, end - max(first, handled.get(partition, first))) for partition, (first, end) in bounds.items())

    async def alive(self) -> bool:
        try:
            async with asyncio.timeout(QUESTION_SECONDS), self._clients.admin() as admin:
                await own(admin.describe_cluster())
        except Exception:
            return False
        return True

    async def close(self) -> None:
        """End everything that this broker started, within half a minute even while Kafka is away."""
        self._clients.closing.set()
        await self._watch.stop()
        self._producer.stop()
        self._groups.stop()
        await self._clients.wait_until_ended()

    async def ensure_topics(self, topics: Sequence[str] | None = None) -> Sequence[str]:
        """Make those topics that are absent, and name them. What exists is left as it is, its number of partitions too.

        :raises TopicRefused: Kafka does not let us make one of them.
        """
        return await self._topics.ensure(self._topics.wanted if topics is None else topics)

    def _forgotten(self) -> None:
        if self.on_amnesia:
            self.on_amnesia()
