"""Brokers in trouble."""

import asyncio
from collections.abc import Sequence

from shared.broker.memory import MemoryBroker
from shared.events import Message


class Gone(MemoryBroker):
    """A broker that keeps nothing: it is away."""

    async def publish(self, messages: Sequence[Message]) -> Sequence[bool]:
        return [False] * len(messages)


class Choosy(MemoryBroker):
    """A broker that acknowledges two of three, and keeps some of what it does not acknowledge."""

    async def publish(self, messages: Sequence[Message]) -> Sequence[bool]:
        acks = [n % 3 != 0 for n in range(len(messages))]
        await super().publish([message for n, (message, ack) in enumerate(zip(messages, acks, strict=True)) if ack or n % 2])
        return acks


class Deadly(MemoryBroker):
    """A broker in whose hands the relay dies, before or after the messages arrived."""

    def __init__(self, *, keeps: bool) -> None:
        super().__init__()
        self._keeps = keeps

    async def publish(self, messages: Sequence[Message]) -> Sequence[bool]:
        if self._keeps:
            await super().publish(messages)
        raise asyncio.CancelledError
