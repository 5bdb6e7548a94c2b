"""Events as something changes, for an endpoint that streams them (`text/event-stream`).

Promises: whoever listens sees the latest state and the final one; nothing is held between two looks.
Does not promise every state in between, nor a stream without end: after a while it ends, and the client opens it again.
Not for what must not be missed: that is an event of the broker.

An endpoint asks in short transactions of its own. What may be refused is found out by a dependency, before the answer begins:

    async def told(job_id: UUID, transaction: ShortTransactions, last: LastEventId = None) -> AsyncIterator[ServerSentEvent]:
        async def ask() -> JobShown:
            async with transaction() as tx:
                return await show_job(job_id, tx)

        await ask()
        return poll(ask, until=lambda job: job.is_over, seen=last)

    @jobs.get("/v1/jobs/{job_id}/events", response_class=EventSourceResponse)
    async def job_events(events: Annotated[AsyncIterator[ServerSentEvent], Depends(told)]) -> AsyncIterable[ServerSentEvent]:
        async for event in events:
            yield event
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, TypeVar

import structlog
from fastapi import Header
from fastapi.sse import ServerSentEvent
from pydantic_core import to_json
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.kernel.errors import Refusal

CHANGED, FINAL = "changed", "final"
"""The names of the events: after the final one a client closes the stream, else it would open it again."""

_TRY_AGAIN = (DBAPIError, PoolTimeout, OSError)

T = TypeVar("T")
Ask = Callable[[], Awaitable[T]]

LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        pattern="^[0-9a-f]{16}$",
        description="最后收到的事件编号。The last event that was received.",
        examples=["5f2b6c1d9e8a4703"],
    ),
]

log = structlog.get_logger()


async def poll(
    ask: Ask[T], *, until: Callable[[T], bool], seen: str | None = None, interval: float = 1.0, longest: float = 300.0
) -> AsyncIterator[ServerSentEvent]:
    """Look again and again: an event when the state is new, else a sign of life. The final state is always told.

    :param until: whether a state is the final one.
    :param seen: the id of the last event that the client received.
    :param longest: after how many seconds to end, whatever happens; by then a token may be worth nothing any more.
    """
    end = time.monotonic() + longest
    while True:
        try:
            event = _event(await ask(), until)
        except Refusal:
            return  # It was there when the stream began; a client that opens it again is told.
        except _TRY_AGAIN as error:
            log.warning("live_unanswered", error=type(error).__name__)
            event = None
        if event is not None and (event.event == FINAL or event.id != seen):
            yield event
            seen = event.id
        else:
            yield ServerSentEvent(comment="still the same")
        if time.monotonic() >= end or (event is not None and event.event == FINAL):
            return
        await asyncio.sleep(interval)


def _event(state: T, until: Callable[[T], bool]) -> ServerSentEvent:
    written = to_json(state)
    name = FINAL if until(state) else CHANGED
    return ServerSentEvent(raw_data=written.decode(), event=name, id=hashlib.sha256(written).hexdigest()[:16])
