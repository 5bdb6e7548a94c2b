"""Judge whom a change touches, and settle the leads that come of it."""

from services.monitoring.domain.leads.answers import LeadOutcome
from services.monitoring.domain.signals import WITHDRAWN
from services.monitoring.store import signals
from services.monitoring.store.signals import Batch
from services.monitoring.usecases.files.grades import graded_in
from services.monitoring.usecases.leads.answer_leads import answer_leads
from services.monitoring.usecases.leads.lead_limits import lead_limits_in
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
    withdrawn = await signals.withdraw_leads(county, group, tx)
    await answer_leads(withdrawn, LeadOutcome.OTHER, tx, area=county, reason=WITHDRAWN)
    grades = await graded_in(await signals.hardships_named(tx), tx)
    await signals.settle_leads(county, group, await lead_limits_in(villages, tx), grades, tx)
