"""Close a round of screening: from now on nobody is visited in it, and who was not visited was missed."""

from services.monitoring.domain import screening as rules
from services.monitoring.domain.screening import RoundId, RoundStatus
from services.monitoring.store.screening import rounds
from services.monitoring.usecases.screening.open_round import RoundChanged, ask
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen


async def close_round(round_id: RoundId, tx: Transaction, *, expected: int) -> RoundChanged:
    """Close a round (R38; plan ch.3 s.1); a job notes who was missed.

    :raises NotFound: there is no such round here.
    :raises Stale: somebody changed it.
    :raises NotYourRound: it reaches beyond the caller's area; RoundClosed: it is over already.
    """
    held = await rounds.get(round_id, tx)
    as_seen(held.version, expected)
    rules.governed(held, tx.actor)
    job_id = await ask(rules.CLOSING, round_id, held.area_code, tx)

    version = await rounds.close(held, job_id, tx, expected=expected)
    return RoundChanged(id=round_id, version=version, status=RoundStatus.CLOSED, job_id=job_id)
