"""Publish an item of the income form (收入采集项目): whose total it adds to, and whether it counts."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.monitoring.domain.income.items import IncomeItem, ItemGroup
from services.monitoring.store import law
from services.monitoring.usecases.income.apply_line import RECOUNT, ask_to_apply
from services.monitoring.usecases.law.published import Published, require_own_area
from shared.database.transaction import Transaction
from shared.kernel.workdays import local_day
from shared.wire import Day, DocumentNumber, SafeText, YesNo, command

ItemCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][0-9]{1,2}(\.[0-9]{1,2})?$", strict=True),
    Field(description="项目编号，如 A1、D5.1。The item's code in the form.", examples=["A1"]),
]


@command
class PublishIncomeItem:
    """An item's group and title, whether it counts there (as net income, or as compliant), from which day, by which document."""

    group: ItemGroup
    title: Annotated[SafeText, Field(examples=["务工收入"])]
    counts: YesNo
    effective_from: Day
    document_number: DocumentNumber


async def publish_income_item(area: str, code: str, item: PublishIncomeItem, tx: Transaction) -> tuple[Published, bool]:
    """Publish an item for an area; say also whether it is new. A published row is never changed: another rule takes another day.

    What was recorded of periods that end on that day or later is added up anew, by a job.

    :raises NotYourArea: the area is not the caller's.
    :raises PublishedAlready: another rule or document holds from this day.
    """
    require_own_area(area, tx)
    row = IncomeItem(
        code=code,
        item_group=item.group,
        title=item.title,
        counts=item.counts,
        area_code=area,
        effective_from=item.effective_from,
        document_number=item.document_number,
    )
    row_id, is_new = await law.publish_item(row, tx)
    if is_new and item.effective_from <= local_day(tx.now):
        await ask_to_apply(RECOUNT, area, tx, since=item.effective_from.isoformat())
    return Published(id=row_id, area=area, effective_from=item.effective_from), is_new
