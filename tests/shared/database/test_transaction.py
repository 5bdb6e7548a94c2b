"""The unit of work: rows and announcements commit together, or not at all."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.projects.store import tasks
from shared.database.transaction import Database, Transaction
from shared.kernel.actors import service_actor
from shared.kernel.assistance import Task
from tests.builders.events import a_flag, a_task_state
from tests.builders.people import a_household
from tests.fixtures.callers import Call, speaking_to
from tests.fixtures.platform import Cluster, count_of, opened
from tests.fixtures.tokens import county, village

SERVICE = service_actor("projects", "530902")


def a_task() -> Task:
    flag = a_flag()
    return flag.task_for(flag.owed[0], kind="plant_or_breed")


async def kept(admin: asyncpg.Connection, task: Task) -> tuple[int, int]:
    """Count the rows and the announcements of a task."""
    rows = await count_of(admin, "SELECT count(*) FROM task WHERE id = $1", task.id)
    return rows, await count_of(admin, "SELECT count(*) FROM outbox WHERE entity_id = $1", task.id)


async def add(task: Task, tx: Transaction) -> None:
    await tasks.add_missing([task], tx)
    tx.publish(a_task_state(id=task.id))


async def add_and_fail(task: Task, database: Database, failure: type[BaseException]) -> None:
    async with database.transaction(SERVICE) as tx:
        await add(task, tx)
        raise failure


async def add_and_fail_inside(task: Task, tx: Transaction, statement: str) -> None:
    async with tx.savepoint():
        await add(task, tx)
        await tx.execute(text(statement))


async def test_a_row_and_its_announcement_commit_together(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    task = a_task()

    async with projects_worker.transaction(SERVICE) as tx:
        await add(task, tx)
        assert await kept(projects_admin, task) == (0, 0)

    assert await kept(projects_admin, task) == (1, 1)


@pytest.mark.parametrize("failure", [ValueError, asyncio.CancelledError, KeyError])
async def test_a_failure_takes_rows_and_announcements_back(
    projects_worker: Database, projects_admin: asyncpg.Connection, failure: type[BaseException]
) -> None:
    task = a_task()

    with pytest.raises(failure):
        await add_and_fail(task, projects_worker, failure)

    assert await kept(projects_admin, task) == (0, 0)


async def test_a_savepoint_takes_back_its_own_rows_and_announcements_only(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    before, inside, after = a_task(), a_task(), a_task()

    async with projects_worker.transaction(SERVICE) as tx:
        await add(before, tx)
        with pytest.raises(DBAPIError):
            await add_and_fail_inside(inside, tx, "SELECT 1 / 0")
        await add(after, tx)

    assert [await kept(projects_admin, task) for task in (before, inside, after)] == [(1, 1), (0, 0), (1, 1)]


async def test_savepoints_lie_inside_one_another(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    outer, inner = a_task(), a_task()

    async with projects_worker.transaction(SERVICE) as tx, tx.savepoint():
        await add(outer, tx)
        with pytest.raises(DBAPIError):
            await add_and_fail_inside(inner, tx, "SELECT * FROM nothing")

    assert [await kept(projects_admin, task) for task in (outer, inner)] == [(1, 1), (0, 0)]


async def test_an_announcement_is_written_with_what_its_relay_and_its_listeners_need(
    projects_worker: Database, projects_admin: asyncpg.Connection
) -> None:
    states = [a_task_state(version=version) for version in (1, 2, 3)]

    async with projects_worker.transaction(SERVICE) as tx:
        tx.publish(*states)

    rows = await projects_admin.fetch("SELECT * FROM outbox WHERE entity_id = ANY($1) ORDER BY entity_version", [state.id for state in states])
    assert [(row["entity_id"], row["entity_version"], row["topic"], row["key"]) for row in rows] == [
        (state.id, state.version, "projects.assistance_task", str(state.household_id)) for state in states
    ]
    assert {(row["county_code"], row["epoch"], row["type"]) for row in rows} == {("530902", 1, "assistance.task_opened.v1")}
    assert {(row["published_at"], row["claimed_until"]) for row in rows} == {(None, None)}
    assert len({row["event_id"] for row in rows}) == 3
    assert all(row["payload"] == state.model_dump_json().encode() for row, state in zip(rows, states, strict=True))


async def test_an_act_happens_at_one_moment_of_business_time(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    await projects_admin.execute("UPDATE deployment SET clock_offset_seconds = -86400")
    try:
        async with projects_worker.transaction(SERVICE) as tx:
            first = tx.now
            await tx.execute(text("SELECT pg_sleep(0.01)"))
            assert (await tx.execute(text("SELECT business_now()"))).scalar_one() == first == tx.now
            assert tx.real_now - tx.now == timedelta(days=1)
    finally:
        await projects_admin.execute("UPDATE deployment SET clock_offset_seconds = 0")


async def test_what_has_not_begun_holds_no_connection_and_does_nothing(cluster: Cluster) -> None:
    async with opened("projects", cluster, worker=True) as database, database.unopened(SERVICE) as tx:
        with pytest.raises(RuntimeError, match="not begun"):
            await tx.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError, match="not begun"):
            async with tx.savepoint():
                pass
        assert database.engine.pool.checkedout() == 0  # pyright: ignore[reportAttributeAccessIssue]


async def test_the_relay_is_woken_after_a_commit_that_announced_something_and_only_then(cluster: Cluster, projects_admin: asyncpg.Connection) -> None:
    seen_when_woken: list[int] = []
    async with opened("projects", cluster, worker=True) as database:
        database.wake_relay = lambda: seen_when_woken.append(database.engine.pool.checkedout())  # pyright: ignore[reportAttributeAccessIssue]

        async with database.transaction(SERVICE) as tx:
            await tasks.add_missing([a_task()], tx)
        with pytest.raises(KeyError):
            await add_and_fail(a_task(), database, KeyError)
        assert seen_when_woken == []

        async with database.transaction(SERVICE) as tx:
            tx.publish(a_task_state())

    assert seen_when_woken == [0]  # committed, and its connection given back


_REFUSE_COMMIT = """
    CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'refused at the commit' USING ERRCODE = '{code}'; END $$
