"""Finding households by a person's ID number, or by a part of a name."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.monitoring.domain.register.search import Found, SearchByOne
from services.monitoring.queries.register.lines import HouseholdLine, household_lines
from services.monitoring.store.register import households, people, search
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId
from shared.kernel.people import PersonName as Name
from shared.wire import AreaCode, PersonName, SearchedIdNumber, command

NOBODY = UUID(int=0)
SearchCursor = Annotated[
    str,
    StringConstraints(pattern=r"^5309(02|2[1-7])\.[1-5]\.[0-9a-f]{32}$", strict=True),
    Field(description="上一页给出的 next。The `next` of the page before.", examples=["530902.1.0192f0c17d3e700080000000000000aa"]),
]


@command
class SearchHousehold:
    """By ID number, or by a part of the name: one or more characters from its first to fourth on, or behind its point. The area narrows a name.

    An obsolete number of 15 digits finds who is registered under the one of 18 that follows from it.
    """

    id_number: SearchedIdNumber | None = None
    name_part: PersonName | None = None
    area: AreaCode | None = None
    cursor: SearchCursor | None = None


class HouseholdFound(HouseholdLine):
    """A household, and who of it was found by name."""

    person_name: str | None = Field(default=None, examples=["李**"])


class HouseholdsFound(BaseModel):
    items: list[HouseholdFound]
    next: str | None


async def search_household(wanted: SearchHousehold, tx: Transaction) -> HouseholdsFound:
    """Find households inside the caller's area; that somebody searched is left in the audit, and of a name only that it was one.

    :raises SearchByOne: neither a number nor a name is given, or both.
    """
    if wanted.name_part and not wanted.id_number:
        return await _by_name(wanted.name_part, wanted, tx)
    if wanted.id_number is None or wanted.name_part or wanted.area or wanted.cursor:
        raise SearchByOne("body.id_number", "body.name_part")
    household_id = await people.household_with(wanted.id_number, tx)
    if household_id is None:
        await tx.note_read("household", tx.actor.scope.county, NOBODY)  # who looked for nobody leaves a trace too
        return HouseholdsFound(items=[], next=None)
    row = await households.get(HouseholdId(household_id), tx)
    await tx.note_read("household", row.county_code, row.id)
    return HouseholdsFound(items=[HouseholdFound(**line.model_dump()) for line in await household_lines([row], tx)], next=None)


async def _by_name(part: Name, wanted: SearchHousehold, tx: Transaction) -> HouseholdsFound:
    after = Found.parse(wanted.cursor) if wanted.cursor else None
    found, last = await search.page(wanted.area or tx.actor.area, part, tx, after=after)
    await tx.note_read("name_search", tx.actor.scope.county, NOBODY)
    rows = await search.homes(found, tx) if found else []
    lines = await household_lines(rows, tx)
    items = [HouseholdFound(**line.model_dump(), person_name=str(Name(row.person_name))) for line, row in zip(lines, rows, strict=True)]
    return HouseholdsFound(items=items, next=str(last) if last else None)
