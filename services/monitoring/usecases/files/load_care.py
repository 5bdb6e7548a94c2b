"""Load the list of who looks after whom, slice by slice (R4; plan ch.1 s.1)."""

from collections.abc import Mapping
from uuid import UUID

from services.monitoring.store.care.assignments import sealed_cadre
from services.monitoring.store.files import care as care_files
from shared.database.jobs.stage import Sealed
from shared.database.privacy import Vault
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, Part
from shared.kernel.sheets import Outcome


def seal_cadre(vault: Vault, record_id: UUID, row: Mapping[str, str | None]) -> Sealed:
    """Seal who a cadre is, as it is kept with the charge that the row would make."""
    name, phone, unit = row["cadre_name"], row["phone"], row["unit"]
    if name is None or phone is None or unit is None:
        return Sealed(record_id=record_id)
    return Sealed(record_id=record_id, **sealed_cadre(vault, record_id, name=name, phone=phone, unit=unit))


class CareLoad:
    """One run of loading such a list."""

    async def check(self, job: Job, tx: Transaction) -> None:
        """Find households and roles that stand in the file more than once."""
        await care_files.note_repeated(job.id, tx)

    async def attempt(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Say what would become of the rows of a slice."""
        return await care_files.decide(part, tx)

    async def take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int] | None:
        """Keep what is new in a slice and end whom it replaces; nothing if somebody assigned one of these meanwhile."""
        await care_files.hold(part, tx)
        counts = await care_files.decide(part, tx)
        return counts if await care_files.keep(part, tx) else None
