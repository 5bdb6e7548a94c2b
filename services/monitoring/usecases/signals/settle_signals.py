"""Judge whom a change touches, and settle the leads that come of it."""

from services.monitoring.domain.parameters import Key
from services.monitoring.store import signals
from services.monitoring.store.signals import Batch
from services.monitoring.usecases.files.due_dates import due_in
from shared.database.transaction import Transaction


async def take_batch(batch: Batch, tx: Transaction) -> None:
    """Keep the rows of a batch that was decided, with the leads that they call for (R41, R43, R57; plan ch.3 s.1 and s.3).

    :raises ParameterMissing: no total limit is in force; likewise CalendarMissing.
    """
    await signals.touch(batch, tx)
    await settle(batch.county, batch.kind.group, tx, kind=batch.kind.sheet.kind)
    await signals.keep(batch, tx)
    await signals.alter(batch.county, batch.kind.group, tx)


async def settle(county: str, group: str, tx: Transaction, *, kind: str = "") -> None:
    """Hold the rows of everybody touched against the rules of their days; open, move, note and withdraw leads.

    :raises ParameterMissing: no total limit is in force; likewise CalendarMissing.
    """
    await signals.judge(county, group, tx, kind=kind)
    villages = await signals.gather_spells(county, group, tx)
    await signals.settle_leads(county, group, await due_in(villages, tx, days=Key.TOTAL_DAYS, kind=Key.TOTAL_DAY_KIND), tx)
