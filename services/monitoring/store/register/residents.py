"""Who lives in a household, as what, and how that changes: memberships are dated, so what was stays to be read.

What held until a day ends on it. What began that same day leaves an empty span, and stands again if it comes back.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Row, Uuid, bindparam, select, text
from sqlmodel import col

from services.monitoring.domain.register.changes import DepartureReason, Standing
from services.monitoring.store.register.people import MembershipRow
from shared.database.columns import CODE
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, PersonId

PEOPLE = ARRAY(Uuid)

STANDINGS = (
    select(col(MembershipRow.person_id), col(MembershipRow.relation), col(MembershipRow.labour))
    .where(
        among(MembershipRow.county_code, "counties"), col(MembershipRow.household_id) == bindparam("household"), col(MembershipRow.valid_to).is_(None)
    )
    .order_by(col(MembershipRow.person_id))
)
HOME = select(col(MembershipRow.household_id)).where(
    among(MembershipRow.county_code, "counties"), col(MembershipRow.person_id) == bindparam("person"), col(MembershipRow.valid_to).is_(None)
)
END = text("""
    UPDATE membership SET valid_to = greatest(valid_from, :since), ended_why = :why
    WHERE county_code = :county AND person_id = ANY(:people) AND valid_to IS NULL
""").bindparams(bindparam("people", type_=PEOPLE), bindparam("since", type_=Date()), bindparam("why", type_=CODE))
BEGIN = text("""
    INSERT INTO membership (county_code, id, household_id, person_id, area_code, relation, labour, valid_from)
    SELECT :county, uuidv7(), :household, s.person, :area, s.relation, s.labour, greatest(:since, (
        SELECT max(m.valid_to) FROM membership m WHERE m.county_code = :county AND m.person_id = s.person
    )) FROM unnest(:people, :relations, :labours) AS s (person, relation, labour)
    ON CONFLICT (county_code, household_id, person_id, valid_from) DO UPDATE
    SET relation = excluded.relation, labour = excluded.labour, area_code = excluded.area_code, valid_to = NULL, ended_why = NULL
""").bindparams(
    bindparam("people", type_=PEOPLE),
    bindparam("relations", type_=ARRAY(CODE)),
    bindparam("labours", type_=ARRAY(CODE)),
    bindparam("since", type_=Date()),
)
MOVE = text("UPDATE person SET area_code = :area WHERE county_code = :county AND id = ANY(:people) AND area_code <> :area").bindparams(
    bindparam("people", type_=PEOPLE)
)
# Only what nobody holds any more is given up: the function looks whether the person still lives somewhere under this number.
RELEASE = text("""
    SELECT release_registrations(array_agg(id_number_index ORDER BY id), array_agg(id ORDER BY id)) FROM person
    WHERE county_code = :county AND id = ANY(:people)
""").bindparams(bindparam("people", type_=PEOPLE))


async def standings(household_id: HouseholdId, tx: Transaction) -> list[Standing]:
    """Say who lives in a household, and as what."""
    rows = await tx.execute(STANDINGS, {"counties": tx.counties, "household": household_id})
    return [Standing(**row) for row in rows.mappings()]


async def home_of(person_id: PersonId, tx: Transaction) -> HouseholdId | None:
    """Find the household in which a person lives."""
    found = (await tx.execute(HOME, {"counties": tx.counties, "person": person_id})).scalar_one_or_none()
    return HouseholdId(found) if found else None


async def settle(household: Row[Any], people: Sequence[Standing], tx: Transaction, *, since: date) -> None:
    """Let people live in a household, as what they are there, wherever in the county they lived before."""
    if not people:
        return
    who = [each.person_id for each in people]
    await tx.execute(END, {"county": household.county_code, "people": who, "since": since, "why": None})
    values = {
        "county": household.county_code,
        "household": household.id,
        "area": household.area_code,
        "since": since,
        "people": who,
        "relations": [each.relation for each in people],
        "labours": [each.labour for each in people],
    }
    await tx.execute(BEGIN, values)
    await tx.execute(MOVE, {"county": household.county_code, "people": who, "area": household.area_code})


async def leave(county_code: str, people: Sequence[UUID], tx: Transaction, *, on: date, why: DepartureReason | None) -> None:
    """Let people live nowhere here any more."""
    await tx.execute(END, {"county": county_code, "people": list(people), "since": on, "why": why})


async def release(county_code: str, people: Sequence[UUID], tx: Transaction) -> None:
    """Let people who live nowhere be registered again, anywhere."""
    await tx.execute(RELEASE, {"county": county_code, "people": list(people)})
