"""Take a household out of a key group."""

from services.monitoring.domain.periods import Period, ended
from services.monitoring.store.care import groups
from services.monitoring.store.register import households
from services.monitoring.usecases.care.put_in_group import Grouped
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import as_seen
from shared.wire import Day, command


@command
class TakeOutOfGroup:
    """The first day on which the household belongs to the group no more."""

    on: Day


async def take_out_of_group(household_id: HouseholdId, group_code: str, ending: TakeOutOfGroup, tx: Transaction, *, expected: int) -> Grouped:
    """End a household's belonging to a group (R38; plan ch.3 s.1).

    :raises NotFound: there is no such household here, or it is not in the group.
    :raises Stale: somebody changed it; PeriodReversed: it came into the group later.
    """
    await households.get(household_id, tx)
    before = await groups.periods(household_id, group_code, tx)
    if not before or before[-1].valid_to is not None:
        raise NotFound
    belonging = before[-1]
    as_seen(belonging.version, expected)
    on = ended(Period(valid_from=belonging.valid_from), ending.on)
    return Grouped(id=belonging.id, version=await groups.end(belonging, on, tx, expected=expected), status="ended")
