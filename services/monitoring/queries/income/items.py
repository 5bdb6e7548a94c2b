"""The items of the income form, as they are in force."""

from datetime import date

from pydantic import BaseModel, Field

from services.monitoring.domain.income.items import ItemGroup
from services.monitoring.store import law
from shared.database.transaction import Transaction
from shared.kernel.workdays import local_day


class ItemShown(BaseModel):
    """An item in force: `counts` in its group's total, by whose rule and since when."""

    code: str = Field(examples=["D5.1"])
    group: ItemGroup
    title: str = Field(examples=["退耕还林补助"])
    counts: bool
    area: str
    effective_from: date
    document_number: str


class ItemsShown(BaseModel):
    area: str
    on: date
    items: list[ItemShown]


async def list_items(area: str, on: date | None, tx: Transaction) -> ItemsShown:
    """List the items in force in an area today, or on another day, group by group as the form has them."""
    day = on or local_day(tx.now)
    found = (await law.items_for(area, day, tx)).values()
    items = [
        ItemShown(
            code=item.code,
            group=item.item_group,
            title=item.title,
            counts=item.counts,
            area=item.area_code,
            effective_from=item.effective_from,
            document_number=item.document_number,
        )
        for item in sorted(found, key=lambda item: _place(item.code))
    ]
    return ItemsShown(area=area, on=day, items=items)


def _place(code: str) -> tuple[str, int, int]:
    """Say where an item stands in the form: D6.2 before D6.10."""
    whole, _, part = code[1:].partition(".")
    return code[0], int(whole), int(part or 0)
