"""A job is one runner's at a time: whoever lost it, by sleeping or because it was cancelled, changes nothing more."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest

from services.monitoring.store.jobs import jobs
from shared.database.jobs import claims
from shared.database.jobs.claims import Claimed, Lost
from shared.database.transaction import Database, Transaction
from shared.kernel.actors import Role, service_actor
from shared.kernel.ids import new_id
from shared.kernel.jobs import Job, JobId, JobState, Phase
from shared.kernel.sheets import Outcome
from tests.fixtures.tokens import HOME

COUNTY = HOME[:6]
Step = Callable[[Job, Claimed, Transaction], Awaitable[object]]

_ALL = "SELECT to_jsonb(r), to_jsonb(p), to_jsonb(j) FROM job j JOIN job_run r USING (id) JOIN job_part p USING (id) WHERE j.id = $1"

Lose = Callable[[Job, Database, asyncpg.Connection], Awaitable[None]]

STEPS: dict[str, Step] = {
    "hold": lambda job, held, tx: claims.hold(job, held.claim, tx),
    "advance": lambda job, held, tx: claims.advance(job, held.claim, tx, phase=Phase.APPLYING, total=2, done=1),
    "begin_part": lambda job, held, tx: claims.begin_part(job, held.claim, tx, total=2),
    "advance_part": lambda job, held, tx: claims.advance_part(job, held.claim, tx, position=2, counts={Outcome.CREATED: 1}),
    "end": lambda job, held, tx: claims.end(job, held.claim, JobState.DONE, tx),
}


@pytest.fixture
async def job(monitoring_worker: Database) -> Job:
    async with monitoring_worker.transaction(service_actor("monitoring", COUNTY)) as tx:
        made = Job(
            county_code=COUNTY,
            id=JobId(new_id()),
            area_code=COUNTY,
            department=None,
            kind="none",
            what="nothing",
            arguments={},
            state=JobState.QUEUED,
            problem=None,
            created_by="claims",
            created_role=Role.COUNTY_OFFICER,
            created_at=tx.real_now,
            finished_at=None,
            keep_until=tx.real_now + timedelta(days=1),
            version=1,
        )
        await jobs.add(made, tx)
    return made


async def taken(job: Job, database: Database) -> Claimed | None:
    async with database.transaction(service_actor("monitoring", COUNTY)) as tx:
        return await claims.claim(COUNTY, tx, only=job.id)


async def held(job: Job, database: Database) -> Claimed:
    """Take a job up, with its part."""
    found = await taken(job, database)
    assert found
    async with database.transaction(job.asker) as tx:
        await claims.begin_part(job, found.claim, tx, total=2)
    return found


async def _cancel(job: Job, database: Database, admin: asyncpg.Connection) -> None:
    async with database.transaction(job.asker) as tx:
        await jobs.step(await jobs.get(job.id, tx), JobState.CANCELLED, tx, expected=2)


async def _take_over(job: Job, database: Database, admin: asyncpg.Connection) -> None:
    await admin.execute("UPDATE job_run SET claimed_until = now() WHERE id = $1", job.id)
    assert await held(job, database)


# A part may be begun by who has not heard of the cancellation: the step that always follows is refused.
LOST = [(step, lose) for step in STEPS for lose in (_cancel, _take_over) if (step, lose) != ("begin_part", _cancel)]


@pytest.mark.parametrize(("step", "lose"), LOST)
async def test_who_lost_a_job_can_take_no_step(step: str, lose: Lose, job: Job, monitoring_worker: Database, admin: asyncpg.Connection) -> None:
    mine = await held(job, monitoring_worker)
    await lose(job, monitoring_worker, admin)
    before = await admin.fetchrow(_ALL, job.id)

    with pytest.raises(Lost):
        async with monitoring_worker.transaction(job.asker) as tx:
            await STEPS[step](job, mine, tx)

    assert await admin.fetchrow(_ALL, job.id) == before


@pytest.mark.parametrize("step", STEPS)
async def test_who_holds_a_job_takes_every_step(step: str, job: Job, monitoring_worker: Database) -> None:
    mine = await held(job, monitoring_worker)

    async with monitoring_worker.transaction(job.asker) as tx:
        await STEPS[step](job, mine, tx)


async def test_a_held_job_is_nobody_else_s_until_its_claim_runs_out_or_is_given_back(
    job: Job, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    first = await held(job, monitoring_worker)
    assert await taken(job, monitoring_worker) is None

    async with monitoring_worker.transaction(job.asker) as tx:
        await claims.let_go(job, first.claim, tx, seconds=0, failed=True)
    second = await taken(job, monitoring_worker)

    assert second
    assert second.claim > first.claim
    async with monitoring_worker.transaction(job.asker) as tx:
        assert await claims.let_go(job, first.claim, tx, seconds=0, failed=True) == 0
    assert await taken(job, monitoring_worker) is None
    assert await admin.fetchval("SELECT failures FROM job_run WHERE id = $1", job.id) == 1


async def test_a_job_that_is_over_is_never_taken_up(job: Job, monitoring_worker: Database) -> None:
    mine = await held(job, monitoring_worker)
    async with monitoring_worker.transaction(job.asker) as tx:
        await claims.end(job, mine.claim, JobState.DONE, tx)
        await claims.let_go(job, mine.claim, tx, seconds=0, failed=False)

    assert await taken(job, monitoring_worker) is None
