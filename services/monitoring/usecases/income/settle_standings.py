"""Bring up to date how households stand to the line (R37, R38; plan ch.3 s.1)."""

from collections.abc import Sequence
from uuid import UUID

from services.monitoring.domain.income.lines import BottomLine, lines_under
from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.income import standings
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG
from shared.kernel.workdays import local_day

AT_ONCE = 5_000
_ROUNDS = 10


async def settle(ids: Sequence[UUID], tx: Transaction) -> None:
    """Compute how some households of one area stand, under the lines and the bands in force today: a fixed number of questions.

    :raises ParameterMissing: no bands are in force.
    """
    villages = await standings.villages_of(ids, tx)
    under = lines_under(await lines_around(villages, tx), villages, local_day(tx.now))
    await standings.settle(ids, under, (await law.parameters_for(tx.actor.area, tx)).bounds(Key.INCOME_BANDS), tx)


async def settle_waiting(tx: Transaction) -> None:
    """Take households from a county's queue until it is empty, or for as long as a round should last. A duty."""
    if tx.actor.area == LINCANG:
        return
    for _ in range(_ROUNDS):
        ids = await standings.waiting(tx.actor.area, tx, at_most=AT_ONCE)
        if not ids:
            return
        await settle(ids, tx)


async def lines_around(villages: Sequence[str], tx: Transaction) -> list[BottomLine]:
    """Read this year's lines over some villages, and last year's, which hold until the first of this year comes."""
    year = local_day(tx.now).year
    return await law.lines_over(villages, (year - 1, year), tx)
