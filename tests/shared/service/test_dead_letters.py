"""What was set aside: kept once, resolved by a later state, replayed by hand."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Row

from services.projects.app import SERVICE
from services.projects.subscriptions import households_flagged
from shared.database.dead_letters import letter_id, resolve, supersede, unresolved
from shared.database.transaction import Database, Transaction
from shared.events import RiskFlag
from shared.kernel.actors import service_actor
from shared.kernel.ids import new_id
from shared.service.commands import replay_letter
from shared.service.working.subscriptions import Subscriptions
from tests.builders.events import a_flag, a_message, later
from tests.shared.service.listening import Reaction, a_listener, failing_for, letters, tasks_of

HERE = service_actor("projects", "530902")


async def waiting(database: Database, *entities: UUID) -> list[Row[Any]]:
    async with database.transaction(HERE) as tx:
        return [row for row in await unresolved("530902", tx, at_most=10_000) if row.entity_id in entities]


async def test_a_redelivered_dead_letter_makes_no_second_row(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    flag = a_flag()
    message = a_message(flag)
    listener, _ = a_listener(projects_worker, failing_for(flag))

    for _ in range(3):
        await listener.handle([message])

    assert len(await letters(projects_admin, flag.id)) == 1


async def test_each_consumer_buries_for_itself(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    flag = a_flag()
    message = a_message(flag)

    for consumer in ("one", "two"):
        await a_listener(projects_worker, failing_for(flag), consumer=consumer)[0].handle([message])

    assert len(await letters(projects_admin, flag.id)) == 2
    assert letter_id("one", message) != letter_id("two", message)


async def test_a_letter_keeps_the_whole_message_and_no_value_in_its_reason(projects_worker: Database) -> None:
    flag = a_flag()
    message = a_message(flag, epoch=3)
    listener, _ = a_listener(projects_worker, failing_for(flag, error=ValueError("533522197001010010")))

    await listener.handle([message])

    [letter] = await waiting(projects_worker, flag.id)
    assert (letter.topic, letter.key, letter.headers, letter.payload) == (message.topic, message.key, message.headers, message.value)
    assert (letter.reason, letter.consumer, letter.county_code) == ("ValueError", "test", "530902")


async def test_a_later_state_of_the_same_entity_supersedes_what_died(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    flag, other = a_flag(), a_flag()
    await a_listener(projects_worker, failing_for(flag, other))[0].handle([a_message(flag), a_message(other)])

    await a_listener(projects_worker)[0].handle([a_message(later(flag))])

    assert [waits for _, _, waits in await letters(projects_admin, flag.id)] == [False]
    assert [waits for _, _, waits in await letters(projects_admin, other.id)] == [True]
    assert await tasks_of(projects_admin, flag, other) == ["opened", "none"]


async def test_superseding_stays_inside_its_consumer_and_county(projects_worker: Database) -> None:
    flag = a_flag()
    await a_listener(projects_worker, failing_for(flag))[0].handle([a_message(flag)])

    async with projects_worker.transaction(HERE) as tx:
        assert await supersede([flag.id], tx, consumer="another", county_code="530902") == 0
        assert await supersede([flag.id], tx, consumer="test", county_code="530921") == 0
        assert await supersede([new_id()], tx, consumer="test", county_code="530902") == 0
        assert await supersede([flag.id], tx, consumer="test", county_code="530902") == 1


async def test_an_older_message_that_comes_again_does_not_reopen_what_was_superseded(
    projects_worker: Database, projects_admin: asyncpg.Connection
) -> None:
    flag = a_flag()
    listener, _ = a_listener(projects_worker, failing_for(flag))
    await listener.handle([a_message(flag)])
    await a_listener(projects_worker)[0].handle([a_message(later(flag))])

    await listener.handle([a_message(flag)])

    assert [waits for _, _, waits in await letters(projects_admin, flag.id)] == [False]


class Mended:
    """A reaction that fails until it is mended."""

    def __init__(self, flag: RiskFlag) -> None:
        self._react: Reaction = failing_for(flag)

    def mend(self) -> None:
        self._react = households_flagged

    async def __call__(self, flags: list[RiskFlag], tx: Transaction) -> None:
        await self._react(flags, tx)


async def test_a_replayed_letter_has_its_effect_once_and_is_resolved(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    flag = a_flag()
    reaction = Mended(flag)
    subscriptions = Subscriptions("projects")
    subscriptions.on(RiskFlag, consumer="replayed")(reaction)
    service = replace(SERVICE, subscriptions=subscriptions)
    await a_listener(projects_worker, reaction, consumer="replayed")[0].handle([a_message(flag)])
    [letter] = await waiting(projects_worker, flag.id)

    await replay_letter(service, projects_worker, letter)
    assert len(await waiting(projects_worker, flag.id)) == 1, "it died again, so it stays"

    reaction.mend()
    await replay_letter(service, projects_worker, letter)
    await replay_letter(service, projects_worker, letter)

    assert await waiting(projects_worker, flag.id) == []
    assert await tasks_of(projects_admin, flag) == ["opened"]


async def test_replaying_an_old_letter_does_not_undo_a_later_state(projects_worker: Database, projects_admin: asyncpg.Connection) -> None:
    flag = a_flag()
    subscriptions = Subscriptions("projects")
    subscriptions.on(RiskFlag, consumer="test")(households_flagged)
    await a_listener(projects_worker, failing_for(flag))[0].handle([a_message(flag)])
    [letter] = await waiting(projects_worker, flag.id)
    await a_listener(projects_worker)[0].handle([a_message(later(flag, status="withdrawn"))])

    await replay_letter(replace(SERVICE, subscriptions=subscriptions), projects_worker, letter)

    assert await tasks_of(projects_admin, flag) == ["withdrawn"]
    assert await waiting(projects_worker, flag.id) == []


async def test_a_resolved_letter_is_listed_no_more(projects_worker: Database) -> None:
    flag, other = a_flag(), a_flag()
    await a_listener(projects_worker, failing_for(flag, other))[0].handle([a_message(flag), a_message(other)])
    [letter] = await waiting(projects_worker, flag.id)

    async with projects_worker.transaction(HERE) as tx:
        await resolve(letter.id, tx, county_code="530902", died_at=letter.died_at)

    assert [row.entity_id for row in await waiting(projects_worker, flag.id, other.id)] == [other.id]
