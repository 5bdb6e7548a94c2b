"""A caller who leaves in the middle leaves nothing behind: no scope, no open transaction, no connection."""

import asyncio
import random
from contextlib import suppress

import asyncpg
import pytest
from sqlalchemy import text

from shared.database.transaction import Database
from shared.kernel.actors import Actor, Role
from tests.fixtures.platform import Cluster, opened

_IDLE = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'test_projects' AND usename = 'projects_app' AND state LIKE 'idle in transaction%'"
_SCOPE = text("SELECT current_setting('app.lo', true), current_setting('app.hi', true), current_setting('app.actor', true)")


def officer(area: str) -> Actor:
    return Actor(id=f"officer-{area}", role=Role.PROJECT_OFFICER, area=area)


async def act(database: Database, area: str) -> None:
    async with database.transaction(officer(area)) as tx:
        await tx.execute(text("SELECT count(*) FROM task"))


async def cancelled_after(turns: int, database: Database, area: str, *, cancels: int = 1) -> None:
    """Begin, let the loop turn some times, and leave."""
    acting = asyncio.create_task(act(database, area))
    for _ in range(turns):
        await asyncio.sleep(0)
    for _ in range(cancels):
        acting.cancel()
        await asyncio.sleep(0)
    with suppress(asyncio.CancelledError):
        await acting


async def assert_nothing_is_left(database: Database, admin: asyncpg.Connection) -> None:
    assert database.engine.pool.checkedout() == 0  # pyright: ignore[reportAttributeAccessIssue]
    assert await admin.fetchval(_IDLE) == 0
    for area in ("530921", "530922101"):
        async with database.transaction(officer(area)) as tx:
            assert (await tx.execute(_SCOPE)).one() == (area, area + ":", f"officer-{area}")
    async with database.engine.connect() as connection:
        assert {value or "" for value in (await connection.execute(_SCOPE)).one()} == {""}


@pytest.mark.parametrize("cancels", [1, 2, 3])
async def test_a_caller_who_leaves_at_any_turn_of_the_loop_leaves_nothing_behind(
    cluster: Cluster, projects_admin: asyncpg.Connection, cancels: int
) -> None:
    async with opened("projects", cluster) as database:
        for turns in range(120):
            await act(database, "530902")  # so that a connection waits in the pool, and leaving hits the scope
            await cancelled_after(turns, database, "530902", cancels=cancels)
        await assert_nothing_is_left(database, projects_admin)


async def test_callers_who_leave_at_any_moment_while_others_work_leave_nothing_behind(cluster: Cluster, projects_admin: asyncpg.Connection) -> None:
    draw = random.Random(5309)

    async def impatient(database: Database, area: str) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(draw.random() * 0.01):
                await act(database, area)

    async def patient(database: Database, area: str) -> None:
        async with database.transaction(officer(area)) as tx:
            assert (await tx.execute(_SCOPE)).one() == (area, area + ":", f"officer-{area}")

    async with opened("projects", cluster) as database:
        for _ in range(10):
            async with asyncio.TaskGroup() as group:
                for n in range(15):
                    group.create_task(impatient(database, f"53092{1 + n % 7}"))
                    if n % 3 == 0:
                        group.create_task(patient(database, "530902101"))
        await assert_nothing_is_left(database, projects_admin)


async def test_what_was_committed_before_the_caller_left_stays_committed(cluster: Cluster, projects_admin: asyncpg.Connection) -> None:
    async with opened("projects", cluster) as database:

        async def note(n: int) -> bool:
            async with database.transaction(officer("530902")) as tx:
                await tx.execute(
                    text("INSERT INTO idempotency (county_code, actor, key, fingerprint) VALUES ('530902', 'leaver', :key, '')"), {"key": str(n)}
                )
            return True

        for n in range(40):
            noting = asyncio.create_task(note(n))
            for _ in range(n):
                await asyncio.sleep(0)
            noting.cancel()
            with suppress(asyncio.CancelledError):
                await noting
        finished = await note(99)

    assert finished
    assert await projects_admin.fetchval("SELECT count(*) FROM idempotency WHERE actor = 'leaver' AND key = '99'") == 1
