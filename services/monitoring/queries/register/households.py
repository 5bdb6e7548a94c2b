"""Households: lists, the look-up by ID number, one household with what is known of it. Names and numbers are masked."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.register.households import HouseholdKind, HouseholdStatus, Labour, Relation
from services.monitoring.store import law
from services.monitoring.store.income import incomes
from services.monitoring.store.register import households, people
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId
from shared.kernel.page import Place
from shared.kernel.people import IdNumber, PersonName, Phone
from shared.wire import IdNumber as IdNumberField
from shared.wire import command

NOBODY = UUID(int=0)


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


class HouseholdPage(BaseModel):
    items: list[HouseholdLine]
    next: str | None


@command
class SearchHousehold:
    id_number: IdNumberField


class HouseholdsFound(BaseModel):
    items: list[HouseholdLine]


class MemberShown(BaseModel):
    id: UUID
    name: str = Field(examples=["李**"])
    id_number: str = Field(examples=["533522********00**"])
    phone: str | None = Field(examples=["139****0000"])
    relation: Relation
    labour: Labour


class IncomeShown(BaseModel):
    """Yuan for twelve months: the parts for the household, the two figures per head. The line is the one in force today."""

    people: int
    wage_income: Decimal
    production_income: Decimal
    property_income: Decimal
    transfer_income: Decimal
    production_expense: Decimal
    claim_income: Decimal
    compliant_self_paid: Decimal
    valid_from: date
    net_per_head: Decimal
    reference_per_head: Decimal
    line: Decimal | None
    below_line: bool | None


class HouseholdShown(BaseModel):
    """A household. One that is gone has neither members nor an income any more; see its lineage."""

    id: UUID
    version: int
    area: str
    number: str = Field(examples=["5309021022010001"], description="户编号")
    kind: HouseholdKind
    status: HouseholdStatus
    registered_at: datetime
    due_at: datetime
    members: list[MemberShown]
    income: IncomeShown | None


async def list_households(area: str, status: HouseholdStatus, tx: Transaction, *, after: Place | None, size: int) -> HouseholdPage:
    """List an area's households in one status by their next visit."""
    rows, following = await households.worklist.page(area, status, tx, after=after, size=size)
    return HouseholdPage(items=await _lines(rows, tx), next=following)


async def search_household(search: SearchHousehold, tx: Transaction) -> HouseholdsFound:
    """Find the household of a person inside the caller's area, by blind index; who looked is left in the audit."""
    household_id = await people.household_with(search.id_number, tx)
    if household_id is None:
        await tx.note_read("household", tx.actor.scope.county, NOBODY)  # who looked for nobody leaves a trace too
        return HouseholdsFound(items=[])
    row = await households.get(HouseholdId(household_id), tx)
    await tx.note_read("household", row.county_code, row.id)
    return HouseholdsFound(items=await _lines([row], tx))


async def show_household(household_id: HouseholdId, tx: Transaction) -> HouseholdShown:
    """Show one household; who looked is left in the audit.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    row = await households.get(household_id, tx)
    await tx.note_read("household", row.county_code, row.id)
    return HouseholdShown(
        id=row.id,
        version=row.version,
        area=row.area_code,
        number=row.number,
        kind=row.kind,
        status=row.status,
        registered_at=row.registered_at,
        due_at=row.due_at,
        members=[_member(each, tx) for each in await people.members_of(household_id, tx)],
        income=await _income(household_id, row.area_code, tx) if row.status is not HouseholdStatus.GONE else None,
    )


async def _lines(rows: Sequence[Row[Any]], tx: Transaction) -> list[HouseholdLine]:
    heads = await people.heads_of([row.id for row in rows], tx) if rows else {}
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


def _member(row: Row[Any], tx: Transaction) -> MemberShown:
    secrets = tx.vault.open(row.secrets, table="person", row=row.id)
    return MemberShown(
        id=row.id,
        name=str(PersonName(row.name)),
        id_number=str(IdNumber(secrets["id_number"])),
        phone=str(Phone(secrets["phone"])) if secrets["phone"] else None,
        relation=row.relation,
        labour=row.labour,
    )


async def _income(household_id: HouseholdId, area: str, tx: Transaction) -> IncomeShown:
    try:
        line: Decimal | None = (await law.line_for(area, tx)).amount
    except law.NoLine:
        line = None
    standing = await incomes.standing(household_id, line or Decimal(0), tx)
    shown = standing._asdict() | {"line": line, "below_line": standing.below_line if line is not None else None}
    return IncomeShown(**shown)
