"""End a cadre's charge of a household."""

from uuid import UUID

from services.monitoring.domain.periods import Period, ended
from services.monitoring.store.care import assignments
from services.monitoring.usecases.care.assign_cadre import Assigned
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen
from shared.wire import Day, command


@command
class EndAssignment:
    """The first day on which it holds no more."""

    on: Day


async def end_assignment(assignment_id: UUID, ending: EndAssignment, tx: Transaction, *, expected: int) -> Assigned:
    """End a charge on a day (R4; plan ch.1 s.1).

    :raises NotFound: there is no such charge here.
    :raises Stale: somebody changed it.
    :raises PeriodOver: it has an end; PeriodReversed: it began later.
    """
    assignment = await assignments.get(assignment_id, tx)
    as_seen(assignment.version, expected)
    on = ended(Period(valid_from=assignment.valid_from, valid_to=assignment.valid_to), ending.on)
    return Assigned(id=assignment_id, version=await assignments.end(assignment, on, tx, expected=expected), status="ended")
