"""Let households that came after a round was opened be visited in it too."""

from services.monitoring.domain import screening as rules
from services.monitoring.domain.screening import RoundId
from services.monitoring.store.screening import rounds
from services.monitoring.usecases.screening.open_round import RoundChanged, ask
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen


async def refresh_round(round_id: RoundId, tx: Transaction, *, expected: int) -> RoundChanged:
    """Lay down what the round is missing (R38; plan ch.3 s.1); who is in it already stays as he is.

    :raises NotFound: there is no such round here.
    :raises Stale: somebody changed it.
    :raises NotYourRound: it reaches beyond the caller's area; RoundClosed: it is over.
    """
    held = await rounds.get(round_id, tx)
    as_seen(held.version, expected)
    rules.governed(held, tx.actor)
    job_id = await ask(rules.LAYING_DOWN, round_id, held.area_code, tx)

    version = await rounds.asked_again(held, job_id, tx, expected=expected)
    return RoundChanged(id=round_id, version=version, status=held.status, job_id=job_id)
