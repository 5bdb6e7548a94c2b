"""Announce flags again: the one way to repair."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from services.monitoring.publications import present_flags
from services.monitoring.store.flags import flags, ledger
from shared.database.transaction import Transaction

PATIENCE = timedelta(minutes=1)
AT_ONCE = 1_000


async def announce_flags(tx: Transaction, *, after: UUID, at_most: int = AT_ONCE, only: Sequence[UUID] | None = None) -> UUID | None:
    """Announce flags of the actor's county in the order of their ids, or only some; give the last id while there may be more."""
    county_code = tx.actor.scope.county
    flag_ids = list(only) if only is not None else await flags.ids_after(after, county_code, tx, at_most=at_most)
    tx.publish(*await present_flags(flag_ids, county_code, tx))
    return flag_ids[-1] if only is None and len(flag_ids) == at_most else None


async def announce_gaps(tx: Transaction, *, patience: timedelta = PATIENCE) -> int:
    """Announce every flag of the county with a measure unanswered, or withdrawn with a task not taken back, for a minute of real time.

    Say how many, and keep the county's figures: owed, confirmed, oldest gap, repairs. On a healthy system there is nothing to repair.
    """
    county_code = tx.actor.scope.county
    flag_ids = await ledger.gaps(tx.real_now - patience, county_code, tx, at_most=AT_ONCE)
    tx.publish(*await present_flags(flag_ids, county_code, tx))
    await ledger.measure(county_code, tx, repairs=len(flag_ids))
    return len(flag_ids)


async def announce_under_way(tx: Transaction) -> None:
    """Announce every flag of the county with a measure that is not over. The daily round; it is no repair."""
    county_code = tx.actor.scope.county
    after = UUID(int=0)
    while flag_ids := await ledger.under_way(after, county_code, tx, at_most=AT_ONCE):
        tx.publish(*await present_flags(flag_ids, county_code, tx))
        after = flag_ids[-1]
