"""Publish the bottom line of a year (监测底线)."""

from uuid import UUID

from services.monitoring.domain.income.simulations import must_be_proved
from services.monitoring.store import law
from services.monitoring.store.income import simulations
from services.monitoring.store.register import households
from services.monitoring.usecases.law.adopt_lines import adopt_line, has_come
from services.monitoring.usecases.law.published import NotPositive, Published, require_own_area
from shared.database.transaction import Transaction
from shared.wire import Day, DocumentNumber, Yuan, command


@command
class PublishBottomLine:
    """Yuan per head and year, from which day, by which document. Of the days that have come the latest is in force.

    `simulation`: the finished simulation of the same area, year and amount; without one a line is published only where nobody is registered.
    """

    amount: Yuan
    effective_from: Day
    document_number: DocumentNumber
    simulation: UUID | None = None


async def publish_bottom_line(area: str, year: int, line: PublishBottomLine, tx: Transaction) -> tuple[Published, bool]:
    """Publish a line for an area and year (R37, plan ch.3 s.1); say also whether it is new.

    A published row is never changed: another amount takes another day. One whose day has come is applied to everybody by a job, which opens a lead
    for who is newly below it; a duty does the same for one whose day comes later.

    :raises NotYourArea: the area is not the caller's.
    :raises NotPositive: a line of zero.
    :raises PublishedAlready: another amount or document holds from this day.
    :raises NotSimulated: households are registered there, and no finished simulation of this line is named.
    """
    require_own_area(area, tx)
    if line.amount <= 0:
        raise NotPositive("body.amount")
    row_id, is_new = await law.publish_line(
        area,
        year,
        tx,
        amount=line.amount,
        effective_from=line.effective_from,
        document_number=line.document_number,
        simulation_id=line.simulation,
    )
    if is_new and (line.simulation or await households.any_in(area, tx)):
        simulation = await simulations.find(line.simulation, tx) if line.simulation else None
        must_be_proved(simulation, area=area, year=year, amount=line.amount)
    if is_new and has_come(year, line.effective_from, tx):
        await adopt_line(row_id, area, tx)
    return Published(id=row_id, area=area, effective_from=line.effective_from), is_new
