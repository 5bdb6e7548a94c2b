"""What goes wrong under a job: the database loses its stage, the reader is killed, a load is at fault; nothing is ever half done."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random, SystemRandom
from typing import Any
from uuid import UUID

import asyncpg
import psutil
import pytest
from sqlalchemy import text

from services.monitoring.app import DESK
from services.monitoring.jobs.files import REGISTER_FILE
from services.monitoring.usecases.files.load_register import RegisterLoad
from shared.database.transaction import Database, Transaction
from shared.files.store import FileStore
from shared.kernel.jobs import Job
from shared.service.jobs import imports
from shared.service.jobs.runner import JobRunner
from shared.service.jobs.works import works
from tests.builders.files import SHEETS, Row, a_list_row, as_csv, rows_of, some_rows
from tests.builders.people import a_household
from tests.builders.story import done
from tests.fixtures.platform import Cluster, count_of, settings_of
from tests.fixtures.tokens import department_user, township
from tests.fixtures.waiting import until
from tests.monitoring.files.conftest import Files, counts

_EMPTY = "TRUNCATE import_row, import_fault"  # what a crash of PostgreSQL does to tables that it keeps no log of
_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
_FREE = "UPDATE job_run SET claimed_until = now()"  # what half a minute of waiting does to a claim
_PEOPLE = "SELECT count(*) FROM person_directory"
_FAILURES = "SELECT failures FROM job_run WHERE id = $1"


async def worked_off(files: Files, admin: asyncpg.Connection, job_id: str) -> dict[str, Any]:
    """Work until a job is over, without the rests between two tries."""
    while (job := await files.job(township(), job_id))["state"] in {"queued", "running"}:
        await admin.execute(_FREE)
        await files.runner.do_one()
    return job


async def committed(files: Files, job: dict[str, Any]) -> str:
    return done(await files.call(township()).post(f"/v1/jobs/{job['id']}/commit", None, seen=job["version"]))["id"]


@pytest.mark.parametrize("lost", [_EMPTY, "DELETE FROM import_row WHERE row <= 5", "TRUNCATE import_fault"])
async def test_a_stage_that_the_database_lost_after_validating_is_filled_again_at_the_commit(
    lost: str, files: Files, admin: asyncpg.Connection
) -> None:
    rows = some_rows(households=3, members=2)
    rows[3]["id_number"] = rows[1]["id_number"]
    job = await files.sent(township(), rows, mode="validate")
    await admin.execute(lost)

    after = await worked_off(files, admin, await committed(files, job))

    assert counts(after) == ("done", {"created": 2, "refused": 4})
    assert {fault[:2] for fault in await files.faults(township(), job["id"]) if fault[2] == "twice_in_file"} == {(3, "id_number"), (5, "id_number")}


@pytest.mark.parametrize("atomic", ["rows", "all"])
async def test_a_stage_that_the_database_lost_in_the_middle_of_loading_is_filled_again_and_no_row_is_left_out(
    atomic: str, files: Files, admin: asyncpg.Connection, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "ROWS_AT_ONCE", 4)
    held, rest = rows_of(a_household(members=2)), some_rows(households=4, members=2)
    await files.sent(township(), held)
    job_id = done(await files.send(township(), [*rest[:4], *held, *rest[4:]], atomic=atomic))["id"]
    holding = await cluster.connect("monitoring")

    async with holding.transaction():
        await holding.execute("SELECT FROM household WHERE number = $1 FOR UPDATE", held[0]["household_number"])
        working = asyncio.create_task(files.runner.do_one())
        await until(lambda: admin.fetchval(_WAITS))
        await admin.execute(_EMPTY)
    await working
    await holding.close()

    assert (await files.job(township(), job_id))["state"] == "running"
    assert counts(await worked_off(files, admin, job_id)) == ("done", {"created": 8, "unchanged": 2})


# A load that is at fault, or in trouble, for as long as it is told.
Trouble = Callable[[Transaction], Awaitable[object]]


async def _bug(_: Transaction) -> None:
    raise KeyError("a bug")


async def _bug_in_a_question(tx: Transaction) -> None:
    await tx.execute(text("SELECT 1 / 0"))


async def _lock_not_available(tx: Transaction) -> None:
    await tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$"))


async def _connection_gone(tx: Transaction) -> None:
    await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


async def _disk_away(_: Transaction) -> None:
    raise OSError


def runner_in_trouble(cluster: Cluster, database: Database, trouble: Trouble, *, times: int) -> JobRunner:
    """A runner whose register load fails so many times."""
    left = times

    class InTrouble(RegisterLoad):
        async def check(self, job: Job, tx: Transaction) -> None:
            nonlocal left
            if left:
                left -= 1
                await trouble(tx)
            await super().check(job, tx)

    settings = settings_of("monitoring", cluster)
    desk = replace(DESK, kinds={**DESK.kinds, "household_register": replace(REGISTER_FILE, load=InTrouble)})
    return JobRunner(database, desk.jobs, FileStore(settings.folder_of_files("monitoring")), works(desk, settings))


@pytest.mark.parametrize("bug", [_bug, _bug_in_a_question])
async def test_a_job_whose_load_is_at_fault_is_tried_five_times_and_set_aside_while_others_go_on(
    bug: Trouble, files: Files, cluster: Cluster, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    runner = runner_in_trouble(cluster, monitoring_worker, bug, times=10**6)
    job_id = done(await files.send(township(), some_rows(households=1)))["id"]
    states: list[str] = []

    assert await runner.do_one()
    good = done(await files.send(department_user(), [a_list_row("medical_insurance_list")], kind="medical_insurance_list"))["id"]
    assert await runner.do_one()
    for _ in range(5):
        states.append((await files.job(township(), job_id))["state"])
        await admin.execute(_FREE)
        await runner.do_one()

    assert (await files.job(department_user(), good))["state"] == "done"
    assert states == ["running"] * 4 + ["failed"]
    job = await files.job(township(), job_id)
    assert (job["problem"]["code"], job["created"]) == ("GivenUp", 0)
    assert not await runner.do_one()


@pytest.mark.parametrize("trouble", [_lock_not_available, _connection_gone, _disk_away])
async def test_trouble_that_passes_is_waited_out_however_often_and_does_not_count(
    trouble: Trouble, files: Files, cluster: Cluster, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    runner = runner_in_trouble(cluster, monitoring_worker, trouble, times=7)
    job_id = done(await files.send(township(), some_rows(households=1)))["id"]

    for _ in range(8):
        await admin.execute(_FREE)
        await runner.do_one()

    assert await admin.fetchval(_FAILURES, UUID(job_id)) == 0
    assert counts(await files.job(township(), job_id)) == ("done", {"created": 4})


async def _kill_a_reader(rng: Random, *, after: Callable[[], Awaitable[object]]) -> bool:
    """End the process that reads a file, or writes the report, a moment after something holds; say whether there was one."""
    await until(after)
    await asyncio.sleep(rng.uniform(0, 0.6))
    readers = [each for each in psutil.Process().children() if any(word.startswith("shared.files.") for word in each.cmdline())]
    for reader in readers:
        reader.kill()
    return bool(readers)


@pytest.mark.parametrize("phase", ["reading", "reporting"])
async def test_a_reader_that_is_killed_leaves_a_file_undone_with_a_reason_or_done_and_never_half(
    phase: str, files: Files, admin: asyncpg.Connection
) -> None:
    seed = SystemRandom().randrange(10**6)
    rng, killed = Random(seed), 0
    print(f"killed readers: seed {seed}")  # noqa: T201  (shown when a test fails)

    tries = 0
    while tries < 5 or (not killed and tries < 40):  # a report is short: whoever writes it may be done before the blow
        tries += 1
        rows: list[Row] = some_rows(households=150)
        before = await count_of(admin, _PEOPLE)
        job_id = done(await files.send(township(), as_csv(SHEETS["household_register"], rows)))["id"]

        async def reached(job_id: str = job_id) -> bool:
            job = await files.job(township(), job_id)
            return job["state"] != "queued" and (phase == "reading" or job["phase"] == phase)

        _, hit = await asyncio.gather(files.runner.do_one(), _kill_a_reader(rng, after=reached))
        job = await worked_off(files, admin, job_id)
        killed += hit

        there = await count_of(admin, _PEOPLE) - before
        undone = (job["state"], job["problem"] and job["problem"]["code"], there) == ("failed", "unreadable", 0)
        assert undone or (counts(job), there) == (("done", {"created": 600}), 600), job
        assert phase == "reading" or not undone
    assert killed
