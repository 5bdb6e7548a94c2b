"""Publish a yearly figure that rules are held against (规则基数)."""

from services.monitoring.domain.signals import Figure
from services.monitoring.store import law
from services.monitoring.usecases.law.published import Published, require_own_area
from shared.database.transaction import Transaction
from shared.kernel.errors import Invalid
from shared.wire import Day, DocumentNumber, Yuan, command


class FigureNotPositive(Invalid):
    sentence = "基数须大于零。"
    english = "A figure that rules are held against is more than zero."


@command
class PublishBaseFigure:
    """Yuan per head of the year in the path, from which day, by which document."""

    amount: Yuan
    effective_from: Day
    document_number: DocumentNumber


async def publish_base_figure(area: str, figure: Figure, year: int, published: PublishBaseFigure, tx: Transaction) -> tuple[Published, bool]:
    """Publish a figure of a year (R57, plan ch.3 s.3); say also whether it is new. A published row is never changed.

    :raises NotYourArea: the area is not the caller's.
    :raises FigureNotPositive: a figure of zero.
    :raises PublishedAlready: another amount or document holds from this day.
    """
    require_own_area(area, tx)
    if published.amount <= 0:
        raise FigureNotPositive("body.amount")
    row_id, is_new = await law.publish_figure(
        area,
        figure,
        year,
        tx,
        amount=published.amount,
        effective_from=published.effective_from,
        document_number=published.document_number,
    )
    return Published(id=row_id, area=area, effective_from=published.effective_from), is_new
