"""Guards against aiokafka's own ways: it cancels what awaits it, hangs when it is stopped, and floods the logs."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

LEAVE_SECONDS = 2.0
_STOP_SECONDS = 10.0

_CHATTY = (
    "aiokafka",
    "aiokafka.conn",
    "aiokafka.consumer.consumer",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.producer.producer",
    "aiokafka.producer.sender",
)

T = TypeVar("T")

Client = AIOKafkaProducer | AIOKafkaConsumer | AIOKafkaAdminClient


class Interrupted(Exception):
    """aiokafka cancelled something of its own."""


async def own(call: Coroutine[Any, Any, T]) -> T:
    """Await a call of aiokafka. A cancellation that is not ours must not end us: nobody would notice.

    :raises Interrupted: aiokafka cancelled something of its own.
    """
    try:
        return await call
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        raise Interrupted from None


async def end_client(client: Client, starting: asyncio.Task[None] | None, *, leaving: bool) -> None:
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


async def _end_parts(client: Client) -> None:
    """End what a broken `stop` left: the tasks first, then the connections."""
    coordinator = getattr(client, "_coordinator", None)
    for name in ("_coordination_task", "_heartbeat_task", "_commit_refresh_task"):
        if task := getattr(coordinator, name, None):
            task.cancel()
    for part in (getattr(client, "_fetcher", None), getattr(client, "_client", None) or getattr(client, "client", None)):
        if part:
            await _within(asyncio.create_task(part.close()), LEAVE_SECONDS)


async def _within(task: asyncio.Task[None], seconds: float) -> bool:
    """Wait for a task, cancel it when it is late, and say whether it ended well. Its end, good or bad, never is ours."""
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1)
    return task.done() and not task.cancelled() and task.exception() is None


def calm_the_logs() -> None:
    """Silence aiokafka's several lines a second while Kafka is away, and its debug lines, which hold whole payloads; keep its tracebacks."""
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    for name in _CHATTY:
        logging.getLogger(name).addFilter(_has_traceback)


def _has_traceback(record: logging.LogRecord) -> bool:
    return bool(record.exc_info)
