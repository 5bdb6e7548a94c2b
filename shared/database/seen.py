"""The version gate.

Promises: an older state never overwrites the effect of a newer one, in whatever order and however often they come.
Does not promise: that every state is seen. Equal states pass again, so every effect must be an upsert on a natural key.
Not for what must each count, a payment or a spell: that is an entity with an id of its own.
"""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import text

from shared.database.transaction import Transaction
from shared.events import Arrived, State

S = TypeVar("S", bound=State)

_GATE = text("""
    INSERT INTO seen (county_code, consumer, entity_id, epoch, version)
    SELECT :county_code, :consumer, entity_id, epoch, version
    FROM unnest(CAST(:ids AS uuid[]), CAST(:epochs AS int[]), CAST(:versions AS int[])) AS new (entity_id, epoch, version)
    ORDER BY entity_id
    ON CONFLICT (county_code, consumer, entity_id) DO UPDATE
    SET epoch = excluded.epoch, version = excluded.version
    WHERE (seen.epoch, seen.version) <= (excluded.epoch, excluded.version)
    RETURNING entity_id
""")


def newest(arrived: Sequence[Arrived[S]]) -> dict[UUID, Arrived[S]]:
    """Reduce a batch to the newest state of each entity."""
    return {each.state.id: each for each in sorted(arrived, key=lambda each: (each.epoch, each.state.version))}


async def not_older(arrived: Sequence[Arrived[S]], tx: Transaction, *, consumer: str, county_code: str) -> list[Arrived[S]]:
    """Keep the newest state of each entity, and of those the ones not older than what this consumer holds."""
    latest = newest(arrived)
    passed = await tx.execute(
        _GATE,
        {
            "county_code": county_code,
            "consumer": consumer,
            "ids": list(latest),
            "epochs": [each.epoch for each in latest.values()],
            "versions": [each.state.version for each in latest.values()],
        },
    )
    return [latest[entity_id] for entity_id in passed.scalars()]
