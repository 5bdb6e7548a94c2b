"""Rounds, of which one worker does each; and hints, which wake a relay in another process."""

import asyncio
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from shared.broker.memory import MemoryBroker
from shared.database.rounds import due_in, is_due
from shared.database.transaction import Database
from shared.database.wake import CHANNEL, WakeUpCaller, hear_wake_up_calls
from shared.kernel.actors import service_actor
from shared.service.metrics import Metrics
from shared.service.working.relay import Relay
from tests.builders.events import a_task_state
from tests.fixtures.platform import Cluster, opened, rehearsal
from tests.fixtures.waiting import running, until

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


async def test_one_question_says_in_which_counties_a_round_is_due_and_takes_none(
    projects_worker: Database, projects_admin: asyncpg.Connection
) -> None:
    async def ask() -> list[str]:
        async with projects_worker.transaction(service_actor("projects", "5309")) as tx:
            return await due_in("sweep-6", ["530902", "530921", "5309"], tx, every=MINUTE)

    async def begin(area: str) -> bool:
        async with projects_worker.transaction(service_actor("projects", area)) as tx:
            return await is_due("sweep-6", tx, every=MINUTE)

    assert await ask() == await ask() == ["530902", "530921", "5309"]
    assert await begin("530902")
    assert await ask() == ["530921", "5309"]
    assert await begin("5309")
    assert await ask() == ["530921"]
    await projects_admin.execute("UPDATE round SET begun_at = begun_at - interval '60 s' WHERE name = 'sweep-6' AND county_code = '530902'")
    assert await ask() == ["530902", "530921"]


async def test_a_round_that_failed_is_due_at_once(projects_worker: Database) -> None:
    async def begin(*, dies: bool) -> bool:
        async with projects_worker.transaction(SERVICE) as tx:
            due = await is_due("sweep-3", tx, every=MINUTE)
            if dies:
                raise KeyError
            return due

    with pytest.raises(KeyError):
        await begin(dies=True)

    assert await begin(dies=False)


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
    question = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    await until(lambda: admin.fetchval(question))


async def test_a_commit_in_one_process_wakes_the_relay_of_another(cluster: Cluster, projects_admin: asyncpg.Connection) -> None:
    broker = MemoryBroker()
    state = a_task_state()
    async with opened("projects", cluster) as api, opened("projects", cluster, worker=True) as worker:
        relay = Relay(worker, broker, Metrics("projects"), every_seconds=3600)  # nothing but a hint will wake it
        caller = WakeUpCaller(api.engine)
        api.wake_relay = caller.wake
        async with running(relay.run(), caller.run(), hear_wake_up_calls(worker.engine, relay.wake)):
            await until_listening(projects_admin)

            async with api.transaction(SERVICE) as tx:
                tx.publish(state)

            await until(lambda: str(state.id) in [message.headers["ce_subject"] for message in broker.log[state.topic]])


async def test_a_lost_connection_does_not_end_the_listening(cluster: Cluster, projects_admin: asyncpg.Connection) -> None:
    heard = asyncio.Event()

    async def hint() -> bool:
        await projects_admin.execute(f"NOTIFY {CHANNEL}")
        return heard.is_set()

    async with opened("projects", cluster, worker=True) as worker, running(hear_wake_up_calls(worker.engine, heard.set)):
        await until_listening(projects_admin)

        await projects_admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")

        await until(hint)


async def test_a_hint_that_cannot_be_sent_fails_nothing(cluster: Cluster, tmp_path: Path) -> None:
    away = create_async_engine(f"postgresql+asyncpg://projects_app@/test_projects?host={tmp_path}")
    caller = WakeUpCaller(away)

    async with running(caller.run()) as [calling]:
        for _ in range(100):
            caller.wake()
        await asyncio.sleep(0.05)

        assert not calling.done()
    await away.dispose()


async def test_many_commits_at_once_are_one_hint(cluster: Cluster, projects_admin: asyncpg.Connection) -> None:
    heard: list[str] = []

    def hear(*_: object) -> None:
        heard.append("hint")

    await projects_admin.add_listener(CHANNEL, hear)
    async with opened("projects", cluster) as api:
        caller = WakeUpCaller(api.engine)
        for _ in range(50):
            caller.wake()
        async with running(caller.run()):
            await until(lambda: heard)
            await projects_admin.execute("SELECT pg_sleep(0.05)")
    await projects_admin.remove_listener(CHANNEL, hear)

    assert heard == ["hint"]
