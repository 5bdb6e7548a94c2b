"""The long work of a round, a slice of one county at a time. What was taken is recognised by the rows that it left."""

from uuid import UUID

from services.monitoring.domain.screening import Round, RoundId, RoundStatus
from services.monitoring.store.screening import households, rounds
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, Taken
from shared.kernel.sheets import Outcome


async def households_to_lay_down(job: Job, tx: Transaction) -> int:
    """Count the households of a county that a round is missing."""
    return await households.to_lay_down(await _round_of(job, tx), tx)


async def lay_down(job: Job, tx: Transaction, _: int) -> Taken:
    """Lay down the next households of a round (R38); of one that was closed meanwhile none."""
    held = await _round_of(job, tx)
    count, more = await households.lay_down(held, tx) if held.status is RoundStatus.OPEN else (0, False)
    return Taken(counts={Outcome.CREATED: count}, more=more)


async def households_to_miss(job: Job, tx: Transaction) -> int:
    """Count the households of a county that nobody visited."""
    return await households.still_to_screen(await _round_of(job, tx), tx)


async def miss(job: Job, tx: Transaction, _: int) -> Taken:
    """Note the next households that nobody visited until the round was closed (R38)."""
    count, more = await households.miss(await _round_of(job, tx), tx)
    return Taken(counts={Outcome.UPDATED: count}, more=more)


async def _round_of(job: Job, tx: Transaction) -> Round:
    return await rounds.get(RoundId(UUID(job.arguments["round"])), tx)
