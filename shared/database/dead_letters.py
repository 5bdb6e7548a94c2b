"""Dead letters: messages that a listener can never handle, kept so that nothing is lost and nobody else is held up.

Promises: one row per message and consumer however often it comes; a later state of the same entity resolves it.
Not for transient trouble (a database or a broker away): that is waited out.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.transaction import Transaction
from shared.events import Message
from shared.kernel.ids import derived_id

_NOBODY = UUID(int=0)

_BURY = text("""
    INSERT INTO dead_letter (county_code, id, consumer, topic, key, entity_id, headers, payload, reason)
    VALUES (:county_code, :id, :consumer, :topic, :key, :entity_id, :headers, :payload, :reason)
    ON CONFLICT (county_code, id) DO UPDATE SET reason = excluded.reason, died_at = now(), resolved_at = NULL
""").bindparams(bindparam("headers", type_=JSONB))
_SUPERSEDE = text("""
    UPDATE dead_letter SET resolved_at = now()
    WHERE county_code = :county_code AND consumer = :consumer AND entity_id = ANY(CAST(:entity_ids AS uuid[])) AND resolved_at IS NULL
""")
_UNRESOLVED = text("""
    SELECT county_code, id, consumer, topic, key, entity_id, headers, payload, reason, died_at FROM dead_letter
    WHERE county_code = :county_code AND resolved_at IS NULL AND id = coalesce(CAST(:only AS uuid), id)
    ORDER BY died_at, id LIMIT :at_most
""")
_RESOLVE = text("UPDATE dead_letter SET resolved_at = now() WHERE county_code = :county_code AND id = :id AND died_at = :died_at")


def letter_id(consumer: str, message: Message) -> UUID:
    """Name a message to one consumer: by its event id, or by its content where it has none."""
    content = sha256(message.topic.encode() + message.key.encode() + message.value).hexdigest()
    return derived_id(_NOBODY, f"{consumer}/{message.headers.get('ce_id') or content}")


async def bury(message: Message, tx: Transaction, *, consumer: str, county_code: str, entity_id: UUID | None, reason: str) -> None:
    """Keep a message that cannot be handled, and why."""
    letter = {
        "county_code": county_code,
        "id": letter_id(consumer, message),
        "consumer": consumer,
        "topic": message.topic,
        "key": message.key.replace("\x00", ""),
        "entity_id": entity_id,
        "headers": {name.replace("\x00", ""): value.replace("\x00", "") for name, value in message.headers.items()},
        "payload": message.value,
        "reason": reason[:500],
    }
    await tx.execute(_BURY, letter)


async def supersede(entity_ids: Sequence[UUID], tx: Transaction, *, consumer: str, county_code: str) -> int:
    """Resolve what died earlier of entities whose later state was handled; say how many."""
    done = await tx.execute(_SUPERSEDE, {"county_code": county_code, "consumer": consumer, "entity_ids": list(entity_ids)})
    return done.rowcount


async def unresolved(county_code: str, tx: Transaction, *, only: UUID | None = None, at_most: int = 200) -> CursorResult[Any]:
    """List what still waits for a human, oldest first, or one letter."""
    return await tx.execute(_UNRESOLVED, {"county_code": county_code, "only": only, "at_most": at_most})


async def resolve(letter: UUID, tx: Transaction, *, county_code: str, died_at: datetime) -> None:
    """Settle a letter, unless it has died again since it was read."""
    await tx.execute(_RESOLVE, {"county_code": county_code, "id": letter, "died_at": died_at})
