"""Load a department's list: everybody on it is kept, and what the rules in force call for becomes leads (R41, R43, R57; plan ch.3 s.1 and s.3)."""

from collections.abc import Callable, Mapping
from uuid import UUID

import orjson

from services.monitoring.domain.files.department_lists import DepartmentList
from services.monitoring.domain.parameters import Key
from services.monitoring.store import department_files, law
from services.monitoring.usecases.files.due_dates import due_in
from shared.database.jobs.stage import Sealed
from shared.database.privacy import Vault
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.ids import derived_id
from shared.kernel.jobs import Job, Part
from shared.kernel.sheets import Outcome

_ROWS = UUID("5309b6a0-0000-7000-8000-000000000004")


def seal_row_of(kind: DepartmentList) -> Callable[[Vault, UUID, Mapping[str, str | None]], Sealed]:
    """Make the function that seals a row of a list: its person and all that it tells."""

    def seal(vault: Vault, row_id: UUID, row: Mapping[str, str | None]) -> Sealed:
        number, source_number = row["id_number"], row["source_number"]
        if number is None or source_number is None:
            return Sealed(record_id=row_id)
        # Of a county, for each county's department numbers by itself, and the lead that the row opens bears this id in all of the prefecture.
        record_id = derived_id(_ROWS, f"{kind.sheet.kind}/{county_of(row['village'] or '')}/{source_number}")
        told = {name: row[name] for name in sorted(row)}
        return Sealed(
            record_id=record_id,
            person_index=vault.index(number),
            secrets=vault.seal(told, table="department_row", row=record_id),
            content_index=vault.index(orjson.dumps(told).decode()),
        )

    return seal


class ListLoad:
    """One run of loading a list of one kind."""

    def __init__(self, kind: DepartmentList) -> None:
        self._kind = kind

    async def check(self, job: Job, tx: Transaction) -> None:
        """Find numbers that stand in the file more than once."""
        await department_files.note_repeated(job.id, tx)

    async def attempt(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Say what would become of the rows of a slice."""
        return await department_files.decide(part, tx)

    async def take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int] | None:
        """Keep what is new in a slice and open its leads; nothing if somebody sent the same meanwhile.

        :raises ParameterMissing: no total limit is in force; likewise CalendarMissing.
        """
        await department_files.hold(self._kind.sheet.kind, tx)
        counts = await department_files.decide(part, tx)
        rules = await law.signal_rules_for(tx.actor.scope.county, self._kind.sheet.kind, tx)
        opening = await department_files.call_for(part, self._kind, rules, tx)
        due = await due_in(sorted({row.lead_area for row in opening}), tx, days=Key.TOTAL_DAYS, kind=Key.TOTAL_DAY_KIND)
        notes = [self._note(row.lead_id, row.secrets, tx.vault) for row in opening]
        return counts if await department_files.keep(part, self._kind, opening, notes=notes, due=due, tx=tx) else None

    def _note(self, lead_id: UUID, row: bytes, vault: Vault) -> bytes:
        """Seal for a lead what the row tells that opens it; few rows do, so it is not done for each that is staged."""
        told = vault.open(row, table="department_row", row=lead_id)
        return vault.seal({"note": self._kind.note(told)}, table="lead", row=lead_id)
