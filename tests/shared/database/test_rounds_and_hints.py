"""Rounds, of which one worker does each; and hints, which wake a relay in another process."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import text

from shared.broker.memory import MemoryBroker
from shared.database.rounds import is_due
from shared.database.transaction import Database
from shared.database.wake import CHANNEL, WakeUpCaller, hear_wake_up_calls
from shared.kernel.actors import service_actor
from shared.service.metrics import Metrics
from shared.service.relay import Relay
from tests.builders.events import a_task_state
from tests.fixtures.platform import Cluster, opened, rehearsal

MINUTE = timedelta(minutes=1)
SERVICE = service_actor("projects", "530902")


async def test_of_many_workers_one_is_told_to_begin_a_round(projects_worker: Database) -> None:
    async def ask() -> bool:
        async with projects_worker.transaction(SERVICE) as tx:
            return await is_due("sweep-1", tx, every=MINUTE)

    turns = await asyncio.gather(*(ask() for _ in range(8)))

    assert sorted(turns) == [False] * 7 + [True]
    assert not await ask()


async def test_a_round_is_due_again_when_its_interval_of_real_time_has_passed(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    async def ask() -> bool:
        async with projects_worker.transaction(SERVICE) as tx:
            return await is_due("sweep-2", tx, every=MINUTE)

    assert await ask()
    await projects_admin.execute("UPDATE round SET begun_at = begun_at - interval '59 s' WHERE name = 'sweep-2'")
    assert not await ask()
    await projects_admin.execute("UPDATE round SET begun_at = begun_at - interval '1 s' WHERE name = 'sweep-2'")
    assert await ask()


async def test_a_round_that_failed_is_due_at_once(projects_worker: Database) -> None:
    with pytest.raises(ValueError, match="died"):
        async with projects_worker.transaction(SERVICE) as tx:
            assert await is_due("sweep-3", tx, every=MINUTE)
            raise ValueError("died")

    async with projects_worker.transaction(SERVICE) as tx:
        assert await is_due("sweep-3", tx, every=MINUTE)


async def test_each_county_and_each_duty_has_rounds_of_its_own(projects_worker: Database) -> None:
    async with rehearsal(projects_worker, SERVICE) as tx:
        assert await is_due("sweep-4", tx, every=MINUTE)
        assert await is_due("another", tx, every=MINUTE)
        assert not await is_due("sweep-4", tx, every=MINUTE)
    async with rehearsal(projects_worker, service_actor("projects", "530921")) as tx:
        assert await is_due("sweep-4", tx, every=MINUTE)


async def test_the_business_clock_does_not_move_a_round(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    async with projects_worker.transaction(SERVICE) as tx:
        await is_due("sweep-5", tx, every=MINUTE)
    await projects_admin.execute("UPDATE deployment SET clock_offset_seconds = 864000")
    try:
        async with projects_worker.transaction(SERVICE) as tx:
            assert not await is_due("sweep-5", tx, every=MINUTE)
    finally:
        await projects_admin.execute("UPDATE deployment SET clock_offset_seconds = 0")


async def until_listening(admin: asyncpg.Connection) -> None:
    """Wait until somebody listens: until a hint of our own is heard, for the database does not tell."""
    while not await admin.fetchval("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"):
        await asyncio.sleep(0.01)


async def test_a_commit_in_one_process_wakes_the_relay_of_another(cluster: Cluster, projects_admin: asyncpg.Connection) -> None:
    broker = MemoryBroker()
    state = a_task_state()
    async with opened("projects", cluster) as api, opened("projects", cluster, worker=True) as worker:
        relay = Relay(worker, broker, Metrics("projects"), every_seconds=3600)  # nothing but a hint will wake it
        caller = WakeUpCaller(api.engine)
        api.wake_relay = caller.wake
        running = [asyncio.create_task(each) for each in (relay.run(), caller.run(), hear_wake_up_calls(worker.engine, relay.wake))]
        await until_listening(projects_admin)
        try:
            async with api.transaction(SERVICE) as tx:
                tx.publish(state)
            async with asyncio.timeout(10):
                while not any(state.id.hex in message.value.decode().replace("-", "") for message in broker.log[state.topic]):
                    await asyncio.sleep(0.01)
        finally:
            for each in running:
                each.cancel()
            for each in running:
                with suppress(asyncio.CancelledError):
                    await each


async def test_a_lost_connection_does_not_end_the_listening(cluster: Cluster, projects_admin: asyncpg.Connection) -> None:
    heard = asyncio.Event()
    async with opened("projects", cluster, worker=True) as worker:
        listening = asyncio.create_task(hear_wake_up_calls(worker.engine, heard.set))
        await until_listening(projects_admin)

        await projects_admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        async with asyncio.timeout(10):
            while not heard.is_set():
                await projects_admin.execute(f"NOTIFY {CHANNEL}")
                await asyncio.sleep(0.05)

        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def test_a_hint_that_cannot_be_sent_fails_nothing(cluster: Cluster) -> None:
    async with opened("projects", cluster) as api:
        caller = WakeUpCaller(api.engine)
        await api.close()
        calling = asyncio.create_task(caller.run())
        for _ in range(100):
            caller.wake()
        await asyncio.sleep(0)

        assert not calling.done()

        calling.cancel()
        with suppress(asyncio.CancelledError):
            await calling


async def test_many_commits_at_once_are_one_hint(cluster: Cluster, projects_admin: asyncpg.Connection) -> None:
    heard: list[str] = []
    await projects_admin.add_listener(CHANNEL, lambda *_: heard.append("hint"))
    async with opened("projects", cluster) as api:
        caller = WakeUpCaller(api.engine)
        for _ in range(50):
            caller.wake()
        calling = asyncio.create_task(caller.run())
        async with asyncio.timeout(10):
            while not heard:
                await projects_admin.execute("SELECT 1")
        async with api.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        calling.cancel()
        with suppress(asyncio.CancelledError):
            await calling

    assert heard == ["hint"]
