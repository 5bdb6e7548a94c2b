"""A county orders that households of an incident are helped first (绿色通道)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.monitoring.domain.incidents import incidents as rules
from services.monitoring.domain.incidents.green_channel import HouseholdsOrArea, NobodyHit, NotOfIncident, OrderId
from services.monitoring.domain.incidents.incidents import GREEN_CHANNEL, IncidentId
from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.incidents import green_channels, incidents
from services.monitoring.store.jobs import jobs
from services.monitoring.usecases.incidents.lay_down_households import Asked
from services.monitoring.usecases.register.register_household import OutsideYourArea
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of, is_inside
from shared.kernel.ids import new_id
from shared.wire import AreaCode, DocumentNumber, SafeText, command


@command
class OrderGreenChannel:
    """Which households, or all of an area that were hit; why, and by which document. What each is owed follows from the law by its risks."""

    households: Annotated[list[UUID], Field(max_length=500)] = Field(default_factory=list)
    area: AreaCode | None = None
    reason: SafeText
    document_number: DocumentNumber


async def order_green_channel(incident_id: IncidentId, order: OrderGreenChannel, tx: Transaction) -> Asked:
    """Order that households are flagged at once; a job does it, and says of each what became of it (R56; plan ch.3 s.3).

    :raises NotFound: there is no such incident here; IncidentClosed: it is over.
    :raises HouseholdsOrArea: both or neither; OutsideYourArea: the area is not the caller's.
    :raises NotOfIncident: a household that is none of the incident, or twice; NobodyHit: nobody of the area waits for help.
    """
    rules.under_way(await incidents.get(incident_id, tx))
    if bool(order.households) == (order.area is not None):
        raise HouseholdsOrArea("body.households", "body.area")
    if order.area is not None and not is_inside(order.area, tx.actor.area):
        raise OutsideYourArea("body.area")
    order_id = OrderId(new_id())
    if order.area is None:
        if len(await green_channels.name_households(order_id, incident_id, order.households, tx)) < len(order.households):
            raise NotOfIncident("body.households")
    elif not await green_channels.gather_households(order_id, incident_id, order.area, tx):
        raise NobodyHit("body.area")

    keep_days = (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)
    job = await jobs.ask(GREEN_CHANNEL, GREEN_CHANNEL, {"order": str(order_id)}, tx, keep_days=keep_days)
    row = {
        "county_code": county_of(tx.actor.area),
        "id": order_id,
        "area_code": tx.actor.area,
        "incident_id": incident_id,
        "reason": order.reason,
        "document_number": order.document_number,
        "ordered_by": tx.actor.id,
        "ordered_at": tx.now,
        "job_id": job.id,
    }
    await green_channels.add(row, tx)
    return Asked(id=order_id, job_id=job.id)
