"""Listeners: an effect and the version it came from commit together; one bad message holds nobody up; trouble that passes is waited out."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.projects.subscriptions import households_flagged
from shared.broker.memory import MemoryBroker
from shared.database.transaction import Database, Transaction
from shared.events import Message, RiskFlag
from shared.kernel.assistance import task_id_for
from shared.kernel.ids import OwedId
from shared.service.metrics import Metrics
from shared.service.subscriptions import Listener, Subscriptions, is_transient
from tests.builders.events import a_flag, a_message, an_owed_measure, later

Reaction = Callable[[list[RiskFlag], Transaction], Awaitable[None]]


def a_listener(
    database: Database, reaction: Reaction = households_flagged, *, consumer: str = "test", broker: MemoryBroker | None = None
) -> tuple[Listener, Metrics]:
    subscriptions, metrics = Subscriptions("projects"), Metrics("projects")
    subscriptions.on(RiskFlag, consumer=consumer)(reaction)
    return Listener(subscriptions.all[0], broker=broker or MemoryBroker(), database=database, metrics=metrics), metrics


def failing_for(*flags: RiskFlag, error: Exception | None = None, statement: str | None = None) -> Reaction:
    """React as projects does, and fail afterwards if one of these flags is in the batch."""
    ids = {flag.id for flag in flags}

    async def react(batch: list[RiskFlag], tx: Transaction) -> None:
        await households_flagged(batch, tx)
        if ids & {flag.id for flag in batch}:
            if statement:
                await tx.execute(text(statement))
            raise error or ValueError("533522197001010010 is in nobody's log")

    return react


async def tasks_of(admin: asyncpg.Connection, *flags: RiskFlag) -> list[str]:
    """Name the status of each flag's first task; what has none is absent."""
    ids = [task_id_for(OwedId(flag.owed[0].id)) for flag in flags]
    found = {row["id"]: row["status"] for row in await admin.fetch("SELECT id, status FROM task WHERE id = ANY($1)", ids)}
    return [found.get(task_id, "none") for task_id in ids]


async def letters(admin: asyncpg.Connection, *entities: UUID) -> list[tuple[UUID, str, bool]]:
    rows = await admin.fetch(
        "SELECT entity_id, reason, resolved_at IS NULL AS waits FROM dead_letter WHERE entity_id = ANY($1) ORDER BY died_at", list(entities)
    )
    return [(row["entity_id"], row["reason"], row["waits"]) for row in rows]


