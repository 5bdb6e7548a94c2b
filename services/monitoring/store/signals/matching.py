"""People whom departments named before they were registered.

A trigger lays down whoever becomes a member of a household, and whose number changes, so that a round looks at these only and not at all rows.
Promises: nobody is missed. A row that comes in while its person is being registered sees neither, and is seen by neither; so a person stays on the
queue until everybody who was at work then is done, and is looked at in each round until then.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, PrimaryKeyConstraint, Row, bindparam, text

from services.monitoring.store.base import Base
from shared.database.columns import code, instant
from shared.database.transaction import Transaction

LASTS = "2 minutes"
"""Longer than a registration and a transaction that began before its commit last together: the database ends each after a minute."""
AT_ONCE = 50_000
"""People on the queue that one round looks at, the first laid down first."""


class MatchRow(Base, table=True):
    """A person who was registered, or has another number; triggers add it. Ids only: it has no area, and so no policy. `queued_at` is real time."""

    __tablename__ = "match_queue"
    __table_args__ = (PrimaryKeyConstraint("county_code", "person_id"), Index("ix_match_queue_queued_at", "county_code", "queued_at"))

    county_code: str = code()
    person_id: UUID
    queued_at: datetime = instant(sa_column_kwargs={"server_default": text("clock_timestamp()")})


# Each step is one look into one index, whatever the planner knows of the tables.
_UNMATCHED = """
    FROM person p
    CROSS JOIN LATERAL (
        SELECT d.kind, d.person_index FROM department_row d
        WHERE d.county_code = :county AND d.person_index = p.id_number_index AND d.household_id IS NULL AND d.is_latest OFFSET 0
    ) d
    WHERE p.county_code = :county AND p.id = q.person_id AND p.id_number_index IS NOT NULL AND EXISTS (
        SELECT FROM membership m JOIN household h ON h.county_code = :county AND h.id = m.household_id AND h.status <> 'gone'
        WHERE m.county_code = :county AND m.person_id = p.id AND m.valid_to IS NULL)
"""
_LET_GO = text(f"""
    DELETE FROM match_queue t USING (
        SELECT person_id FROM match_queue WHERE county_code = :county ORDER BY queued_at LIMIT :looked_at
    ) q
    WHERE t.county_code = :county AND t.person_id = q.person_id AND t.queued_at < clock_timestamp() - interval '{LASTS}'
      AND NOT EXISTS (SELECT {_UNMATCHED})
""").bindparams(bindparam("looked_at", type_=Integer()))
_NOW_REGISTERED = text(f"""
    SELECT DISTINCT f.kind, f.person_index
    FROM (SELECT person_id FROM match_queue WHERE county_code = :county ORDER BY queued_at LIMIT :looked_at) q
    CROSS JOIN LATERAL (SELECT d.kind, d.person_index {_UNMATCHED}) f
    LIMIT :at_most
""").bindparams(*(bindparam(name, type_=Integer()) for name in ("looked_at", "at_most")))


async def now_registered(county: str, tx: Transaction, *, at_most: int) -> Sequence[Row[Any]]:
    """List kinds of rows and people that were not matched to a household, and could be now; let those go who have no such row."""
    asked = {"county": county, "looked_at": AT_ONCE}
    await tx.execute(_LET_GO, asked)
    return (await tx.execute(_NOW_REGISTERED, asked | {"at_most": at_most})).all()
