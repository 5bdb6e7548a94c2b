"""Load a file of households into the register, slice by slice (R38, R52; plan ch.3)."""

from collections.abc import Mapping
from uuid import UUID

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.register.people import sex_of
from services.monitoring.store.files import register as register_files
from services.monitoring.store.register.people import sealed_person
from services.monitoring.usecases.files.due_dates import due_in
from shared.database.jobs.stage import Sealed
from shared.database.privacy import Vault
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, Part
from shared.kernel.people import IdNumber
from shared.kernel.sheets import MASK, Outcome


def seal_person(vault: Vault, record_id: UUID, row: Mapping[str, str | None]) -> Sealed:
    """Seal what is secret of a person as it is kept in the register; a masked value stands for what is kept there already."""
    number, phone = row["id_number"], row["phone"]
    if number is None or MASK in number:
        return Sealed(record_id=record_id)
    index, note = vault.index(number), _said_by(IdNumber(number))
    if phone is not None and MASK in phone:
        return Sealed(record_id=record_id, person_index=index, note=note)
    return Sealed(record_id=record_id, person_index=index, note=note, **sealed_person(vault, record_id, {"id_number": number, "phone": phone}))


def _said_by(number: IdNumber) -> bytes:
    """Write what the number says beside whose it is, as `store/files/register` reads it: day of birth and sex."""
    return f"{number.born_on:%Y-%m-%d}{sex_of(number)}".encode()


class RegisterLoad:
    """One run of loading a household register."""

    async def check(self, job: Job, tx: Transaction) -> None:
        """Find who stands in the file more than once."""
        await register_files.note_repeated(job.id, tx)

    async def attempt(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Say what would become of the rows of a slice."""
        await register_files.read(part, tx)
        return await register_files.decide(part, tx)

    async def take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int] | None:
        """Register what is new in a slice and change what is different; nothing if somebody registered one of these people meanwhile."""
        await register_files.read(part, tx)
        await register_files.hold(tx)
        counts = await register_files.decide(part, tx)
        due = await due_in(await register_files.villages_with_new(tx), tx, days=Key.VISIT_DAYS)
        if not await register_files.add(part, due, tx):
            return None
        await register_files.change(part, tx)
        await register_files.keep_forms(part, tx)
        return counts
