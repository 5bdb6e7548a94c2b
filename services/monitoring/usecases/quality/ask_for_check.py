"""Ask for a check of data quality: long work, one rule after another in each county."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.quality.findings import CHECKING
from services.monitoring.store import law
from services.monitoring.store.jobs import jobs
from services.monitoring.usecases.law.publish_quality_rule import RuleNumber
from services.monitoring.usecases.law.published import require_own_area
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG, counties_in
from shared.kernel.errors import Invalid
from shared.kernel.ids import derived_id
from shared.kernel.jobs import Job, JobId
from shared.kernel.workdays import local_day
from shared.wire import AreaCode, command

_DAILY = UUID("5309b6a0-0000-7000-8000-000000000021")


class NoSuchRule(Invalid):
    sentence = "没有此编号的核查规则。"
    english = "There is no rule of data quality with this number."


@command
class AskForCheck:
    """The area that is checked, and by which rules; by all if none is named."""

    area: AreaCode
    rules: Annotated[list[RuleNumber], Field(min_length=1, max_length=100)] | None = None


class CheckAsked(BaseModel):
    """The job that checks; its progress is at /v1/jobs/{id}."""

    id: UUID
    version: int
    status: str = Field(examples=["queued"])


async def ask_for_check(asked: AskForCheck, tx: Transaction) -> CheckAsked:
    """Ask for a check of an area (R59; plan ch.3 s.3).

    :raises NotYourArea: the area is not the caller's.
    :raises NoSuchRule: a rule of this number was never published.
    """
    require_own_area(asked.area, tx, field="body.area")
    known = await law.quality_numbers(counties_in(asked.area), tx)
    wanted = list(dict.fromkeys(asked.rules)) if asked.rules else known
    if unknown := [n for n, number in enumerate(asked.rules or ()) if number not in known]:
        raise NoSuchRule(*(f"body.rules.{n}" for n in unknown))
    job = await _ask(asked.area, wanted, tx)
    return CheckAsked(id=job.id, version=job.version, status=job.state)


async def ask_for_daily_check(tx: Transaction) -> None:
    """Ask for the check of the day, of all rules everywhere; it has the same id however often it is asked for.

    A duty, for all counties at once: only who sees all knows what was asked for.
    """
    if tx.actor.area != LINCANG:
        return
    job_id = JobId(derived_id(_DAILY, local_day(tx.now).isoformat()))
    if job_id not in await jobs.known([job_id], tx):
        await _ask(LINCANG, await law.quality_numbers(counties_in(LINCANG), tx), tx, job_id=job_id)


async def _ask(area: str, numbers: Sequence[str], tx: Transaction, *, job_id: JobId | None = None) -> Job:
    """Ask for the work. The rules are named in it, so that whoever resumes takes the next one, whatever was published meanwhile."""
    days = (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)
    return await jobs.ask(CHECKING, CHECKING, {"area": area, "rules": ",".join(sorted(numbers))}, tx, keep_days=days, job_id=job_id)
