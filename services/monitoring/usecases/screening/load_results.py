"""Load a file of what a round's visits found, slice by slice; trouble becomes leads (R38, R41; plan ch.3 s.1)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.deadlines.limits import lead_limits, lead_periods
from services.monitoring.domain.leads.grades import grade_for
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.signals import Group
from services.monitoring.store import law
from services.monitoring.store.screening import results
from services.monitoring.store.screening.results import Called
from shared.database.jobs.stage import Sealed
from shared.database.privacy import Vault
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, Part
from shared.kernel.sheets import Outcome
from shared.kernel.workdays import SHANGHAI, local_day


def seal_visit(vault: Vault, record_id: UUID, row: Mapping[str, str | None]) -> Sealed:
    """Seal what was noted of a visit, for the visit and for the lead that it may open."""
    if not row["note"]:
        return Sealed(record_id=record_id)
    told = {"note": row["note"]}
    return Sealed(
        record_id=record_id,
        secrets=vault.seal(told, table="screening_household", row=record_id),
        note=vault.seal(told, table="lead", row=record_id),
    )


class ResultsLoad:
    """One run of loading a file of results."""

    async def check(self, job: Job, tx: Transaction) -> None:
        """Find households that stand in the file more than once."""
        await results.note_repeated(job.id, tx)

    async def attempt(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        """Say what would become of the rows of a slice."""
        return await results.decide(part, tx, earliest=await _earliest(tx))

    async def take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int] | None:
        """Keep the visits of a slice and open the leads of their trouble; nothing if somebody was quicker."""
        await results.hold(part, tx)
        counts = await results.decide(part, tx, earliest=await _earliest(tx))
        return counts if await results.keep(part, await _called(await results.called(tx), tx), tx) else None


async def _earliest(tx: Transaction) -> date:
    return local_day(tx.now) - timedelta(days=(await law.parameters_for(tx.actor.area, tx)).number(Key.HEARD_DAYS))


async def _called(rows: Sequence[Row[Any]], tx: Transaction) -> list[Called]:
    """Say when the leads end that begin on their days, and how urgent they are: three questions, however many."""
    if not rows:
        return []
    villages = sorted({row.area_code for row in rows})
    rules = await law.parameters_of(villages, tx)
    reach = max(period.reach for each in rules.values() for period in lead_periods(each))
    calendars = await law.calendars_of(villages, tx, days=reach, around=sorted({row.visited_on for row in rows}))
    graded = await law.grade_rules_of(villages, tx)
    return [
        Called(
            village=row.area_code,
            visited_on=row.visited_on,
            hardship=row.hardship,
            limits=lead_limits(
                rules[row.area_code],
                calendars[row.area_code],
                heard_at=datetime.combine(row.visited_on, time(), tzinfo=SHANGHAI),
                now=tx.now,
            ),
            of_lifted_out=grade_for([row.hardship], Group.LIFTED_OUT, graded[row.area_code]),
            of_others=grade_for([row.hardship], Group.GENERAL, graded[row.area_code]),
        )
        for row in rows
    ]
