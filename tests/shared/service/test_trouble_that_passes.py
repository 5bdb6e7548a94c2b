"""Trouble that passes is waited out and never makes a dead letter; what never will pass is told from it."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.projects.subscriptions import households_flagged
from shared.broker.memory import MemoryBroker
from shared.database.transaction import Database, Transaction
from shared.events import RiskFlag
from shared.service.working.subscriptions import Listener, is_transient
from tests.builders.events import a_flag, a_message
from tests.fixtures.waiting import running, until
from tests.shared.service.listening import a_listener, letters, tasks_of

TRANSIENT = ["40001", "40P01", "53300", "53100", "55P03", "57014", "57P01", "57P03", "08006", "25P03", "58030"]
PERMANENT = ["22003", "22021", "23505", "23514", "42501", "42P01", "P0001", "XX000"]


@pytest.mark.parametrize("code", TRANSIENT + PERMANENT)
async def test_what_may_pass_is_told_from_what_never_will(projects_worker: Database, code: str) -> None:
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$")

    with pytest.raises(DBAPIError) as error:
        async with projects_worker.engine.connect() as connection:
            await connection.execute(raising)

    assert is_transient(error.value) == (code in TRANSIENT)


AWAY, BUGS = [OSError(), TimeoutError(), PoolTimeout()], [ValueError(), KeyError(), AttributeError()]


@pytest.mark.parametrize(("error", "transient"), [*((error, True) for error in AWAY), *((error, False) for error in BUGS)])
def test_an_error_without_the_database_is_a_bug_unless_something_is_away(error: Exception, transient: bool) -> None:
    assert is_transient(error) == transient


@pytest.mark.parametrize("trouble", ["SELECT pg_terminate_backend(pg_backend_pid())", "SELECT pg_cancel_backend(pg_backend_pid())", "40P01"])
async def test_trouble_that_passes_has_the_batch_delivered_again_and_never_makes_a_dead_letter(
    projects_worker: Database, projects_admin: asyncpg.Connection, trouble: str
) -> None:
    broker, flags, calls = MemoryBroker(), [a_flag() for _ in range(3)], 0
    statement = trouble if trouble.startswith("SELECT") else f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{trouble}'; END $$"

    async def twice_in_trouble(batch: list[RiskFlag], tx: Transaction) -> None:
        nonlocal calls
        calls += 1
        await households_flagged(batch, tx)
        if calls <= 2:
            await tx.execute(text(statement))

    listener, metrics = a_listener(projects_worker, twice_in_trouble, consumer=f"trouble-{trouble[-6:]}", broker=broker)
    await broker.publish([a_message(flag) for flag in flags])

    await _run_until_handled(listener, broker, f"projects.trouble-{trouble[-6:]}")

    assert await tasks_of(projects_admin, *flags) == ["opened"] * 3
    assert await letters(projects_admin, *(flag.id for flag in flags)) == []
    assert metrics.registry.get_sample_value("batches_retried_total", {"consumer": f"trouble-{trouble[-6:]}"}) == 2


async def _run_until_handled(listener: Listener, broker: MemoryBroker, group: str) -> None:
    async def handled() -> bool:
        return await broker.lag(RiskFlag.topics, group=group) == 0

    async with running(listener.run()):
        await until(handled)


async def test_a_listener_that_is_stopped_leaves_its_batch_to_the_next(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    broker, flag = MemoryBroker(), a_flag()
    reached = asyncio.Event()

    async def hangs(batch: list[RiskFlag], tx: Transaction) -> None:
        await households_flagged(batch, tx)
        reached.set()
        await asyncio.sleep(3600)

    await broker.publish([a_message(flag)])
    stopped, _ = a_listener(projects_worker, hangs, consumer="stopped", broker=broker)
    async with running(stopped.run()):
        await reached.wait()
    assert await tasks_of(projects_admin, flag) == ["none"]

    following, _ = a_listener(projects_worker, consumer="stopped", broker=broker)
    await _run_until_handled(following, broker, "projects.stopped")
    assert await tasks_of(projects_admin, flag) == ["opened"]
