"""Pages of the collection forms as they go out: in the columns in which they come in, masked.

Promises: what goes out and comes in again changes nothing; nothing about anybody's health is in it. The day is left empty, for what is changed in
such a file holds from when it comes in.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.files.household_forms import HOUSEHOLD_FORMS
from services.monitoring.domain.files.person_forms import PERSON_FORMS
from services.monitoring.domain.register.households import HouseholdStatus, Relation
from services.monitoring.queries.register.forms import masked_secrets
from services.monitoring.store.register import forms, households, people
from shared.database.transaction import Transaction
from shared.kernel.page import Place
from shared.kernel.people import IdNumber, PersonName
from shared.kernel.sheets import Sheet

Rows = list[Sequence[object]]


async def household_form_page(area: str, status: HouseholdStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read the present forms of households, a row for each household, filled in or not. Those that are gone have none."""
    found, following = await _living(area, status, after, size, tx)
    ids = [row.id for row in found]
    heads, secrets = await people.heads_of(ids, tx), await forms.present_secrets_of(ids, tx)
    filled = await forms.present_of_all(ids, [], tx)
    rows: Rows = [
        _written(
            HOUSEHOLD_FORMS,
            {
                "village": row.area_code,
                "household_number": row.number,
                "name": str(PersonName(heads[row.id])) if row.id in heads else None,
                "kind": row.kind,
                **masked_secrets(secrets.get(row.id, {})),
                **filled.get(row.id, {}),
            },
        )
        for row in found
    ]
    return rows, following


async def person_form_page(area: str, status: HouseholdStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read the present forms of the members of households, a row for each member, the head's first."""
    found, following = await _living(area, status, after, size, tx)
    members: dict[UUID, list[Row[Any]]] = {}
    for member in await people.members_of_all([row.id for row in found], tx):
        members.setdefault(member.household_id, []).append(member)
    filled = await forms.present_of_all([], [each.id for group in members.values() for each in group], tx)
    rows: Rows = [
        _written(PERSON_FORMS, {"village": row.area_code, "household_number": row.number, **_of_member(member, tx), **filled.get(member.id, {})})
        for row in found
        for member in sorted(members.get(row.id, ()), key=lambda each: each.relation is not Relation.HEAD)
    ]
    return rows, following


async def _living(area: str, status: HouseholdStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Sequence[Row[Any]], str | None]:
    if status is HouseholdStatus.GONE:
        return [], None
    return await households.worklist.page(area, status, tx, after=after, size=size)


def _of_member(member: Row[Any], tx: Transaction) -> dict[str, object]:
    number = tx.vault.open(member.secrets, table="person", row=member.id)["id_number"]
    return {"name": str(PersonName(member.name)), "id_number": str(IdNumber(number)) if number else None, "person": member.id}


def _written(sheet: Sheet, values: Mapping[str, object]) -> list[object]:
    return [values.get(column.field) for column in sheet.columns]
