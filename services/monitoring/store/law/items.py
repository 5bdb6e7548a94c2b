from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, PrimaryKeyConstraint, UniqueConstraint, bindparam, select
from sqlmodel import col

from services.monitoring.domain.income.items import IncomeItem, ItemGroup
from services.monitoring.store.base import Base
from services.monitoring.store.law.publishing import publish
from shared.database.columns import code, day, one_of, only
from shared.database.rows import among, columns_of, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import ancestry


class IncomeItemRow(Base, table=True):
    """An item of the income form (收入采集项目): whose total it adds to, and whether it counts."""

    __tablename__ = "income_item"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        UniqueConstraint("county_code", "area_code", "code", "effective_from"),
        only("item_group", ItemGroup),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    code: str = code()
    item_group: ItemGroup = one_of(ItemGroup)
    title: str
    counts: bool
    effective_from: date = day()
    document_number: str


ITEMS = (
    select(*columns_of(IncomeItemRow, IncomeItem))
    .where(among(IncomeItemRow.area_code, "areas"), col(IncomeItemRow.effective_from) <= bindparam("on", type_=Date()))
    .order_by(col(IncomeItemRow.area_code), col(IncomeItemRow.effective_from))
)
_LAW = ("county_code", "id", "item_group", "title", "counts", "document_number")
SAME_ITEM = select(col(IncomeItemRow.id)).where(*(table_of(IncomeItemRow).c[name] == bindparam(f"this_{name}") for name in _LAW))


async def items_for(area: str, on: date, tx: Transaction) -> dict[str, IncomeItem]:
    """Read the items in force in an area on a day, by code; nearer areas and later days overwrite wider and earlier ones."""
    rows = await tx.execute(ITEMS, {"areas": ancestry(area), "on": on})
    return {row["code"]: IncomeItem(**row) for row in rows.mappings()}


async def publish_item(item: IncomeItem, tx: Transaction) -> tuple[UUID, bool]:
    """Add an item; the same one again is found. Give its id, and whether it is new.

    :raises PublishedAlready: another one holds from this day.
    """
    row: dict[str, Any] = {name: getattr(item, name) for name in IncomeItem.__dataclass_fields__}
    return await publish(IncomeItemRow, row, f"item/{item.area_code}/{item.code}/{item.effective_from}", SAME_ITEM, tx)
