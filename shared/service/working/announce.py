"""Announcing again: the one way to repair, for a new listener, an amnesiac broker, a restored database, a rebuilt read model.

Promises: the present state of every entity is in the outbox afterwards, in transactions of bounded size.
Does not promise that nothing changes meanwhile: what changes announces itself.
Not for telling something new: what changes is announced by the act that changes it.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from shared.kernel.areas import COUNTIES

AT_ONCE = 1_000

Announce = Callable[..., Awaitable[UUID | None]]
"""Announce entities of the actor's county after an id: `(tx, after=…, at_most=…) -> the last id, or None at the end`."""


async def announce_all(announce: Announce, database: Database, county: str | None = None) -> int:
    """Announce everything, or one county; say how many transactions it took."""
    done = 0
    for county_code in [county] if county else COUNTIES:
        after: UUID | None = UUID(int=0)
        while after is not None:
            async with database.transaction(service_actor(database.service, county_code)) as tx:
                after = await announce(tx, after=after, at_most=AT_ONCE)
            done += 1
    return done
