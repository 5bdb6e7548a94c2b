"""Flag the household of a case: on the county's decision, or before it where help comes first."""

from services.monitoring.domain import cases as rules
from services.monitoring.domain.flags.flags import Flagging, OwedBefore, flag_for
from services.monitoring.domain.flags.measures import longest_reach
from services.monitoring.domain.parameters import Parameters
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.store import law
from services.monitoring.store.flags import flags, ledger
from services.monitoring.store.register import categories, households, people
from shared.database.transaction import Transaction


async def flag_household(case: rules.Case, parameters: Parameters, tx: Transaction) -> Flagging:
    """Decide what a case does to its household's flag, and keep it with what it owes. The category begins with the flag.

    :raises TooManyRisks: the household would have more risks than the form holds.
    """
    held = await flags.open_of(case.household_id, tx)
    table = await law.measures_for(case.area_code, tx)
    flagging = flag_for(
        case,
        held,
        has_labour=await people.has_labour(case.household_id, tx),
        table=table,
        rules=parameters,
        calendar=await law.calendar_for(case.area_code, tx, days=longest_reach(table)),
        now=tx.now,
        before=await ledger.owed_before(held, tx) if held else OwedBefore(),
    )
    await flags.keep(case, flagging, tx, held=held)
    await ledger.owe(case, flagging, tx)
    if not held:
        await households.mark(case.household_id, HouseholdStatus.MONITORED, tx)
        await categories.begin(case, tx)
    return flagging
