"""The relay: every committed state is sent at least once, by any number of workers, whatever dies in between."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from shared.broker.memory import MemoryBroker
from shared.database.transaction import Database
from shared.events import Message
from shared.kernel.actors import service_actor
from shared.kernel.areas import COUNTIES
from shared.service.metrics import Metrics
from shared.service.working.relay import Relay
from tests.builders.events import a_task_state
from tests.fixtures.platform import Cluster, opened
from tests.fixtures.waiting import running, until
from tests.shared.service.brokers import Choosy, Deadly, Gone

_WAITING = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
_LET_CLAIMS_RUN_OUT = "UPDATE outbox SET claimed_until = now() - interval '1 ms' WHERE claimed_until IS NOT NULL AND published_at IS NULL"


async def announce(database: Database, count: int) -> set[str]:
    """Commit states of every county; give their ids."""
    ids: set[str] = set()
    for n, county in enumerate(COUNTIES):
        states = [a_task_state(county_code=county, area_code=county + "102201") for _ in range(n, count, len(COUNTIES))]
        async with database.transaction(service_actor("projects", county)) as tx:
            tx.publish(*states)
        ids |= {str(state.id) for state in states}
    return ids


def sent(broker: MemoryBroker) -> Counter[str]:
    return Counter(message.headers["ce_subject"] for messages in broker.log.values() for message in messages)


def a_relay(database: Database, broker: MemoryBroker, **options: int) -> Relay:
    return Relay(database, broker, Metrics("projects"), **options)


async def test_three_relays_send_three_thousand_rows_and_mark_them_all(projects_worker: Database, outbox: asyncpg.Connection) -> None:
    broker = MemoryBroker()
    ids = await announce(projects_worker, 3_000)

    async def all_left() -> bool:
        return await outbox.fetchval(_WAITING) == 0

    async with running(*(a_relay(projects_worker, broker, at_most=100).run() for _ in range(3))):
        await until(all_left)

    assert sent(broker).keys() == ids
    assert await outbox.fetchval("SELECT count(*) FROM outbox WHERE entity_id = ANY($1::uuid[]) AND published_at IS NOT NULL", list(ids)) == 3_000


async def test_a_message_arrives_as_it_was_committed(projects_worker: Database, outbox: asyncpg.Connection) -> None:
    broker = MemoryBroker()
    await announce(projects_worker, 5)
    await a_relay(projects_worker, broker).send_once()

    rows = {row["event_id"]: row for row in await outbox.fetch("SELECT * FROM outbox ORDER BY created_at DESC LIMIT 5")}
    messages = {message.headers["ce_id"]: message for message in broker.log["projects.assistance_task"]}

    assert {str(event_id) for event_id in rows} == messages.keys()
    assert all(messages[str(event_id)].value == row["payload"] and messages[str(event_id)].key == row["key"] for event_id, row in rows.items())


async def test_two_relays_at_once_never_claim_the_same_row(projects_worker: Database, outbox: asyncpg.Connection) -> None:
    broker = MemoryBroker()
    await announce(projects_worker, 200)

    done = await asyncio.gather(*(a_relay(projects_worker, broker, at_most=30).send_once() for _ in range(6)))

    assert sum(claimed for claimed, _ in done) == sum(sent(broker).values()) == 180
    assert max(sent(broker).values()) == 1


@pytest.mark.parametrize("keeps", [False, True], ids=["before", "after"])
async def test_what_a_dead_relay_had_claimed_is_sent_by_another_once_the_claim_ran_out(
    projects_worker: Database, outbox: asyncpg.Connection, keeps: bool
) -> None:
    ids = await announce(projects_worker, 40)
    with pytest.raises(asyncio.CancelledError):
        await a_relay(projects_worker, Deadly(keeps=keeps)).send_once()
    broker = MemoryBroker()
    another = a_relay(projects_worker, broker)

    assert await another.send_once() == (0, 0)
    await outbox.execute(_LET_CLAIMS_RUN_OUT)
    assert await another.send_once() == (40, 40)

    assert sent(broker).keys() == ids
    assert await outbox.fetchval(_WAITING) == 0


async def test_only_what_the_broker_acknowledged_is_marked(projects_worker: Database, outbox: asyncpg.Connection) -> None:
    broker = Choosy()
    ids = await announce(projects_worker, 90)
    relay = a_relay(projects_worker, broker)

    assert await relay.send_once() == (90, 60)
    assert await outbox.fetchval(_WAITING) == 30
    for _ in range(10):
        await outbox.execute(_LET_CLAIMS_RUN_OUT)
        await relay.send_once()

    assert await outbox.fetchval(_WAITING) == 1  # the first of a batch is never acknowledged
    left = await outbox.fetchval("SELECT entity_id FROM outbox WHERE published_at IS NULL")
    assert sent(broker).keys() >= ids - {str(left)}


async def test_while_the_broker_is_away_nothing_is_lost_or_marked(projects_worker: Database, outbox: asyncpg.Connection) -> None:
    metrics = Metrics("projects")
    ids = await announce(projects_worker, 25)

    assert await Relay(projects_worker, Gone(), metrics).send_once() == (25, 0)
    assert await outbox.fetchval(_WAITING) == 25
    assert metrics.registry.get_sample_value("outbox_unacknowledged_total") == 25
    assert metrics.registry.get_sample_value("outbox_published_total") == 0

    await outbox.execute(_LET_CLAIMS_RUN_OUT)
    broker = MemoryBroker()
    assert await Relay(projects_worker, broker, metrics).send_once() == (25, 25)
    assert sent(broker).keys() == ids
    assert metrics.registry.get_sample_value("outbox_published_total") == 25


async def test_an_empty_outbox_asks_nothing_of_the_broker(projects_worker: Database, outbox: asyncpg.Connection) -> None:
    assert await a_relay(projects_worker, Deadly(keeps=False)).send_once() == (0, 0)


async def test_what_was_not_committed_is_not_sent(projects_worker: Database, outbox: asyncpg.Connection) -> None:
    broker = MemoryBroker()
    async with projects_worker.transaction(service_actor("projects", "530902")) as tx:
        tx.publish(a_task_state())
        assert await a_relay(projects_worker, broker).send_once() == (0, 0)

    assert await a_relay(projects_worker, broker).send_once() == (1, 1)


async def test_a_row_committed_late_is_sent_although_later_rows_have_left(projects_worker: Database, outbox: asyncpg.Connection) -> None:
    broker = MemoryBroker()
    late = a_task_state()
    relay = a_relay(projects_worker, broker)

    async with projects_worker.transaction(service_actor("projects", "530902")) as slow:
        slow.publish(late)
        await announce(projects_worker, 3)
        await relay.send_once()
        assert str(late.id) not in sent(broker)
    await relay.send_once()

    assert sent(broker)[str(late.id)] == 1


async def test_no_transaction_is_open_while_the_broker_is_spoken_to(cluster: Cluster, outbox: asyncpg.Connection) -> None:
    open_ones: list[int] = []

    async with opened("projects", cluster, worker=True) as database:

        class Nosy(MemoryBroker):
            async def publish(self, messages: Sequence[Message]) -> Sequence[bool]:
                open_ones.append(database.engine.pool.checkedout())  # pyright: ignore[reportAttributeAccessIssue]
                return await super().publish(messages)

        await announce(database, 3)
        await a_relay(database, Nosy()).send_once()

    assert open_ones == [0]


async def test_a_relay_goes_on_after_its_database_was_away(cluster: Cluster, outbox: asyncpg.Connection) -> None:
    broker = MemoryBroker()
    async with opened("projects", cluster, worker=True) as database, running(a_relay(database, broker).run()):
        await asyncio.sleep(0.05)
        await outbox.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'projects_worker' AND datname = 'test_projects'")
        ids = await _announced_at_last(database)

        await until(lambda: sent(broker).keys() >= ids)


async def _announced_at_last(database: Database) -> set[str]:
    while True:
        try:
            return await announce(database, 3)
        except (DBAPIError, OSError):
            await asyncio.sleep(0.02)
