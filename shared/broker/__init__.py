"""The port to the broker: at least once, in no promised order. Listeners hold a version, not a history."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.events import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Messages to handle together. Exactly one of the two is called after handling: `done`, or `again` to have it delivered anew."""

    messages: Sequence[Message]
    done: Callable[[], Awaitable[None]]
    again: Callable[[], Awaitable[None]]


class Broker(Protocol):
    async def publish(self, messages: Sequence[Message]) -> Sequence[bool]:
        """Hand over messages and say of each whether the broker keeps it; what it may not keep is to be sent again."""
        ...

    def batches(self, topics: Sequence[str], *, group: str, limit: int = 200) -> AsyncGenerator[Batch, None]:
        """Wait for messages, batch after batch, as one member of a group; trouble with the broker is waited out, never raised."""
        ...

    async def lag(self, topics: Sequence[str], *, group: str) -> int | None:
        """Count the messages that a group has yet to handle; None while the broker cannot say."""
        ...

    async def alive(self) -> bool:
        """Say whether the broker answers now. It is shown by readiness, and never decides it."""
        ...

    async def close(self) -> None: ...
