"""The people of a household that moves to another county, with or without a number, and what their forms say."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, LargeBinary, Row, Uuid, bindparam, select, text
from sqlmodel import col

from services.monitoring.domain.register.forms import PersonForm
from services.monitoring.domain.register.people import Certificate
from services.monitoring.store.register import forms
from services.monitoring.store.register.belongings import rows
from services.monitoring.store.register.forms import PersonFormRow
from services.monitoring.store.register.people import DirectoryRow, MembershipRow, PersonRow
from shared.database.columns import CODE
from shared.database.rows import among, table_of
from shared.database.transaction import Transaction
from shared.kernel.ids import new_id
from shared.kernel.workdays import local_day

BINARY = ARRAY(LargeBinary)
FORM = (*(field.name for field in fields(PersonForm)), "recorded_at", "recorded_by")
PEOPLE = (
    select(
        col(PersonRow.id),
        col(PersonRow.name),
        col(PersonRow.id_number_index),
        col(PersonRow.secrets),
        col(PersonRow.content_index),
        col(PersonRow.certificate),
        col(PersonRow.born_on),
        col(PersonRow.sex),
        col(PersonRow.same_as),
        col(MembershipRow.relation),
        col(MembershipRow.labour),
    )
    .join(PersonRow, (col(PersonRow.county_code) == col(MembershipRow.county_code)) & (col(PersonRow.id) == col(MembershipRow.person_id)))
    .where(
        among(MembershipRow.county_code, "counties"), col(MembershipRow.household_id) == bindparam("household"), col(MembershipRow.valid_to).is_(None)
    )
    .order_by(col(PersonRow.id))
)
FORMS = select(col(PersonFormRow.person_id), *(table_of(PersonFormRow).c[name] for name in FORM)).where(
    among(PersonFormRow.county_code, "counties"), among(PersonFormRow.person_id, "people"), col(PersonFormRow.valid_to).is_(None)
)
# Who comes back to a county is there already, as he or she was when the household left.
KEEP_PEOPLE = text("""
    INSERT INTO person (county_code, id, area_code, name, id_number_index, secrets, content_index, certificate, born_on, sex, same_as)
    SELECT :county, p.id, :area, p.name, p.number, p.secrets, p.content, p.certificate, p.born_on, p.sex, p.same_as
    FROM unnest(:ids, :names, :numbers, :secrets, :contents, :certificates, :days, :sexes, :sames)
        AS p (id, name, number, secrets, content, certificate, born_on, sex, same_as)
    ON CONFLICT (county_code, id) DO UPDATE SET area_code = excluded.area_code, name = excluded.name,
        id_number_index = excluded.id_number_index, secrets = excluded.secrets, content_index = excluded.content_index,
        certificate = excluded.certificate, born_on = excluded.born_on, sex = excluded.sex, same_as = excluded.same_as
""").bindparams(
    *(bindparam(name, type_=ARRAY(Uuid)) for name in ("ids", "sames")),
    *(bindparam(name, type_=ARRAY(CODE)) for name in ("names", "certificates", "sexes")),
    bindparam("days", type_=ARRAY(Date)),
    *(bindparam(name, type_=BINARY) for name in ("numbers", "secrets", "contents")),
)
RELEASE = text("SELECT release_registrations(:numbers, :ids)").bindparams(bindparam("numbers", type_=BINARY), bindparam("ids", type_=ARRAY(Uuid)))


async def packed(household: Row[Any], tx: Transaction) -> list[dict[str, Any]]:
    """Take up who lives in a household, as they are sealed, with what was collected of them."""
    found = (await tx.execute(PEOPLE, {"counties": [household.county_code], "household": household.id})).all()
    ids = [row.id for row in found]
    filled = {row.person_id: row for row in await tx.execute(FORMS, {"counties": [household.county_code], "people": ids})}
    return [_person(row, filled.get(row.id), together=ids) for row in found]


async def unpack(place: Mapping[str, Any], people: list[dict[str, Any]], tx: Transaction) -> bool:
    """Register people in their new place; false if somebody else is registered as one of them."""
    ids = [UUID(each["id"]) for each in people]
    numbers = [b64decode(each["number"]) if each["number"] else None for each in people]
    if not await _registered(place["county_code"], {index: person for index, person in zip(numbers, ids, strict=True) if index}, tx):
        return False
    born_on = [rows.read(PersonRow, ("born_on",), each)["born_on"] for each in people]
    columns = {
        "names": [each["name"] for each in people],
        "secrets": [b64decode(each["secrets"]) for each in people],
        "contents": [b64decode(each["content"]) or None for each in people],
        "certificates": [each.get("certificate", Certificate.RESIDENT_ID) for each in people],
        "days": born_on,
        "sexes": [each.get("sex") for each in people],
        "sames": [UUID(each["same_as"]) if each.get("same_as") else None for each in people],
    }
    await tx.execute(KEEP_PEOPLE, {"county": place["county_code"], "area": place["area_code"], "ids": ids, "numbers": numbers} | columns)
    await tx.insert(MembershipRow, [_membership(place, each, tx) for each in people])
    await _set_down_forms(place, people, tx)
    return True


async def _registered(county: str, numbers: Mapping[bytes, UUID], tx: Transaction) -> bool:
    """Register numbers in another county: the old registration is given up in the same moment, since nobody lives under it any more."""
    await tx.execute(RELEASE, {"numbers": list(numbers), "ids": list(numbers.values())})
    directory = [{"id_number_index": number, "county_code": county, "person_id": person} for number, person in sorted(numbers.items())]
    return await tx.insert(DirectoryRow, directory, skip_existing=True) == len(directory)


async def _set_down_forms(place: Mapping[str, Any], people: list[dict[str, Any]], tx: Transaction) -> None:
    """Let what was collected hold there from today on; who comes back on the day on which it began there has it there still."""
    today = local_day(tx.now)
    here = {name: place[name] for name in ("county_code", "area_code")}
    filled = [(UUID(each["id"]), each["form"]) for each in people if each.get("form")]
    await forms.end_present(PersonFormRow, [person_id for person_id, _ in filled], place["county_code"], today, tx)
    forms_there = [
        {**here, "id": new_id(), "person_id": person_id, "valid_from": today, **rows.read(PersonFormRow, FORM, form)} for person_id, form in filled
    ]
    await tx.insert(PersonFormRow, forms_there, skip_existing=True)


def _membership(place: Mapping[str, Any], person: dict[str, Any], tx: Transaction) -> dict[str, Any]:
    stands = {"person_id": UUID(person["id"]), "relation": person["relation"], "labour": person["labour"]}
    return {**place, "id": new_id(), **stands, "valid_from": local_day(tx.now)}


def _person(row: Row[Any], form: Row[Any] | None, *, together: list[UUID]) -> dict[str, Any]:
    """Write a person; who was found to be the same as somebody who stays behind is nobody else there."""
    return {
        **rows.written(("name", "secrets", "relation", "labour", "certificate", "born_on", "sex"), row),
        "id": str(row.id),
        "same_as": str(row.same_as) if row.same_as in together else None,
        **_texts(row),
        "form": rows.written(FORM, form) if form else None,
    }


def _texts(row: Row[Any]) -> dict[str, Any]:
    texts = rows.written(("id_number_index", "content_index"), row)
    return {"number": texts["id_number_index"], "content": texts["content_index"] or ""}
