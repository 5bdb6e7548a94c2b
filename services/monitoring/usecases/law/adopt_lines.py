"""Adopt bottom lines when their day comes (R37, plan ch.3 s.1)."""

from datetime import date
from uuid import UUID

from services.monitoring.domain.income.lines import comes_on
from services.monitoring.store import law
from services.monitoring.store.jobs import jobs
from services.monitoring.usecases.income.apply_line import ADOPTION, ask_to_apply
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG
from shared.kernel.ids import derived_id
from shared.kernel.jobs import JobId
from shared.kernel.workdays import local_day


async def adopt_line(line_id: UUID, area: str, tx: Transaction) -> None:
    """Ask for the work that applies a line, which has the same id however often it is asked for."""
    await ask_to_apply(ADOPTION, area, tx, job_id=_job_of(line_id), line=str(line_id))


def has_come(year: int, effective_from: date, tx: Transaction) -> bool:
    """Say whether a line of a year holds by now, and its year is not over."""
    today = local_day(tx.now)
    day = comes_on(year, effective_from)
    return day is not None and day <= today and year == today.year


async def adopt_what_has_come(tx: Transaction) -> None:
    """Ask for the work for each published line whose day has come meanwhile.

    A duty, for all counties at once: only who sees all knows what was asked for.
    """
    if tx.actor.area != LINCANG:
        return
    lines = {_job_of(line.id): line for line in await law.lines_that_have_come(tx)}
    asked_for = await jobs.known(list(lines), tx)
    for job_id, line in lines.items():
        if job_id not in asked_for:
            await adopt_line(line.id, line.area_code, tx)


def _job_of(line_id: UUID) -> JobId:
    return JobId(derived_id(line_id, "adoption"))
