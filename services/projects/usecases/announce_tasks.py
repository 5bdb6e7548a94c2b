"""Announce tasks again, for a listener that is new or has lost something."""

from uuid import UUID

from services.projects.publications import present_tasks
from services.projects.store import tasks
from shared.database.transaction import Transaction


async def announce_tasks(tx: Transaction, *, after: UUID, at_most: int = 1_000) -> UUID | None:
    """Announce tasks of the actor's county in the order of their ids; give the last id while there may be more."""
    county_code = tx.actor.scope.county
    found = await tasks.after(after, county_code, tx, at_most=at_most)
    tx.publish(*await present_tasks([owed_id for _, owed_id in found], county_code, tx))
    return found[-1][0] if len(found) == at_most else None
