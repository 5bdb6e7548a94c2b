"""What moves with a household to another county: its people, as they are sealed, what they live on, and what it was monitored as.

A person keeps the id, to which the ciphertexts are bound; in the old county the rows stay as they were until that day.
"""

from base64 import b64decode, b64encode
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Row, Uuid, bindparam, select, text
from sqlmodel import col

from services.monitoring.domain.income.figures import AMOUNTS, Income
from services.monitoring.store.income.incomes import present
from services.monitoring.store.register.categories import CategoryRow
from services.monitoring.store.register.people import DirectoryRow, MembershipRow, PersonRow
from shared.database.columns import CODE
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.ids import HouseholdId, derived_id, new_id
from shared.kernel.workdays import local_day

BINARY = ARRAY(LargeBinary)
PEOPLE = (
    select(
        col(PersonRow.id),
        col(PersonRow.name),
        col(PersonRow.id_number_index),
        col(PersonRow.secrets),
        col(PersonRow.content_index),
        col(MembershipRow.relation),
        col(MembershipRow.labour),
    )
    .join(PersonRow, (col(PersonRow.county_code) == col(MembershipRow.county_code)) & (col(PersonRow.id) == col(MembershipRow.person_id)))
    .where(
        among(MembershipRow.county_code, "counties"), col(MembershipRow.household_id) == bindparam("household"), col(MembershipRow.valid_to).is_(None)
    )
    .order_by(col(PersonRow.id))
)
CATEGORIES = (
    select(col(CategoryRow.id), col(CategoryRow.category), col(CategoryRow.valid_from), col(CategoryRow.valid_to))
    .where(among(CategoryRow.county_code, "counties"), col(CategoryRow.household_id) == bindparam("household"))
    .order_by(col(CategoryRow.valid_from))
)
# Who comes back to a county is there already, as he or she was when the household left.
KEEP_PEOPLE = text("""
    INSERT INTO person (county_code, id, area_code, name, id_number_index, secrets, content_index)
    SELECT :county, p.id, :area, p.name, p.number, p.secrets, p.content FROM unnest(:ids, :names, :numbers, :secrets, :contents)
        AS p (id, name, number, secrets, content)
    ON CONFLICT (county_code, id) DO UPDATE SET area_code = excluded.area_code, name = excluded.name,
        id_number_index = excluded.id_number_index, secrets = excluded.secrets, content_index = excluded.content_index
""").bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("names", type_=ARRAY(CODE)),
    *(bindparam(name, type_=BINARY) for name in ("numbers", "secrets", "contents")),
)
RELEASE = text("SELECT release_registrations(:numbers, :ids)").bindparams(bindparam("numbers", type_=BINARY), bindparam("ids", type_=ARRAY(Uuid)))


async def packed(household: Row[Any], tx: Transaction) -> dict[str, Any]:
    """Take up all that moves with a household."""
    asked = {"counties": [household.county_code], "household": household.id}
    people = (await tx.execute(PEOPLE, asked)).all()
    income = await present(HouseholdId(household.id), tx)
    categories = (await tx.execute(CATEGORIES, asked)).all()
    return {
        "kind": household.kind,
        "due_at": household.due_at.isoformat(),
        "people": [_person(each) for each in people],
        "income": {"people": income.people} | {amount: str(getattr(income, amount)) for amount in AMOUNTS},
        "categories": [
            {"id": str(row.id), "category": row.category, "valid_from": row.valid_from, "valid_to": row.valid_to or local_day(tx.now)}
            for row in categories
        ],
    }


def income_in(content: dict[str, Any]) -> Income:
    """Read what a household lived on."""
    income = content["income"]
    return Income(people=income["people"], **{amount: Decimal(income[amount]) for amount in AMOUNTS})


async def unpack(household_id: HouseholdId, village: str, content: dict[str, Any], tx: Transaction) -> bool:
    """Set down who moved with a household and what it was monitored as; false if somebody else is registered as one of its people."""
    place = {"county_code": county_of(village), "area_code": village, "household_id": household_id}
    if not await _people(place, content["people"], tx):
        return False
    categories = [
        {
            **place,
            "id": derived_id(household_id, row["id"]),
            "category": row["category"],
            "valid_from": date.fromisoformat(row["valid_from"]),
            "valid_to": date.fromisoformat(row["valid_to"]),
        }
        for row in content["categories"]
    ]
    await tx.insert(CategoryRow, categories)
    return True


async def _people(place: dict[str, Any], people: list[dict[str, Any]], tx: Transaction) -> bool:
    """Register people in their new place: the old registration is given up in the same moment, since nobody lives under it any more."""
    ids, numbers = [UUID(each["id"]) for each in people], [b64decode(each["number"]) for each in people]
    await tx.execute(RELEASE, {"numbers": numbers, "ids": ids})
    directory = [
        {"id_number_index": number, "county_code": place["county_code"], "person_id": person}
        for number, person in sorted(zip(numbers, ids, strict=True))
    ]
    if await tx.insert(DirectoryRow, directory, skip_existing=True) < len(directory):
        return False
    columns = {
        "names": [each["name"] for each in people],
        "secrets": [b64decode(each["secrets"]) for each in people],
        "contents": [b64decode(each["content"]) or None for each in people],
    }
    await tx.execute(KEEP_PEOPLE, {"county": place["county_code"], "area": place["area_code"], "ids": ids, "numbers": numbers} | columns)
    memberships = [
        {
            **place,
            "id": new_id(),
            "person_id": UUID(each["id"]),
            "relation": each["relation"],
            "labour": each["labour"],
            "valid_from": local_day(tx.now),
        }
        for each in people
    ]
    await tx.insert(MembershipRow, memberships)
    return True


def _person(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "name": row.name,
        "number": _text(row.id_number_index),
        "secrets": _text(row.secrets),
        "content": _text(row.content_index or b""),
        "relation": row.relation,
        "labour": row.labour,
    }


def _text(value: bytes) -> str:
    return b64encode(value).decode()
