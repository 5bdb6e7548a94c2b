"""What was written wrongly of a person is set right: the name, the ID number, and with it the place in the register of the prefecture."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, text, update
from sqlmodel import col

from services.monitoring.store.register.people import DirectoryRow, PersonRow, sealed_person
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound
from shared.kernel.ids import PersonId
from shared.kernel.people import IdNumber, PersonName

THIS = among(PersonRow.county_code, "counties") & (col(PersonRow.id) == bindparam("person"))
GET = select(col(PersonRow.county_code), col(PersonRow.id), col(PersonRow.name), col(PersonRow.id_number_index), col(PersonRow.secrets)).where(THIS)
RENAME = update(PersonRow).where(THIS).values(name=bindparam("becomes"))
RENUMBER = update(PersonRow).where(THIS).values(id_number_index=bindparam("index"), secrets=bindparam("sealed"), content_index=bindparam("content"))
RELEASE = text("SELECT release_registrations(ARRAY[CAST(:index AS bytea)], ARRAY[CAST(:person AS uuid)])")


async def get(person_id: PersonId, tx: Transaction) -> Row[Any]:
    """Load one person.

    :raises NotFound: there is none, or they live outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "person": person_id})).one_or_none()
    if found is None:
        raise NotFound
    return found


async def rename(person_id: UUID, name: PersonName, tx: Transaction) -> None:
    await tx.execute(RENAME, {"counties": tx.counties, "person": person_id, "becomes": name.full})


async def renumber(person: Row[Any], number: IdNumber, tx: Transaction) -> bool:
    """Give a person another number, and give the old one up; false if somebody is registered under the new one, wherever that is."""
    index = tx.vault.index(number.number)
    if index == person.id_number_index:
        return True
    place = {"id_number_index": index, "county_code": person.county_code, "person_id": person.id}
    if not await tx.insert(DirectoryRow, [place], skip_existing=True):
        return False
    secrets = tx.vault.open(person.secrets, table="person", row=person.id)
    sealed = sealed_person(tx.vault, person.id, {**secrets, "id_number": number.number})
    becomes = {"index": index, "sealed": sealed["secrets"], "content": sealed["content_index"]}
    await tx.execute(RENUMBER, {"counties": tx.counties, "person": person.id} | becomes)
    await tx.execute(RELEASE, {"index": person.id_number_index, "person": person.id})
    return True
