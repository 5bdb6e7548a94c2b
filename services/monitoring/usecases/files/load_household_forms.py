"""Load the collection forms of households from a file, slice by slice (R16, R52; plan ch.1 s.1, ch.3 s.3)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.files.household_forms import SECRETS
from services.monitoring.domain.files.verdicts import Fault, refused
from services.monitoring.domain.register.completeness import unfilled_of_household
from services.monitoring.domain.register.form_rows import ahead, contradictions, is_named, judged, notes
from services.monitoring.domain.register.forms import HouseholdForm
from services.monitoring.store.files import forms as form_files
from services.monitoring.store.files import staged as staged_rows
from services.monitoring.store.files.forms import Kept
from services.monitoring.store.files.staged import Told
from services.monitoring.store.register import people
from services.monitoring.store.register.forms import HouseholdFormRow
from services.monitoring.usecases.files.household_contents import TABLE, FiledHousehold, contents_of, kept_as
from services.monitoring.usecases.files.rows_about_households import day_of, faults_of
from shared.database.jobs.stage import Sealed
from shared.database.privacy import Vault
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, Part
from shared.kernel.sheets import MASK, Outcome
from shared.kernel.workdays import local_day

_UNMASKED = "bank"  # whose name is shown as it is


def seal_household(vault: Vault, record_id: UUID, row: Mapping[str, str | None]) -> Sealed:
    """Seal what a row says that is secret; a masked value stands for what is registered, and says nothing."""
    said = {name: value for name in SECRETS if (value := row[name]) is not None and (name == _UNMASKED or MASK not in value)}
    return Sealed(record_id=record_id, secrets=vault.seal(said, table=TABLE, row=record_id) if said else None)


class HouseholdFormsLoad:
    """One run of loading such a file."""

    async def check(self, job: Job, tx: Transaction) -> None:
        """Find households that stand in the file more than once."""
        await form_files.note_repeated_households(job.id, tx)

    async def attempt(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Say what would become of the rows of a slice."""
        told, _ = await _decide(part, tx, hold=False)
        return await staged_rows.tell(told, part.job.id, tx)

    async def take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Keep what the rows of a slice say otherwise than what held; their households are held meanwhile."""
        told, kept = await _decide(part, tx, hold=True)
        await form_files.keep(HouseholdFormRow, kept, tx)
        return await staged_rows.tell(told, part.job.id, tx)


async def _decide(part: Part, tx: Transaction, *, hold: bool) -> tuple[list[Told], list[Kept]]:
    rows = await staged_rows.rows_of(part, tx)
    households = await staged_rows.registered(rows, tx, hold=hold)
    ids = [household.id for household in households.values()]
    heads, histories = await people.heads_of(ids, tx), await form_files.histories_of(HouseholdForm, ids, tx)
    told, kept = list[Told](), list[Kept]()
    for row in rows:
        household = households.get(row.fields.get("household_number"))
        faults = faults_of(row, household)
        if household is None or faults:
            told.append(Told.of(row, refused(faults), None))
            continue
        filed = FiledHousehold(household=household, history=histories.get(household.id, ()), day=day_of(row, tx))
        before, after = contents_of(row, filed, tx)
        faults = [*ahead(filed.day, local_day(tx.now)), *contradictions(after.form), *_misnamed(row, heads.get(household.id))]
        missing = notes(unfilled_of_household(after.form))
        verdict = judged(faults, part.strategy, held=filed.held is not None, changes=after != before, missing=missing)
        told.append(Told.of(row, verdict, household.id))
        if verdict.changes:
            kept.append(kept_as(after, filed, tx))
    return told, kept


def _misnamed(row: Row[Any], head: str | None) -> list[Fault]:
    return [("name", "name_differs")] if row.name and head and not is_named(row.name, head) else []
