"""Load which households belong to which key groups, slice by slice (R38; plan ch.3 s.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.care.group_rows import Act, Said, judged
from services.monitoring.domain.care.groups import GroupSource, InGroup, KeyGroup
from services.monitoring.domain.files.verdicts import Verdict, refused
from services.monitoring.store.care import groups
from services.monitoring.store.files import staged as staged_rows
from services.monitoring.store.files.staged import Told
from services.monitoring.usecases.files.rows_about_households import faults_of
from shared.database.jobs.stage import Sealed
from shared.database.privacy import Vault
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, Part
from shared.kernel.sheets import Outcome

_STAGED = "household_group"


def seal_group(vault: Vault, record_id: UUID, row: Mapping[str, str | None]) -> Sealed:
    """Seal which group a row names: some say what nobody has to know."""
    group = row["group"]
    return Sealed(record_id=record_id, secrets=vault.seal({"group": group}, table=_STAGED, row=record_id) if group else None)


class KeyGroupsLoad:
    """One run of loading such a file. Rows about one household and group follow one another, as they stand in the file."""

    async def check(self, job: Job, tx: Transaction) -> None:
        """Compare nothing: one household may be in one group again and again."""

    async def attempt(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Say what would become of the rows of a slice."""
        told, _ = await _decide(part, tx, hold=False)
        return await staged_rows.tell(told, part.job.id, tx)

    async def take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Put households into groups and take them out, as the rows of a slice say; the households are held meanwhile."""
        told, belongings = await _decide(part, tx, hold=True)
        county = tx.actor.scope.county
        ended = {each.id: each.valid_to for each in belongings.ended.values() if each.valid_to is not None}
        await groups.end_each(ended, county, tx)
        noted = {"noted_by": tx.actor.id, "noted_at": tx.now}
        await groups.add_all([{**_columns(each), **noted} for each in belongings.begun.values()], tx)
        return await staged_rows.tell(told, part.job.id, tx)


@dataclass(slots=True, kw_only=True)
class _Belongings:
    """When the households of a slice belonged to groups, as the rows so far leave it; what has begun in it and what has ended."""

    periods: dict[tuple[UUID, str], list[InGroup]]
    begun: dict[UUID, InGroup] = field(default_factory=dict[UUID, InGroup])
    ended: dict[UUID, InGroup] = field(default_factory=dict[UUID, InGroup])

    def take(self, row: Row[Any], household: Row[Any], group: KeyGroup, part: Part) -> tuple[Verdict, UUID | None]:
        """Say what becomes of a row, and note what it changes; the id is that of the belonging."""
        held = self.periods.setdefault((household.id, group.code), [])
        said = _said(row)
        verdict, act = judged(said, held, part.strategy)
        place = next((n for n, each in enumerate(held) if each.valid_from == said.valid_from), None)
        if act is Act.BEGIN:
            begun = _begun(row, household, group, said)
            held.append(begun)
            self.begun[begun.id] = begun
            return verdict, begun.id
        if act is Act.END and place is not None:
            held[place] = replace(held[place], valid_to=said.valid_to)
            changed = self.begun if held[place].id in self.begun else self.ended
            changed[held[place].id] = held[place]
        return verdict, None if place is None else held[place].id


async def _decide(part: Part, tx: Transaction, *, hold: bool) -> tuple[list[Told], _Belongings]:
    rows = await staged_rows.rows_of(part, tx)
    households = await staged_rows.registered(rows, tx, hold=hold)
    known = await groups.groups_in([household.area_code for household in households.values()], tx)
    ids = [household.id for household in households.values()]
    belongings = _Belongings(periods=await groups.periods_of_all(ids, tx.actor.scope.county, tx))
    told: list[Told] = []
    for row in rows:
        household = households.get(row.fields.get("household_number"))
        faults = faults_of(row, household)
        if household is None or faults:
            told.append(Told.of(row, refused(faults), None))
            continue
        group = _named(row, known[household.area_code], tx)
        if group is None:
            told.append(Told.of(row, refused([("group", "no_such_group")]), None))
            continue
        verdict, belonging = belongings.take(row, household, group, part)
        told.append(Told.of(row, verdict, belonging))
    return told, belongings


def _named(row: Row[Any], known: Mapping[str, KeyGroup], tx: Transaction) -> KeyGroup | None:
    """Find the group that a row names, by its code or its title."""
    name = tx.vault.open(row.secrets, table=_STAGED, row=row.record_id)["group"]
    return known.get(name) or next((each for each in known.values() if each.title == name), None)


def _said(row: Row[Any]) -> Said:
    until, source = row.fields.get("valid_to"), row.fields.get("source")
    return Said(
        valid_from=date.fromisoformat(row.fields["valid_from"]),
        valid_to=date.fromisoformat(until) if until else None,
        source=GroupSource(source) if source else None,
    )


def _begun(row: Row[Any], household: Row[Any], group: KeyGroup, said: Said) -> InGroup:
    return InGroup(
        id=row.record_id,
        county_code=household.county_code,
        household_id=household.id,
        area_code=household.area_code,
        group_code=group.code,
        valid_from=said.valid_from,
        valid_to=said.valid_to,
        source=said.source or GroupSource.HOME_VISIT,
        version=1,
    )


def _columns(each: InGroup) -> dict[str, Any]:
    names = ("county_code", "id", "household_id", "area_code", "group_code", "valid_from", "valid_to", "source")
    return {name: getattr(each, name) for name in names}
