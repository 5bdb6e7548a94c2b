"""People by a part of their name: a look-up that passes the policies, for behind them no index of a part of a name may be used; it asks itself
that the area is inside the caller's."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Row, Uuid, bindparam, select, text
from sqlmodel import col

from services.monitoring.domain.register.search import Found, end_of
from services.monitoring.store.register.households import COLUMNS, HouseholdRow
from services.monitoring.store.register.people import MembershipRow, PersonRow
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTY, area_range, counties_in, is_inside
from shared.kernel.people import PersonName

AT_ONCE = 50
"""How many are found on a page; the look-up reads one more."""

NAMED = text("SELECT place, id FROM people_named(:county, :lo, :hi, :part, :upto, :start, :after)").bindparams(
    bindparam("start", type_=Integer()), bindparam("after", type_=Uuid())
)
HOMES = (
    select(*COLUMNS, col(PersonRow.id).label("person_id"), col(PersonRow.name).label("person_name"))
    .join(MembershipRow, (col(MembershipRow.county_code) == col(PersonRow.county_code)) & (col(MembershipRow.person_id) == col(PersonRow.id)))
    .join(HouseholdRow, (col(HouseholdRow.county_code) == col(MembershipRow.county_code)) & (col(HouseholdRow.id) == col(MembershipRow.household_id)))
    .where(among(PersonRow.county_code, "counties"), among(PersonRow.id, "people"), col(MembershipRow.valid_to).is_(None))
)


async def page(area: str, part: PersonName, tx: Transaction, *, after: Found | None) -> tuple[list[Found], Found | None]:
    """Read a page of an area's people by a part of their name, and its last place if there are more.

    County by county; in each by where in the name the part begins, then by the name from there on. An area wider than the caller's own is the
    caller's, and one outside holds nobody.
    """
    if is_inside(tx.actor.area, area):
        area = tx.actor.area
    found: list[Found] = []
    for county in counties_in(area) if is_inside(area, tx.actor.area) else ():
        if after and county < after.county:
            continue
        found += await _read(county, area, part.full, tx, after=after if after and after.county == county else None)
        if len(found) > AT_ONCE:
            break
    return found[:AT_ONCE], found[AT_ONCE - 1] if len(found) > AT_ONCE else None


async def homes(found: Sequence[Found], tx: Transaction) -> Sequence[Row[Any]]:
    """Load the households of people, each with who was found, in the order of the people; only their counties are asked."""
    asked = {"counties": sorted({each.county for each in found}), "people": [each.person for each in found]}
    rows = {row.person_id: row for row in await tx.execute(HOMES, asked)}
    return [rows[each.person] for each in found if each.person in rows]


async def _read(county: str, area: str, part: str, tx: Transaction, *, after: Found | None) -> list[Found]:
    lo, hi = area_range(county if len(area) < COUNTY else area)
    asked = {
        "county": county,
        "lo": lo,
        "hi": hi,
        "part": part,
        "upto": end_of(part) or part,  # nothing is behind the last of all characters
        "start": after.start if after else 0,
        "after": after.person if after else None,
    }
    return [Found(county=county, start=row.place, person=row.id) for row in await tx.execute(NAMED, asked)]
