"""A household of a round need not be visited in it."""

from services.monitoring.domain import screening as rules
from services.monitoring.domain.screening import RoundId
from services.monitoring.store.screening import households, rounds
from services.monitoring.usecases.screening.screen_household import Screened
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, derived_id
from shared.kernel.procedure import as_seen
from shared.wire import SafeText, command


@command
class ExcuseHousehold:
    """Why: all of them work elsewhere and were asked by telephone, for instance."""

    reason: SafeText


async def excuse_household(round_id: RoundId, household_id: HouseholdId, excuse: ExcuseHousehold, tx: Transaction, *, expected: int) -> Screened:
    """Excuse a household from a round, with the reason (R38; plan ch.3 s.1).

    :raises NotFound: the household is not in this round, or not here.
    :raises Stale: somebody changed it.
    :raises RoundClosed: the round is over.
    """
    screening = await households.hold(round_id, household_id, tx)
    as_seen(screening.version, expected)
    status = rules.excused(screening, await rounds.get(round_id, tx), by=tx.actor.role)

    visit_id = derived_id(screening.id, "visit")
    told = tx.vault.seal({"note": excuse.reason}, table="screening_household", row=visit_id)
    version = await households.decide(screening, status, tx, expected=expected, visit=visit_id, told=told)
    return Screened(id=screening.id, version=version, status=status)
