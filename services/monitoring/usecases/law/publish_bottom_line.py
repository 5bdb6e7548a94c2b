"""Publish the bottom line of a year (监测底线)."""

from services.monitoring.store import law
from services.monitoring.usecases.law.published import NotPositive, Published, require_own_area
from shared.database.transaction import Transaction
from shared.wire import Day, DocumentNumber, Yuan, command


@command
class PublishBottomLine:
    """Yuan per head and year, from which day, by which document. Of the days that have come the latest is in force."""

    amount: Yuan
    effective_from: Day
    document_number: DocumentNumber


async def publish_bottom_line(area: str, year: int, line: PublishBottomLine, tx: Transaction) -> tuple[Published, bool]:
    """Publish a line for an area and year (R37, plan ch.3 s.1); say also whether it is new.

    A published row is never changed: another amount takes another day.

    :raises NotYourArea: the area is not the caller's.
    :raises NotPositive: a line of zero.
    :raises PublishedAlready: another amount or document holds from this day.
    """
    require_own_area(area, tx)
    if line.amount <= 0:
        raise NotPositive("body.amount")
    row_id, is_new = await law.publish_line(
        area, year, tx, amount=line.amount, effective_from=line.effective_from, document_number=line.document_number
    )
    return Published(id=row_id, area=area, effective_from=line.effective_from), is_new
