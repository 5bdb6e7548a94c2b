"""Load a list of places, slice by slice (R53; plan ch.3 s.3)."""

from collections.abc import Mapping
from uuid import UUID

from services.monitoring.store.files import places as place_files
from shared.database.jobs.stage import Sealed
from shared.database.privacy import Vault
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, Part
from shared.kernel.sheets import Outcome


def seal_nothing(vault: Vault, record_id: UUID, row: Mapping[str, str | None]) -> Sealed:
    """Seal nothing: places are no secret."""
    return Sealed(record_id=record_id)


class PlaceLoad:
    """One run of loading such a list."""

    async def check(self, job: Job, tx: Transaction) -> None:
        """Find places that stand in the file more than once."""
        await place_files.note_repeated(job.id, tx)

    async def attempt(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Say what would become of the rows of a slice."""
        return await place_files.decide(part, tx)

    async def take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int] | None:
        """Put what is new in a slice on its list; nothing if somebody listed one of these meanwhile."""
        counts = await place_files.decide(part, tx)
        return counts if await place_files.keep(part, tx) else None
