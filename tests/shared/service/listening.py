"""Listeners of the tests, reactions that fail, and what became of the messages."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
from sqlalchemy import text

from services.projects.subscriptions import households_flagged
from shared.broker.memory import MemoryBroker
from shared.database.transaction import Database, Transaction
from shared.events import RiskFlag
from shared.kernel.assistance import task_id_for
from shared.kernel.ids import OwedId, TaskId
from shared.service.metrics import Metrics
from shared.service.working.subscriptions import Listener, Subscriptions

Reaction = Callable[[list[RiskFlag], Transaction], Awaitable[None]]


def a_listener(
    database: Database, reaction: Reaction = households_flagged, *, consumer: str = "test", broker: MemoryBroker | None = None
) -> tuple[Listener, Metrics]:
    subscriptions, metrics = Subscriptions("projects"), Metrics("projects")
    subscriptions.on(RiskFlag, consumer=consumer)(reaction)
    return Listener(subscriptions.all[0], broker=broker or MemoryBroker(), database=database, metrics=metrics), metrics


def failing_for(*flags: RiskFlag, error: Exception | None = None, statement: str | None = None) -> Reaction:
    """React as projects does, and fail afterwards if one of these flags is in the batch."""
    ids = {flag.id for flag in flags}

    async def react(batch: list[RiskFlag], tx: Transaction) -> None:
        await households_flagged(batch, tx)
        if ids & {flag.id for flag in batch}:
            if statement:
                await tx.execute(text(statement))
            raise error or ValueError("533522197001010010 is in nobody's log")

    return react


def first_task(flag: RiskFlag) -> TaskId:
    """The task that answers a flag's first measure."""
    return task_id_for(OwedId(flag.owed[0].id))


async def tasks_of(admin: asyncpg.Connection, *flags: RiskFlag) -> list[str]:
    """Name the status of each flag's first task; what has none is absent."""
    ids = [first_task(flag) for flag in flags]
    found = {row["id"]: row["status"] for row in await admin.fetch("SELECT id, status FROM task WHERE id = ANY($1)", ids)}
    return [found.get(task_id, "none") for task_id in ids]


async def letters(admin: asyncpg.Connection, *entities: UUID) -> list[tuple[UUID, str, bool]]:
    rows = await admin.fetch(
        "SELECT entity_id, reason, resolved_at IS NULL AS waits FROM dead_letter WHERE entity_id = ANY($1) ORDER BY died_at", list(entities)
    )
    return [(row["entity_id"], row["reason"], row["waits"]) for row in rows]