"""
_AT_COMMIT = """
    CREATE CONSTRAINT TRIGGER refuse_commit AFTER INSERT ON household DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'general') EXECUTE FUNCTION refuse_commit()
"""


@pytest.mark.parametrize(("code", "status"), [("P0001", 500), ("23514", 500), ("57014", 503), ("53300", 503), ("40001", 409), ("40P01", 409)])
async def test_a_commit_that_fails_is_never_answered_as_done(monitoring_api: FastAPI, admin: asyncpg.Connection, code: str, status: int) -> None:
    await admin.execute(_REFUSE_COMMIT.format(code=code))
    await admin.execute(_AT_COMMIT)
    before = await admin.fetchval("SELECT count(*) FROM household")
    household = a_household(kind="general")
    try:
        async with speaking_to(monitoring_api, raises=False) as call:
            refused = await call(village()).post("/v1/households", household, key=f"commit-{code}")
    finally:
        await admin.execute("DROP FUNCTION refuse_commit CASCADE")

    assert refused.status_code == status, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert await admin.fetchval("SELECT count(*) FROM household") == before
    await _the_key_is_still_free(monitoring_api, household, f"commit-{code}")


async def _the_key_is_still_free(api: FastAPI, household: dict[str, object], key: str) -> None:
    async with speaking_to(api) as call:
        answer = await call(village()).post("/v1/households", household, key=key)
    assert answer.status_code == 201, answer.text
    assert UUID(answer.json()["id"])


async def test_a_201_is_in_the_database_when_it_is_read(call: Call, admin: asyncpg.Connection) -> None:
    answer = await call(village()).post("/v1/households", a_household())

    assert answer.status_code == 201
    assert await admin.fetchval("SELECT count(*) FROM household WHERE id = $1", UUID(answer.json()["id"])) == 1


async def test_what_stays_the_same_for_an_act_is_asked_once_until_the_act_itself_changes_it(projects_worker: Database) -> None:
    asked: list[str] = []

    async def ask() -> str:
        asked.append("asked")
        return "answer"

    async with projects_worker.transaction(SERVICE) as tx:
        assert [await tx.once("this", ask), await tx.once("this", ask), await tx.once("that", ask)] == ["answer"] * 3
        assert len(asked) == 2
        tx.forget()
        assert [await tx.once("this", ask), await tx.once("this", ask)] == ["answer"] * 2
        assert len(asked) == 4
    async with projects_worker.transaction(SERVICE) as tx:
        await tx.once("this", ask)
    assert len(asked) == 5


async def test_who_publishes_law_goes_by_it_in_the_same_act(monitoring: Database, admin: asyncpg.Connection) -> None:
    row = {"value": "4", "effective_from": date(2021, 1, 1), "document_number": "once"}
    async with monitoring.transaction(county(area="530927")) as tx:
        before = (await law.parameters_for("530927", tx)).number(Key.MAX_RISKS)
        await law.publish_parameter("530927", Key.MAX_RISKS, tx, **row)
        after = (await law.parameters_for("530927", tx)).number(Key.MAX_RISKS)
    await admin.execute("DELETE FROM parameter WHERE document_number = 'once'")

    assert (before, after) == (5, 4)
