"""A broker in this process, for tests and the embedded platform.

Promises what the port promises, within one process. It keeps nothing when the process ends: what was published and not yet
handled is then announced again by the reconciler, minute by minute what is owed and daily what is under way. Not for several
processes: that is Kafka's part.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence

from shared.broker import Batch
from shared.events import Message


class MemoryBroker:
    def __init__(self) -> None:
        self.log: dict[str, list[Message]] = defaultdict(list)
        self._offsets: dict[tuple[str, str], int] = defaultdict(int)
        self._taken: set[tuple[str, str]] = set()
        self._changed = asyncio.Condition()

    async def publish(self, messages: Sequence[Message]) -> Sequence[bool]:
        async with self._changed:
            for message in messages:
                self.log[message.topic].append(message)
            self._changed.notify_all()
        return [True] * len(messages)

    async def batches(self, topics: Sequence[str], *, group: str, limit: int = 200) -> AsyncGenerator[Batch, None]:
        taken: tuple[str, str] | None = None
        try:
            while True:
                taken = await self._take(topics, group)
                yield self._batch(taken, limit)
                await self._give_back(taken)
                taken = None
                await asyncio.sleep(0)  # let another member of the group have its turn
        finally:
            if taken:
                await self._give_back(taken)

    async def lag(self, topics: Sequence[str], *, group: str) -> int | None:
        return sum(self._waiting(topic, group) for topic in topics)

    async def alive(self) -> bool:
        return True

    async def close(self) -> None:
        return None

    async def _take(self, topics: Sequence[str], group: str) -> tuple[str, str]:
        """Wait for a topic with messages that no other member of the group is handling."""

        def free() -> list[tuple[str, str]]:
            return [(topic, group) for topic in topics if self._waiting(topic, group) and (topic, group) not in self._taken]

        async with self._changed:
            await self._changed.wait_for(free)
            longest = max(free(), key=lambda each: self._waiting(*each))
            self._taken.add(longest)
            return longest

    async def _give_back(self, taken: tuple[str, str]) -> None:
        async with self._changed:
            self._taken.discard(taken)
            self._changed.notify_all()

    def _waiting(self, topic: str, group: str) -> int:
        return len(self.log[topic]) - self._offsets[topic, group]

    def _batch(self, taken: tuple[str, str], limit: int) -> Batch:
        topic, _ = taken
        start = self._offsets[taken]
        messages = self.log[topic][start : start + limit]

        async def done() -> None:
            self._offsets[taken] = start + len(messages)

        async def again() -> None:
            """Nothing moved, so the next batch begins where this one did."""

        return Batch(messages=messages, done=done, again=again)
