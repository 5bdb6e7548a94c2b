"""Key groups, the groups of a household, and the households of a group."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.care.groups import GroupSource, NoSuchGroup
from services.monitoring.domain.register.households import HouseholdKind, HouseholdStatus
from services.monitoring.store.care import groups
from services.monitoring.store.register import households, people
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.ids import HouseholdId
from shared.kernel.page import Place
from shared.kernel.people import PersonName
from shared.kernel.workdays import local_day


class KeyGroupShown(BaseModel):
    code: str = Field(examples=["unstable_wages"])
    title: str = Field(examples=["务工收入占比高且不稳定户"])
    area: str
    effective_from: date
    document_number: str


class KeyGroupsShown(BaseModel):
    items: list[KeyGroupShown]


class InGroupShown(BaseModel):
    id: UUID
    group: str
    title: str
    valid_from: date
    valid_to: date | None
    source: GroupSource
    version: int


class HouseholdGroupsShown(BaseModel):
    items: list[InGroupShown]


class GroupHousehold(BaseModel):
    """A household of a group; `since`: from which day it belongs to it."""

    id: UUID
    area: str
    number: str = Field(examples=["5309021022010001"], description="户编号")
    head: str | None = Field(examples=["李**"])
    kind: HouseholdKind
    status: HouseholdStatus
    since: date


class GroupHouseholdPage(BaseModel):
    items: list[GroupHousehold]
    next: str | None


async def list_groups(tx: Transaction) -> KeyGroupsShown:
    """List the key groups in force in the caller's area today (R38; plan ch.3 s.1)."""
    found = (await groups.groups_for(tx.actor.area, tx)).values()
    return KeyGroupsShown(
        items=[
            KeyGroupShown(
                code=each.code, title=each.title, area=each.area_code, effective_from=each.effective_from, document_number=each.document_number
            )
            for each in sorted(found, key=lambda each: each.code)
        ]
    )


async def show_groups(household_id: HouseholdId, on: date | None, tx: Transaction) -> HouseholdGroupsShown:
    """Show which groups a household belongs to on a day, today if none is named; who looked is left in the audit.

    :raises NotFound: there is no such household here.
    """
    household = await households.get(household_id, tx)
    await tx.note_read("household", household.county_code, household.id)
    known = await groups.groups_for(household.area_code, tx)
    return HouseholdGroupsShown(
        items=[
            InGroupShown(
                id=each.id,
                group=each.group_code,
                title=known[each.group_code].title if each.group_code in known else each.group_code,
                valid_from=each.valid_from,
                valid_to=each.valid_to,
                source=each.source,
                version=each.version,
            )
            for each in await groups.of_household(household_id, on or local_day(tx.now), tx)
        ]
    )


async def list_group_households(group_code: str, area: str, tx: Transaction, *, after: Place | None, size: int) -> GroupHouseholdPage:
    """List the households that belong to a group today in an area.

    :raises NoSuchGroup: there is no such group in force there.
    """
    if is_inside(tx.actor.area, area):
        area = tx.actor.area
    if group_code not in await groups.groups_for(area, tx):
        raise NoSuchGroup
    rows, following = await groups.households_of(group_code, area, tx, after=after, size=size)
    heads = await people.heads_of([row.id for row in rows], tx) if rows else {}
    items = [
        GroupHousehold(
            id=row.id,
            area=row.area_code,
            number=row.number,
            head=str(PersonName(heads[row.id])) if row.id in heads else None,
            kind=row.kind,
            status=row.status,
            since=row.valid_from,
        )
        for row in rows
    ]
    return GroupHouseholdPage(items=items, next=following)
