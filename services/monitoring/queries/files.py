"""What files need to know: how long they are kept, and which villages a template offers."""

from collections.abc import Sequence

from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.places import areas
from shared.database.transaction import Transaction


async def days_files_are_kept(tx: Transaction) -> int:
    """Say how many days files and their stages are kept, by what is in force in the caller's area today.

    :raises ParameterMissing: nothing is.
    """
    return (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)


async def villages_here(tx: Transaction) -> Sequence[tuple[str, str]]:
    """List the villages of the caller's area: code and name."""
    return [(row.code, row.name) for row in await areas.villages_in(tx.actor.area, tx)]
