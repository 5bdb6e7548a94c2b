"""Count what has come since the last time: occurrences of new and changed sources, then the cells that they changed."""

from services.monitoring.domain.regional.causes import SourceKind
from services.monitoring.store.regional import counts, occurrences
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTIES

LEADS_AT_ONCE, EVENTS_AT_ONCE, CELLS_AT_ONCE = 5_000, 1, 2_000


async def count_some(tx: Transaction) -> bool:
    """Count a slice of the actor's county (R40, plan ch.3 s.1); say whether more is left. What was counted is not found again."""
    county = tx.actor.scope.county
    await occurrences.hold_county(county, tx)
    for kind, at_most in ((SourceKind.LEAD, LEADS_AT_ONCE), (SourceKind.EVENT, EVENTS_AT_ONCE)):
        sources = await occurrences.take(county, kind, tx, at_most=at_most)
        if sources:
            await occurrences.make_anew(county, kind, sources, tx)
            return True
    return await counts.count_touched(county, tx, at_most=CELLS_AT_ONCE) > 0


async def count_waiting(tx: Transaction) -> None:
    """Count what waits in the actor's county, a few slices at a time."""
    if tx.actor.scope.county not in COUNTIES:
        return
    for _ in range(5):
        if not await count_some(tx):
            return
