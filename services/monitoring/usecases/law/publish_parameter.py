"""Publish a parameter: days, kinds of day, quorums, who must differ."""

from typing import Annotated

from pydantic import Field

from services.monitoring.domain.parameters import Key, fitting
from services.monitoring.store import law
from services.monitoring.usecases.law.published import Published, require_own_area
from shared.database.transaction import Transaction
from shared.wire import Day, DocumentNumber, SafeText, command


@command
class PublishParameter:
    """A value, from which day it holds, by which document. Of the days that have come the latest is in force; the nearest area wins."""

    value: Annotated[SafeText, Field(examples=["5"])]
    effective_from: Day
    document_number: DocumentNumber


async def publish_parameter(area: str, key: Key, parameter: PublishParameter, tx: Transaction) -> tuple[Published, bool]:
    """Publish a parameter for an area; say also whether it is new. A published row is never changed: another value takes another day.

    :raises NotYourArea: the area is not the caller's.
    :raises UnfitParameter: the value does not fit the key.
    :raises PublishedAlready: another value or document holds from this day.
    """
    require_own_area(area, tx)
    row_id, is_new = await law.publish_parameter(
        area,
        key,
        tx,
        value=fitting(key, parameter.value),
        effective_from=parameter.effective_from,
        document_number=parameter.document_number,
    )
    return Published(id=row_id, area=area, effective_from=parameter.effective_from), is_new
