"""What goes wrong under decisions in bulk: each thing is decided once or not at all, and each has its result."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from services.monitoring.app import DESK
from shared.database.transaction import Database, Transaction
from shared.files.store import FileStore
from shared.service.jobs import decisions
from shared.service.jobs.runner import JobRunner
from shared.service.jobs.works import works
from tests.builders.story import Way, done
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import Cluster, count_of, settings_of
from tests.fixtures.tokens import county
from tests.monitoring.decisions.conftest import Bulk, approvals, reviewed

_FREE = "UPDATE job_run SET claimed_until = now()"  # what half a minute of waiting does to a claim
_STATUSES = "SELECT status FROM monitoring_case WHERE id = ANY($1::text[]::uuid[]) ORDER BY array_position($1::text[]::uuid[], id)"
_FLAGS = "SELECT count(*) FROM risk_flag f JOIN monitoring_case c ON c.flag_id = f.id WHERE c.id = ANY($1::text[]::uuid[])"
_ANNOUNCED = "SELECT count(*) FROM outbox x JOIN monitoring_case c ON c.flag_id = x.entity_id WHERE c.id = ANY($1::text[]::uuid[])"

Trouble = Callable[[Transaction], Awaitable[object]]


def troubled(bulk: Bulk, cluster: Cluster, database: Database, trouble: Trouble, *, at: UUID, times: int = 1) -> Bulk:
    """The same, with a worker that gets into trouble over one case, just after it was decided."""
    kind, left = DESK.decisions["case_county_approval"], times

    async def decide(case_id: UUID, command: Any, tx: Transaction, expected: int) -> object:
        nonlocal left
        decided = await kind.decide(case_id, command, tx, expected)
        if case_id == at and left:
            left -= 1
            await trouble(tx)
        return decided

    settings = settings_of("monitoring", cluster)
    desk = replace(DESK, decisions={"case_county_approval": replace(kind, decide=decide)})
    runner = JobRunner(database, desk.jobs, FileStore(settings.folder_of_files("monitoring")), works(desk, settings))
    return replace(bulk, runner=runner)


async def _bug(_: Transaction) -> None:
    raise KeyError("a bug")


async def _bug_in_a_question(tx: Transaction) -> None:
    await tx.execute(text("SELECT 1 / 0"))


async def _lock_not_available(tx: Transaction) -> None:
    await tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$"))


async def _connection_gone(tx: Transaction) -> None:
    await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "ITEMS_AT_ONCE", 2)


async def statuses(admin: asyncpg.Connection, ids: list[str]) -> list[str]:
    return [row["status"] for row in await admin.fetch(_STATUSES, ids)]


@pytest.mark.parametrize("bug", [_bug, _bug_in_a_question])
async def test_a_bug_over_one_case_is_its_result_and_the_others_are_decided(
    bug: Trouble, way: Way, set_clock: SetClock, bulk: Bulk, cluster: Cluster, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    _, cases = await reviewed(way, set_clock, 3)
    ids = [case_id for case_id, _ in cases]

    job = await troubled(bulk, cluster, monitoring_worker, bug, at=UUID(ids[1])).asked(approvals(cases))

    assert (job["state"], job["updated"], job["refused"]) == ("done", 2, 1)
    assert await bulk.results(job["id"]) == [("updated", None), ("refused", "NotDecided"), ("updated", None)]
    assert await statuses(admin, ids) == ["approved", "reviewed", "approved"]
    assert await count_of(admin, _FLAGS, ids) == await count_of(admin, _ANNOUNCED, ids) == 2


@pytest.mark.parametrize("trouble", [_lock_not_available, _connection_gone])
async def test_trouble_that_passes_rolls_the_slice_back_and_it_is_taken_again(
    trouble: Trouble, way: Way, set_clock: SetClock, bulk: Bulk, cluster: Cluster, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    _, cases = await reviewed(way, set_clock, 4)
    ids = [case_id for case_id, _ in cases]
    bulk = troubled(bulk, cluster, monitoring_worker, trouble, at=UUID(ids[3]), times=6)

    waits = await bulk.asked(approvals(cases))
    half = await statuses(admin, ids)
    job = waits
    for _ in range(6):
        await admin.execute(_FREE)
        job = await bulk.worked_off(waits["id"])

    assert (waits["state"], waits["updated"]) == ("running", 2)
    assert half == ["approved", "approved", "reviewed", "reviewed"]
    assert (job["state"], job["updated"], job["refused"]) == ("done", 4, 0)
    assert await count_of(admin, _FLAGS, ids) == await count_of(admin, _ANNOUNCED, ids) == 4


async def test_cancelled_in_the_middle_what_is_done_stands_and_the_rest_is_untouched(
    way: Way, set_clock: SetClock, bulk: Bulk, cluster: Cluster, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    _, cases = await reviewed(way, set_clock, 5)
    ids = [case_id for case_id, _ in cases]
    asked = done(await bulk.ask(approvals(cases)))

    async def cancel(_: Transaction) -> None:
        job = done(await bulk.call(county()).get(f"/v1/jobs/{asked['id']}"))
        done(await bulk.call(county()).post(f"/v1/jobs/{asked['id']}/cancellation", None, seen=job["version"]))

    job = await troubled(bulk, cluster, monitoring_worker, cancel, at=UUID(ids[2])).worked_off(asked["id"])

    assert (job["state"], job["updated"]) == ("cancelled", 2)
    assert await bulk.results(asked["id"]) == [("updated", None)] * 2
    assert await statuses(admin, ids) == ["approved"] * 2 + ["reviewed"] * 3
    assert await count_of(admin, _FLAGS, ids) == await count_of(admin, _ANNOUNCED, ids) == 2


async def test_two_jobs_over_the_same_cases_at_once_decide_each_once(
    way: Way, set_clock: SetClock, bulk: Bulk, monkeypatch: pytest.MonkeyPatch, admin: asyncpg.Connection
) -> None:
    monkeypatch.setattr(decisions, "ITEMS_AT_ONCE", 3)
    _, cases = await reviewed(way, set_clock, 6)
    ids = [case_id for case_id, _ in cases]
    asked = [done(await bulk.ask(approvals(order)))["id"] for order in (cases, cases[::-1])]

    jobs = await asyncio.gather(*(bulk.worked_off(each) for each in asked))
    while any(job["state"] != "done" for job in jobs):  # they waited for each other, and one let go
        await admin.execute(_FREE)
        jobs = [await bulk.worked_off(each) for each in asked]

    assert sum(job["updated"] for job in jobs) == sum(job["refused"] for job in jobs) == 6
    assert await statuses(admin, ids) == ["approved"] * 6
    assert await count_of(admin, _FLAGS, ids) == await count_of(admin, _ANNOUNCED, ids) == 6
