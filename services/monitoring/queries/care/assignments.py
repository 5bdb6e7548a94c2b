"""Who looks after a household, and whom a cadre looks after; name and phone are masked."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.care.assignments import CareRole
from services.monitoring.store.care import assignments
from services.monitoring.store.register import households
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.ids import HouseholdId
from shared.kernel.page import Place
from shared.kernel.people import PersonName, Phone
from shared.kernel.workdays import local_day


class AssignmentShown(BaseModel):
    id: UUID
    household_id: UUID
    area: str
    role: CareRole
    cadre: str = Field(examples=["cadre-0103"])
    name: str = Field(examples=["李**"])
    unit: str = Field(examples=["临翔区农业农村局"])
    phone: str = Field(examples=["139****0000"])
    valid_from: date
    valid_to: date | None
    version: int


class AssignmentsShown(BaseModel):
    items: list[AssignmentShown]


class AssignmentPage(BaseModel):
    items: list[AssignmentShown]
    next: str | None


async def show_assignments(household_id: HouseholdId, on: date | None, tx: Transaction) -> AssignmentsShown:
    """Show who looks after a household on a day, today if none is named; who looked is left in the audit.

    :raises NotFound: there is no such household here.
    """
    household = await households.get(household_id, tx)
    await tx.note_read("household", household.county_code, household.id)
    return AssignmentsShown(items=_shown(await assignments.of_household(household_id, on or local_day(tx.now), tx), tx))


async def list_assignments(cadre: str, area: str, tx: Transaction, *, after: Place | None, size: int) -> AssignmentPage:
    """List whom a cadre looks after today in an area, in the order in which the charges were given."""
    if is_inside(tx.actor.area, area):
        area = tx.actor.area
    rows, following = await assignments.of_cadre(cadre, area, tx, after=after, size=size)
    return AssignmentPage(items=_shown(rows, tx), next=following)


def _shown(rows: Sequence[Row[Any]], tx: Transaction) -> list[AssignmentShown]:
    return [_one(row, tx.vault.open(row.secrets, table="care_assignment", row=row.id)) for row in rows]


def _one(row: Row[Any], secrets: dict[str, Any]) -> AssignmentShown:
    return AssignmentShown(
        id=row.id,
        household_id=row.household_id,
        area=row.area_code,
        role=row.role,
        cadre=row.cadre_id,
        name=str(PersonName(secrets["name"])),
        unit=row.unit,
        phone=str(Phone(secrets["phone"])),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        version=row.version,
    )
