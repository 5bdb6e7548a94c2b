from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.monitoring.domain.register.forms import HouseholdForm, PersonForm
from services.monitoring.store.register.forms import HouseholdFormRow, PersonFormRow
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction

_OF_HOUSEHOLDS = (
    select(
        col(HouseholdFormRow.household_id).label("subject"),
        *(col(each) for each in (HouseholdFormRow.valid_from, HouseholdFormRow.valid_to, HouseholdFormRow.kind)),
        *(col(each) for each in (HouseholdFormRow.village_code, HouseholdFormRow.secrets)),
        *columns_of(HouseholdFormRow, HouseholdForm),
    )
    .where(among(HouseholdFormRow.county_code, "counties"), among(HouseholdFormRow.household_id, "subjects"))
    .order_by(col(HouseholdFormRow.household_id), col(HouseholdFormRow.valid_from))
)
_OF_PEOPLE = (
    select(
        col(PersonFormRow.person_id).label("subject"),
        *(col(each) for each in (PersonFormRow.valid_from, PersonFormRow.valid_to)),
        *columns_of(PersonFormRow, PersonForm),
    )
    .where(among(PersonFormRow.county_code, "counties"), among(PersonFormRow.person_id, "subjects"))
    .order_by(col(PersonFormRow.person_id), col(PersonFormRow.valid_from))
)


async def histories_of(kind: type[HouseholdForm | PersonForm], subjects: Sequence[UUID], tx: Transaction) -> Mapping[UUID, Sequence[Any]]:
    """Load all forms of households or people, of each the earliest first: few, for they change seldom."""
    found: dict[UUID, list[Any]] = {}
    question = _OF_HOUSEHOLDS if kind is HouseholdForm else _OF_PEOPLE
    for row in await tx.execute(question, {"counties": [tx.actor.scope.county], "subjects": list(subjects)}):
        found.setdefault(row.subject, []).append(row)
    return found
