"""Add what happened to the figures of village, township and county. A duty; any number of workers may do it at once."""

from services.monitoring.store.reading import area_figures
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG

AT_ONCE = 20_000
_ROUNDS = 10


async def fold_waiting(tx: Transaction) -> int:
    """Fold a county's changes until none waits, or for as long as a round should last; say how many. Who reads adds what is not folded yet."""
    if tx.actor.area == LINCANG:
        return 0
    folded = 0
    for _ in range(_ROUNDS):
        taken = await area_figures.fold(tx.actor.area, tx, at_most=AT_ONCE)
        folded += taken
        if taken < AT_ONCE:
            break
    return folded