async def test_a_batch_has_its_effect_in_every_county(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    flags = [a_flag(area=area) for area in ("530902102201", "530921101001", "530902102202")]
    listener, metrics = a_listener(projects_worker)

    await listener.handle([a_message(flag) for flag in flags])

    assert await tasks_of(projects_admin, *flags) == ["opened"] * 3
    assert metrics.registry.get_sample_value("states_handled_total", {"consumer": "test"}) == 3


async def test_a_county_in_trouble_keeps_what_another_had_done(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    here, there = a_flag(area="530902102201"), a_flag(area="530921101001")
    listener, _ = a_listener(projects_worker, failing_for(there, error=TimeoutError()))

    with pytest.raises(TimeoutError):
        await listener.handle([a_message(here), a_message(there)])

    assert await tasks_of(projects_admin, here, there) == ["opened", "none"]


async def test_what_comes_late_is_dropped_and_counted(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    flag = a_flag()
    withdrawn = later(flag, status="withdrawn")
    listener, metrics = a_listener(projects_worker)

    await listener.handle([a_message(withdrawn)])
    await listener.handle([a_message(flag), a_message(flag)])

    assert await tasks_of(projects_admin, flag) == ["withdrawn"]
    assert metrics.registry.get_sample_value("states_dropped_as_old_total", {"consumer": "test"}) == 1


UNREADABLE: list[Callable[[Message], Message]] = [
    lambda m: Message(topic=m.topic, key=m.key, headers={**m.headers, "ce_type": "monitoring.risk_flag_raised.v9"}, value=m.value),
    lambda m: Message(topic=m.topic, key=m.key, headers={}, value=m.value),
    lambda m: Message(topic=m.topic, key=m.key, headers=m.headers, value=b""),
    lambda m: Message(topic=m.topic, key="a\x00b", headers={**m.headers, "note": "a\x00b"}, value=b"\x00\xff"),
    lambda m: Message(topic=m.topic, key=m.key, headers={**m.headers, "a\x00b": "x"}, value=b"{}"),
    lambda m: Message(topic=m.topic, key="\ufffd", headers={**m.headers, "ce_countycode": "x" * 5000}, value=b"[" * 10_000),
    lambda m: Message(topic=m.topic, key=m.key, headers={**m.headers, "ce_countycode": "530999"}, value=b"null"),
    lambda m: Message(topic=m.topic, key=m.key, headers={**m.headers, "ce_epoch": "9" * 5000}, value=m.value),
    lambda m: Message(topic=m.topic, key=m.key, headers=m.headers, value=m.value.replace(b'"530902"', b'"\\u000030902"')),
]


@pytest.mark.parametrize("spoil", UNREADABLE)
async def test_what_nobody_can_read_is_set_aside_once_and_the_others_go_on(
    projects_worker: Database, projects_admin: asyncpg.Connection, spoil: Callable[[Message], Message]
) -> None:
    before, after = a_flag(), a_flag()
    listener, metrics = a_listener(projects_worker)
    count = await projects_admin.fetchval("SELECT count(*) FROM dead_letter")
    batch = [a_message(before), spoil(a_message(a_flag())), a_message(after)]

    for _ in range(3):
        await listener.handle(batch)

    assert await tasks_of(projects_admin, before, after) == ["opened", "opened"]
    assert await projects_admin.fetchval("SELECT count(*) FROM dead_letter") == count + 1
    assert metrics.registry.get_sample_value("dead_letters_total", {"consumer": "test"}) == 3


async def test_of_a_batch_only_the_entity_that_fails_dies(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    flags = [a_flag() for _ in range(13)]
    bad, worse = flags[4], flags[11]
    listener, _ = a_listener(projects_worker, failing_for(bad, worse))

    await listener.handle([a_message(flag) for flag in flags])

    assert await tasks_of(projects_admin, *flags) == ["none" if flag in (bad, worse) else "opened" for flag in flags]
    assert sorted(await letters(projects_admin, *(flag.id for flag in flags))) == sorted(
        [(bad.id, "ValueError", True), (worse.id, "ValueError", True)]
    )
    announced = await projects_admin.fetchval(
        "SELECT count(*) FROM outbox WHERE entity_id = ANY($1)", [task_id_for(OwedId(flag.owed[0].id)) for flag in (bad, worse)]
    )
    assert announced == 0


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("SELECT 1 / 0", "DBAPIError 22012"),
        ("INSERT INTO seen VALUES (NULL, '', NULL, 1, 1)", "IntegrityError 23502"),
        ("SELECT * FROM audit", "DBAPIError 42501"),
    ],
)
async def test_a_value_that_the_database_refuses_is_no_trouble_that_passes(
    projects_worker: Database, projects_admin: asyncpg.Connection, statement: str, reason: str
) -> None:
    flag, fine = a_flag(), a_flag()
    listener, _ = a_listener(projects_worker, failing_for(flag, statement=statement))

    await listener.handle([a_message(fine), a_message(flag)])

    assert await tasks_of(projects_admin, flag, fine) == ["none", "opened"]
    [(_, found, waits)] = await letters(projects_admin, flag.id)
    assert waits
    assert found.endswith(reason.split()[-1])


async def test_a_measure_that_no_database_can_hold_dies_alone(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    flag, fine = a_flag(an_owed_measure("a\x00b")), a_flag()
    listener, _ = a_listener(projects_worker)

    await listener.handle([a_message(flag), a_message(fine)])

    assert await tasks_of(projects_admin, flag, fine) == ["none", "opened"]
    assert [entity for entity, _, _ in await letters(projects_admin, flag.id)] == [flag.id]


async def test_a_flag_of_a_county_that_does_not_exist_has_no_effect_here(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    flag = a_flag(county_code="530902", area="530921101001")  # it says one county and lies in another
    flag = flag.model_copy(update={"county_code": "530902"})
    listener, _ = a_listener(projects_worker)

    await listener.handle([a_message(flag)])

    assert await tasks_of(projects_admin, flag) == ["none"]
    assert len(await letters(projects_admin, flag.id)) == 1


TRANSIENT = ["40001", "40P01", "53300", "53100", "55P03", "57014", "57P01", "57P03", "08006", "25P03", "58030"]
PERMANENT = ["22003", "22021", "23505", "23514", "42501", "42P01", "P0001", "XX000"]


@pytest.mark.parametrize("code", TRANSIENT + PERMANENT)
async def test_what_may_pass_is_told_from_what_never_will(projects_worker: Database, code: str) -> None:
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$")

    with pytest.raises(DBAPIError) as error:
        async with projects_worker.engine.connect() as connection:
            await connection.execute(raising)

    assert is_transient(error.value) == (code in TRANSIENT)


@pytest.mark.parametrize(("error", "transient"), [(OSError(), True), (TimeoutError(), True), (PoolTimeout(), True), (ValueError(), False), (KeyError(), False)])
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
    running = asyncio.create_task(listener.run())
    async with asyncio.timeout(30):
        while await broker.lag(RiskFlag.topics, group=group):
            await asyncio.sleep(0.02)
            if running.done():
                await running
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_listener_that_is_stopped_leaves_its_batch_to_the_next(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    broker, flag = MemoryBroker(), a_flag()
    reached = asyncio.Event()

    async def hangs(batch: list[RiskFlag], tx: Transaction) -> None:
        await households_flagged(batch, tx)
        reached.set()
        await asyncio.sleep(3600)

    await broker.publish([a_message(flag)])
    stopped, _ = a_listener(projects_worker, hangs, consumer="stopped", broker=broker)
    running = asyncio.create_task(stopped.run())
    await reached.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert await tasks_of(projects_admin, flag) == ["none"]

    following, _ = a_listener(projects_worker, consumer="stopped", broker=broker)
    await _run_until_handled(following, broker, "projects.stopped")
    assert await tasks_of(projects_admin, flag) == ["opened"]
