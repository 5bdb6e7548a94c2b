"""Load the collection forms of people from a file, slice by slice (R16, R52; plan ch.1 s.1, ch.3 s.3)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.files.person_forms import SECRETS
from services.monitoring.domain.files.verdicts import Fault, Verdict, refused
from services.monitoring.domain.register.completeness import FilePerson, unfilled_of_person
from services.monitoring.domain.register.form_rows import ahead, contradictions, filled, judged, notes
from services.monitoring.domain.register.forms import PersonForm
from services.monitoring.domain.register.households import ABLE
from services.monitoring.domain.register.meant import Meant, find
from services.monitoring.domain.register.people import age_on
from services.monitoring.domain.register.timeline import on, place_of
from services.monitoring.store.files import forms as form_files
from services.monitoring.store.files import staged as staged_rows
from services.monitoring.store.files.forms import Kept
from services.monitoring.store.files.staged import Told
from services.monitoring.store.register.forms import PersonFormRow, columns, person_form
from services.monitoring.usecases.files.rows_about_households import day_of, faults_of
from shared.database.jobs.stage import Sealed
from shared.database.privacy import Vault
from shared.database.transaction import Transaction
from shared.kernel.ids import new_id
from shared.kernel.jobs import Job, Part
from shared.kernel.sheets import MASK, Outcome
from shared.kernel.workdays import local_day

_STAGED = "person_form"


def seal_member(vault: Vault, record_id: UUID, row: Mapping[str, str | None]) -> Sealed:
    """Keep of an ID number what recognises it, and seal what is said of birth and health; a masked number stands for the member whose id is given."""
    number = row["id_number"]
    said = {name: row[name] for name in SECRETS if name != "id_number" and row[name] is not None}
    return Sealed(
        record_id=record_id,
        person_index=vault.index(number) if number and MASK not in number else None,
        secrets=vault.seal(said, table=_STAGED, row=record_id) if said else None,
    )


class PersonFormsLoad:
    """One run of loading such a file."""

    async def check(self, job: Job, tx: Transaction) -> None:
        """Find people who stand in the file more than once, named in the same way."""
        await form_files.note_repeated_people(job.id, tx)

    async def attempt(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Say what would become of the rows of a slice."""
        told, _ = await _decide(part, tx, hold=False)
        return await staged_rows.tell(told, part.job.id, tx)

    async def take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Keep what the rows of a slice say otherwise than what held; their households are held meanwhile."""
        told, kept = await _decide(part, tx, hold=True)
        await form_files.keep(PersonFormRow, kept, tx)
        return await staged_rows.tell(told, part.job.id, tx)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A row, all that it says, and whom it means; or why it is refused before its form is looked at."""

    row: Row[Any]
    said: Mapping[str, str | None]
    household: Row[Any] | None
    member: Row[Any] | None
    faults: Sequence[Fault]


async def _decide(part: Part, tx: Transaction, *, hold: bool) -> tuple[list[Told], list[Kept]]:
    lines = await _lines(part, tx, hold=hold)
    histories = await form_files.histories_of(PersonForm, [line.member.id for line in lines if line.member is not None], tx)
    told, kept = list[Told](), list[Kept]()
    for line in lines:
        if line.household is None or line.member is None or line.faults:
            told.append(Told.of(line.row, refused(line.faults), None))
            continue
        history, day = histories.get(line.member.id, ()), day_of(line.row, tx)
        before = on(history, day)
        held = None if before is None else person_form(before._mapping)
        form = filled(held, line.said, PersonForm)
        verdict = _verdict(line.member, held, form, day, part, tx)
        told.append(Told.of(line.row, verdict, line.member.id))
        if verdict.changes:
            content = {**_keys(line.member, line.household), **columns(form)}
            place = place_of(history, day)
            kept.append(Kept(subject=line.member.id, place=place, content=content, household=line.household.id, kind=line.household.kind))
    return told, kept


async def _lines(part: Part, tx: Transaction, *, hold: bool) -> list[_Line]:
    """Find whom the rows of a slice mean; somebody whom two of them mean, however they are named, is meant by neither."""
    rows = await staged_rows.rows_of(part, tx)
    households = await staged_rows.registered(rows, tx, hold=hold)
    members = await form_files.members_of([household.id for household in households.values()], tx)
    lines = [_line(row, households.get(row.fields.get("household_number")), members, tx) for row in rows]
    times = Counter(line.member.id for line in lines if line.member is not None)
    twice: list[Fault] = [("household_number", "twice_in_file")]
    return [line if line.member is None or line.faults or times[line.member.id] == 1 else replace(line, member=None, faults=twice) for line in lines]


def _line(row: Row[Any], household: Row[Any] | None, members: Mapping[UUID, Sequence[Any]], tx: Transaction) -> _Line:
    faults = faults_of(row, household)
    if household is None or faults:
        return _Line(row=row, said={}, household=household, member=None, faults=faults)
    said = {**row.fields, **(tx.vault.open(row.secrets, table=_STAGED, row=row.record_id) if row.secrets else {})}
    person, born_on = said.get("person"), said.get("born_on")
    meant = Meant(
        index=row.person_index,
        person=UUID(person) if person else None,
        name=row.name,
        born_on=date.fromisoformat(born_on) if born_on else None,
    )
    member, faults = find(meant, members.get(household.id, ()))
    return _Line(row=row, said=said, household=household, member=member, faults=faults)


def _verdict(member: Row[Any], held: PersonForm | None, form: PersonForm, day: date, part: Part, tx: Transaction) -> Verdict:
    today = local_day(tx.now)
    age = age_on(today, member.born_on) if member.born_on else None
    missing = notes(unfilled_of_person(FilePerson(form=form, age=age, able=member.labour in ABLE)))
    faults = [*ahead(day, today), *contradictions(form)]
    return judged(faults, part.strategy, held=held is not None, changes=form != (held or PersonForm()), missing=missing)


def _keys(member: Row[Any], household: Row[Any]) -> dict[str, Any]:
    return {"county_code": household.county_code, "id": new_id(), "person_id": member.id, "area_code": household.area_code}
