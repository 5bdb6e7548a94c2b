from typing import Any
from uuid import UUID

from sqlalchemy import Select

from shared.database.base import Table
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.errors import Conflict
from shared.kernel.ids import derived_id


class PublishedAlready(Conflict):
    sentence = "该日起施行的规定已经发布，不得改写，请另定施行日期。"
    english = "Another row holds from this day and is never changed: choose another day."


_LAW = UUID("5309b6a0-0000-7000-8000-000000000001")


async def publish(kind: type[Table], row: dict[str, Any], name: str, same: Select[Any], tx: Transaction) -> tuple[UUID, bool]:
    row_id = derived_id(_LAW, name)
    row = {"county_code": county_of(row["area_code"]), "id": row_id, **row}
    tx.forget()
    if await tx.insert(kind, [row], skip_existing=True):
        return row_id, True
    if (await tx.execute(same, {f"this_{name}": value for name, value in row.items()})).scalar() is None:
        raise PublishedAlready("body.effective_from")
    return row_id, False
