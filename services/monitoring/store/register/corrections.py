"""What was written wrongly of a person is set right: the name, who it is, and with it the place in the register of the prefecture."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, text, update
from sqlmodel import col

from services.monitoring.domain.register.people import Identity, sex_of
from services.monitoring.store.register.people import DirectoryRow, PersonRow, index_of, sealed_person, secrets_of
from shared.database.rows import among, table_of
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound
from shared.kernel.ids import PersonId
from shared.kernel.people import CertificateNumber, IdNumber, PersonName

THIS = among(PersonRow.county_code, "counties") & (col(PersonRow.id) == bindparam("person"))
_COLUMNS = ("county_code", "id", "name", "certificate", "id_number_index", "born_on", "sex", "secrets")
GET = select(*(col(getattr(PersonRow, name)) for name in _COLUMNS)).where(THIS)
RENAME = update(PersonRow).where(THIS).values(name=bindparam("becomes"))
_BECOMES = ("certificate", "id_number_index", "born_on", "sex", "secrets", "content_index")
IDENTIFY = update(PersonRow).where(THIS).values({name: bindparam(f"new_{name}", type_=table_of(PersonRow).c[name].type) for name in _BECOMES})
RELEASE = text("SELECT release_registrations(ARRAY[CAST(:index AS bytea)], ARRAY[CAST(:person AS uuid)])")


async def get(person_id: PersonId, tx: Transaction) -> Row[Any]:
    """Load one person.

    :raises NotFound: there is none, or they live outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "person": person_id})).one_or_none()
    if found is None:
        raise NotFound
    return found


def identity_of(person: Row[Any], tx: Transaction) -> Identity:
    """Say who a person is; of one registered before days of birth were kept the ID number says it."""
    secrets = _secrets(person, tx)
    number, other = secrets["id_number"], secrets.get("certificate_number")
    id_number = IdNumber(number) if number else None
    return Identity(
        certificate=person.certificate,
        id_number=id_number,
        certificate_number=CertificateNumber(other) if other else None,
        born_on=id_number.born_on if id_number else person.born_on,
        sex=sex_of(id_number) if id_number else person.sex,
    )


async def rename(person_id: UUID, name: PersonName, tx: Transaction) -> None:
    await tx.execute(RENAME, {"counties": tx.counties, "person": person_id, "becomes": name.full})


async def identify(person: Row[Any], identity: Identity, tx: Transaction) -> bool:
    """Say who a person is instead; another number takes the place of the old one in the register of the prefecture, or the first one there.

    False if somebody is registered under it, wherever that is.
    """
    index = index_of(identity, tx.vault)
    place = {"id_number_index": index, "county_code": person.county_code, "person_id": person.id}
    is_other = index != person.id_number_index
    if is_other and index and not await tx.insert(DirectoryRow, [place], skip_existing=True):
        return False
    becomes = {
        "certificate": identity.certificate,
        "id_number_index": index,
        "born_on": identity.born_on,
        "sex": identity.sex,
        **sealed_person(tx.vault, person.id, secrets_of(identity, phone=_secrets(person, tx)["phone"])),
    }
    await tx.execute(IDENTIFY, {"counties": tx.counties, "person": person.id} | {f"new_{name}": becomes[name] for name in _BECOMES})
    if is_other and person.id_number_index:
        await tx.execute(RELEASE, {"index": person.id_number_index, "person": person.id})
    return True


def _secrets(person: Row[Any], tx: Transaction) -> dict[str, Any]:
    return tx.vault.open(person.secrets, table="person", row=person.id)
