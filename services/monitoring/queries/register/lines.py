"""Households as they stand in lists: their heads masked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.register.households import HouseholdKind, HouseholdStatus
from services.monitoring.store.register import people
from shared.database.transaction import Transaction
from shared.kernel.people import PersonName


class HouseholdLine(BaseModel):
    """A household in a list. `due_at`: by when it is to be visited next."""

    id: UUID
    area: str
    number: str = Field(examples=["5309021022010001"], description="户编号")
    head: str | None = Field(examples=["李**"])
    kind: HouseholdKind
    status: HouseholdStatus
    due_at: datetime
    version: int


async def household_lines(rows: Sequence[Row[Any]], tx: Transaction) -> list[HouseholdLine]:
    """Write rows of households as lines."""
    heads = await people.heads_of([row.id for row in rows], tx, counties={row.county_code for row in rows}) if rows else {}
    return [
        HouseholdLine(
            id=row.id,
            area=row.area_code,
            number=row.number,
            head=str(PersonName(heads[row.id])) if row.id in heads else None,
            kind=row.kind,
            status=row.status,
            due_at=row.due_at,
            version=row.version,
        )
        for row in rows
    ]
