"""Pages of the household register and of the collection forms as they go out: in the columns in which they come in, masked.

Promises: what goes out and comes in again changes nothing; nothing about anybody's health is in it. The day of a form is left empty, for what is
changed in such a file holds from when it comes in.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.files.household_forms import HOUSEHOLD_FORMS
from services.monitoring.domain.files.household_register import HOUSEHOLD_REGISTER
from services.monitoring.domain.files.person_forms import PERSON_FORMS
from services.monitoring.domain.register.households import HouseholdStatus, Relation
from services.monitoring.queries.register.forms import masked_secrets
from services.monitoring.store.income import incomes
from services.monitoring.store.register import forms, households, people
from shared.database.transaction import Transaction
from shared.kernel.page import Place
from shared.kernel.people import IdNumber, PersonName, Phone
from shared.kernel.sheets import MASK, Sheet

Rows = list[Sequence[object]]


async def register_page(area: str, status: HouseholdStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Rows, str | None]:
    """Read households with their members and incomes: a row for each person, the head's first."""
    found, following = await _living(area, status, after, size, tx)
    ids = [row.id for row in found]
    members, filled = await _members(ids, tx)
    filled |= await forms.present_of_all(ids, [], tx)
    income = {row.household_id: row for row in await incomes.present_of_all(ids, tx)}
    living = [household for household in found if household.id in income]  # some may have gone since the page was read
    return [row for household in living for row in _household_rows(household, members[household.id], income[household.id], filled, tx)], following


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
    members, filled = await _members([row.id for row in found], tx)
    rows: Rows = [
        _written(PERSON_FORMS, {"village": row.area_code, "household_number": row.number, **_of_member(member, tx), **filled.get(member.id, {})})
        for row in found
        for member in members[row.id]
    ]
    return rows, following


async def _living(area: str, status: HouseholdStatus, after: Place | None, size: int, tx: Transaction) -> tuple[Sequence[Row[Any]], str | None]:
    if status is HouseholdStatus.GONE:
        return [], None
    return await households.worklist.page(area, status, tx, after=after, size=size)


async def _members(household_ids: Sequence[UUID], tx: Transaction) -> tuple[Mapping[UUID, Sequence[Row[Any]]], dict[UUID, dict[str, object]]]:
    """Load the members of households, of each the head first, and their present forms by person."""
    rows = await people.members_of_all(household_ids, tx)
    members: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda each: each.relation is not Relation.HEAD):
        members[row.household_id].append(row)
    return members, await forms.present_of_all([], [row.id for row in rows], tx)


def _household_rows(
    household: Row[Any], members: Sequence[Row[Any]], income: Row[Any], filled: Mapping[UUID, Mapping[str, object]], tx: Transaction
) -> Rows:
    """Write a household as rows; what is said of it stands in the head's row."""
    of_head = {"kind": household.kind, "people": income.people, "net_income": income.net if income.net >= 0 else None} | {
        each: getattr(income, each) for each in incomes.AMOUNTS
    }
    of_head |= filled.get(household.id, {})
    rows: Rows = []
    for member in members:
        secrets = tx.vault.open(member.secrets, table="person", row=member.id)
        values = {
            "village": household.area_code,
            "household_number": household.number,
            "name": str(PersonName(member.name)),
            "id_number": str(IdNumber(secrets["id_number"])) if secrets["id_number"] else MASK,  # who has none stays as registered
            "phone": str(Phone(secrets["phone"])) if secrets["phone"] else None,
            "relation": member.relation,
            "labour": member.labour,
            "person": member.id,
            **filled.get(member.id, {}),
            **(of_head if member.relation is Relation.HEAD else {}),
        }
        rows.append(_written(HOUSEHOLD_REGISTER, values))
    return rows


def _of_member(member: Row[Any], tx: Transaction) -> dict[str, object]:
    number = tx.vault.open(member.secrets, table="person", row=member.id)["id_number"]
    return {"name": str(PersonName(member.name)), "id_number": str(IdNumber(number)) if number else None, "person": member.id}


def _written(sheet: Sheet, values: Mapping[str, object]) -> list[object]:
    return [values.get(column.field) for column in sheet.columns]
