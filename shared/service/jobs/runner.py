"""The part of a worker that does long work: it takes up one job after another, and holds each while it works on it.

Promises: of several runners one works on a job at a time; a runner that dies is replaced within half a minute, and its successor goes on where
it was; a job that fails again and again is set aside with a reason.
Does not promise that a job is begun at once, nor that jobs end in the order in which they were asked for.
Not for what must be done at a certain moment: that is a duty.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shared.database.jobs import Jobs, claims
from shared.database.jobs.claims import CLAIM_SECONDS, Lost
from shared.database.transaction import Database, Transaction
from shared.files.store import FileStore
from shared.kernel.actors import service_actor
from shared.kernel.areas import LINCANG
from shared.kernel.errors import Conflict, Refusal
from shared.kernel.jobs import Job, JobState, Phase
from shared.kernel.sheets import Outcome
from shared.service.working.subscriptions import is_transient, reason_of, where_raised

_TICK = 0.5
_REST_SECONDS = 5.0
_TRIES = 5

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Run:
    """One runner's hold on one job, and the ways to work under it. Whatever is done by it says that it is this hold's, or is undone."""

    database: Database
    files: FileStore
    jobs: Jobs
    job: Job
    phase: Phase
    claim: UUID

    @asynccontextmanager
    async def at_home(self) -> AsyncIterator[Transaction]:
        """Act as who asked for the job, in all of the own area, for what is kept of the job itself."""
        async with self.database.transaction(self.job.asker, request_id=str(self.job.id)) as tx:
            yield tx

    @asynccontextmanager
    async def in_county(self, county_code: str) -> AsyncIterator[Transaction]:
        """Act as who asked for the job, in one county."""
        async with self.database.transaction(self.job.asker.within(county_code), request_id=str(self.job.id)) as tx:
            yield tx

    async def reached(self, phase: Phase, *, done: int = 0, total: int | None = None, position: float = 0.0, tx: Transaction | None = None) -> None:
        """Say how far it is.

        :raises Lost: the job is not this runner's any more.
        """
        if tx is None:
            async with self.at_home() as own:
                await claims.advance(self.job, self.claim, own, phase=phase, done=done, total=total, position=position)
        else:
            await claims.advance(self.job, self.claim, tx, phase=phase, done=done, total=total, position=position)
        self.phase = phase

    async def part_reached(self, tx: Transaction, *, position: int, counts: Mapping[Outcome, int]) -> None:
        await claims.advance_part(self.job, self.claim, tx, position=position, counts=counts)

    async def hold(self) -> None:
        async with self.at_home() as tx:
            await claims.hold(self.job, self.claim, tx)

    async def end(self, state: JobState, *, problem: Mapping[str, Any] | None = None, tx: Transaction | None = None) -> None:
        if tx is None:
            async with self.at_home() as own:
                await claims.end(self.job, self.claim, state, own, problem=problem)
        else:
            await claims.end(self.job, self.claim, state, tx, problem=problem)


class GivenUp(Conflict):
    sentence = "系统内部错误，已记录；多次未能办理，请联系管理员。"
    english = "Something went wrong here again and again; it has been recorded: ask the administrator."


Work = Callable[[Run], Awaitable[None]]
"""Do a job from wherever it is; it ends the run itself."""


class JobRunner:
    """Takes up jobs of a service and does them; several of them may run at once."""

    def __init__(self, database: Database, jobs: Jobs, files: FileStore, works: Mapping[str, Work], *, at_once: int = 2) -> None:
        self._database, self._jobs, self._files, self._works = database, jobs, files, works
        self._at_once = at_once

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._at_once):
                group.create_task(self._run_one_after_another())

    async def do_one(self) -> bool:
        """Take up a job and do it, or say that there is none."""
        run = await self._taken_up()
        if run is None:
            return False
        await self._held(run)
        return True

    async def do(self, job: Job) -> None:
        """Do one job here and now, unless another runner has it already."""
        run = await self._taken_up(job)
        if run is not None:
            await self._held(run)

    async def _run_one_after_another(self) -> None:
        while True:
            try:
                done = await self.do_one()
            except (SQLAlchemyError, OSError) as error:
                log.warning("jobs_wait", error=type(error).__name__)
                done = False
            if not done:
                await asyncio.sleep(_TICK)

    async def _taken_up(self, only: Job | None = None) -> Run | None:
        async with self._database.transaction(service_actor(self._database.service, LINCANG)) as tx:
            homes = [only.county_code] if only else await claims.homes_with_work(tx)
        for county_code in homes:
            async with self._database.transaction(service_actor(self._database.service, county_code)) as tx:
                taken = await claims.claim(county_code, tx, only=only.id if only else None)
                if taken is not None:
                    job = await self._jobs.get(taken.job_id, tx)
                    return Run(database=self._database, files=self._files, jobs=self._jobs, job=job, phase=taken.phase, claim=taken.claim)
        return None

    async def _held(self, run: Run) -> None:
        """Do a job, and hold it meanwhile; when it is lost, stop at once, and when this runner is stopped, leave it to the next at once."""
        working = asyncio.ensure_future(self._done(run))
        holding = asyncio.ensure_future(_keep_holding(run))
        try:
            await asyncio.wait([working, holding], return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await _stopped(working, holding)
            await self._give_back(run)
            raise
        await _stopped(working, holding)
        if not working.cancelled() and (error := working.exception()):
            raise error

    async def _done(self, run: Run) -> None:
        with structlog.contextvars.bound_contextvars(job=str(run.job.id), what=run.job.what):
            try:
                await self._works[run.job.kind](run)
            except Lost:
                log.info("job_lost")
            except Refusal as refusal:
                with suppress(Lost):
                    await run.end(JobState.FAILED, problem=problem_of(refusal))
            except Exception as error:
                if is_transient(error):
                    log.warning("job_waits", error=reason_of(error))
                else:
                    log.error("job_failed", error=reason_of(error), where=where_raised(error))
                await self._let_go(run, failed=not is_transient(error))

    async def _give_back(self, run: Run) -> None:
        try:
            async with run.at_home() as tx:
                await claims.let_go(run.job, run.claim, tx, seconds=0, failed=False)
        except (SQLAlchemyError, OSError) as error:  # then its claim runs out by itself
            log.warning("claim_waits", error=type(error).__name__)

    async def _let_go(self, run: Run, *, failed: bool) -> None:
        async with run.at_home() as tx:
            failures = await claims.let_go(run.job, run.claim, tx, seconds=_REST_SECONDS, failed=failed)
        if failures >= _TRIES:
            with suppress(Lost):
                await run.end(JobState.FAILED, problem=problem_of(GivenUp()))


async def _stopped(*tasks: asyncio.Future[None]) -> None:
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_holding(run: Run) -> None:
    """Renew the claim until it is lost."""
    while True:
        await asyncio.sleep(CLAIM_SECONDS / 3)
        try:
            await run.hold()
        except Lost:
            log.info("job_lost", job=str(run.job.id))
            return
        except (SQLAlchemyError, OSError) as error:
            log.warning("claim_waits", error=type(error).__name__)


def problem_of(refusal: Refusal) -> dict[str, Any]:
    """Write down why a job could not be done, to be said to whoever looks."""
    return {
        "code": getattr(refusal, "code", type(refusal).__name__),
        "chinese": refusal.sentence,
        "english": refusal.english,
        "detail": refusal.detail,
        "fields": list(refusal.fields),
    }
