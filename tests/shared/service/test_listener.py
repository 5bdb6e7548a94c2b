"""Listeners: an effect and the version it came from commit together; one bad message holds nobody up; trouble that passes is waited out."""

from collections.abc import Callable

import asyncpg
import pytest

from shared.database.transaction import Database
from shared.events import Message
from tests.builders.events import a_flag, a_message, an_owed_measure, later
from tests.fixtures.platform import count_of
from tests.shared.service.listening import a_listener, failing_for, first_task, letters, tasks_of


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


async def test_of_a_batch_only_the_entity_that_fails_dies(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    flags = [a_flag() for _ in range(13)]
    bad, worse = flags[4], flags[11]
    listener, _ = a_listener(projects_worker, failing_for(bad, worse))

    await listener.handle([a_message(flag) for flag in flags])

    assert await tasks_of(projects_admin, *flags) == ["none" if flag in (bad, worse) else "opened" for flag in flags]
    assert sorted(await letters(projects_admin, *(flag.id for flag in flags))) == sorted(
        [(bad.id, "ValueError", True), (worse.id, "ValueError", True)]
    )
    announced = await projects_admin.fetchval("SELECT count(*) FROM outbox WHERE entity_id = ANY($1)", [first_task(flag) for flag in (bad, worse)])
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
    count = await count_of(projects_admin, "SELECT count(*) FROM dead_letter")
    batch = [a_message(before), spoil(a_message(a_flag())), a_message(after)]

    for _ in range(3):
        await listener.handle(batch)

    assert await tasks_of(projects_admin, before, after) == ["opened", "opened"]
    assert await projects_admin.fetchval("SELECT count(*) FROM dead_letter") == count + 1
    assert metrics.registry.get_sample_value("dead_letters_total", {"consumer": "test"}) == 3
