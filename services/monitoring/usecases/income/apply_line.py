"""Apply the bottom lines in force to everybody: how each household stands, and a lead for who calls for one. Long work, slice by slice."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.monitoring.domain.income.lines import BottomLine, VillageLine, lines_adopting, lines_under
from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.income import below_line, counting, standings
from services.monitoring.store.income import village_lines as kept
from services.monitoring.store.jobs import jobs
from services.monitoring.usecases.files.grades import graded_in
from services.monitoring.usecases.income.settle_standings import lines_around, settle
from services.monitoring.usecases.leads.lead_limits import lead_limits_in
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.ids import derived_id
from shared.kernel.jobs import Job, JobId, Taken
from shared.kernel.sheets import Outcome
from shared.kernel.workdays import local_day

ADOPTION, SCREENING, RECOUNT = "apply_line", "income_screening", "apply_income_items"
"""A line whose day has come: leads for who is newly below. A screening: for whoever is below. Items that count otherwise: no leads."""

STANDINGS_AT_ONCE = 10_000
LEADS_AT_ONCE = 1_000


async def ask_to_apply(kind: str, area: str, tx: Transaction, *, job_id: JobId | None = None, **more: str) -> Job:
    """Ask for the work, to be done in the caller's name."""
    days = (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)
    return await jobs.ask(kind, "bottom_line", {"area": area, **more}, tx, keep_days=days, job_id=job_id)


async def apply_size(job: Job, tx: Transaction) -> int:
    """Count the households that a job has to do with in the transaction's county."""
    return await kept.size_of(_area(job, tx), tx)


async def apply_slice(job: Job, tx: Transaction, slices: int) -> Taken:
    """Take the next slice: totals that items no longer come to, by the number of slices; then standings, then leads, as what is kept leaves them.

    :raises ParameterMissing: no bands, or no total limit of leads, are in force; likewise CalendarMissing.
    """
    area = _area(job, tx)
    since = job.arguments.get("since")
    if since and await counting.recount(area, date.fromisoformat(since), tx, taken=slices, at_most=STANDINGS_AT_ONCE):
        return Taken(counts={}, more=True)
    villages = await kept.villages_in(area, tx)
    lines = await lines_around(villages, tx)
    computed, more = await _standing_slice(area, lines_under(lines, villages, local_day(tx.now)), tx)
    if more or job.kind == RECOUNT:
        return Taken(counts={Outcome.UPDATED: computed}, more=more)
    opened, more = await _lead_slice(area, _under(job, villages, lines, local_day(tx.now)), tx)
    return Taken(counts={Outcome.UPDATED: computed, Outcome.CREATED: opened}, more=more)


async def _standing_slice(area: str, under: Sequence[VillageLine], tx: Transaction) -> tuple[int, bool]:
    """Compute the next standings: those that wait, those under another line, those that are not there. Say how many, and whether more are left."""
    ids = await standings.waiting(area, tx, at_most=STANDINGS_AT_ONCE)
    if ids:
        await settle(ids, tx)
        return len(ids), True
    bands = (await law.parameters_for(tx.actor.area, tx)).bounds(Key.INCOME_BANDS)
    moved = await standings.move(area, under, bands, tx, at_most=STANDINGS_AT_ONCE)
    if moved == STANDINGS_AT_ONCE:
        return moved, True
    ids = await standings.without(area, tx, at_most=STANDINGS_AT_ONCE)
    if ids:
        await settle(ids, tx)
    return moved + len(ids), bool(ids)


def _under(job: Job, villages: Sequence[str], lines: Sequence[BottomLine], today: date) -> list[VillageLine]:
    """List the villages where leads are opened: those under the line that is adopted, or, screening, under any."""
    if job.kind == ADOPTION:
        return lines_adopting(lines, villages, today, UUID(job.arguments["line"]))
    return [each for each in lines_under(lines, villages, today) if each.line]


async def _lead_slice(area: str, under: Sequence[VillageLine], tx: Transaction) -> tuple[int, bool]:
    """Open the next leads, with their limits as if a person had registered them: a fixed number of questions.

    Say how many, and whether more are left.
    """
    found = await below_line.find(area, under, tx, at_most=LEADS_AT_ONCE)
    if not found:
        return 0, False
    limits = await lead_limits_in(sorted({each.area_code for each in found}), tx)
    line = {each.village: each.line.id for each in under if each.line}
    leads = {each.household_id: derived_id(line[each.area_code], f"lead/{each.household_id}") for each in found}
    graded = await graded_in([(village, below_line.HARDSHIP) for village in limits], tx)
    grades = [graded[each.area_code, below_line.HARDSHIP] for each in found]
    opened = await below_line.open_leads(leads, [limits[each.area_code] for each in found], grades, under, tx)
    return opened, len(found) == LEADS_AT_ONCE


def _area(job: Job, tx: Transaction) -> str:
    """Name the area of a job inside the transaction's county."""
    asked = job.arguments["area"]
    return asked if is_inside(asked, tx.actor.area) else tx.actor.area
