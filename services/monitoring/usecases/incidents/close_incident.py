"""Close an incident: nobody whom it hit is left alone."""

from services.monitoring.domain.incidents import incidents as rules
from services.monitoring.domain.incidents.incidents import IncidentId
from services.monitoring.store.incidents import counts, incidents
from services.monitoring.usecases.incidents.open_incident import IncidentChanged
from shared.database.transaction import Transaction
from shared.kernel.procedure import as_seen


async def close_incident(incident_id: IncidentId, tx: Transaction, *, expected: int) -> IncidentChanged:
    """Close an incident whose households are all checked, and those that it hit tracked to the end or have a case (R56; plan ch.3 s.3).

    :raises NotFound: there is no such incident here.
    :raises Stale: somebody changed it.
    :raises NotYourIncident: it reaches beyond the caller's area; IncidentClosed: it is over already.
    :raises NotAllChecked: so many households wait to be checked.
    :raises NotAllTracked: so many households are neither tracked to the end nor have a case.
    """
    held = await incidents.held_alone(incident_id, tx)
    as_seen(held.version, expected)
    left = await counts.left(incident_id, tx)
    status = rules.closed(held, unchecked=left.unchecked, untracked=left.untracked, by=tx.actor)
    version = await incidents.close(held, tx, expected=expected)
    return IncidentChanged(id=incident_id, version=version, status=status, areas=held.areas)
