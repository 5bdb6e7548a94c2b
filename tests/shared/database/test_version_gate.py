"""The version gate: an older state never overwrites the effect of a newer one."""

import asyncio
import random
from uuid import UUID

from shared.database.seen import newest, not_older
from shared.database.transaction import Database, Transaction
from shared.events import Arrived, RiskFlag
from shared.kernel.actors import service_actor
from tests.builders.events import a_flag, arrived
from tests.fixtures.platform import rehearsal

SERVICE = service_actor("projects", "530902")


def state(flag: RiskFlag, *, version: int, epoch: int = 1) -> Arrived[RiskFlag]:
    return arrived(flag.model_copy(update={"version": version}), epoch=epoch)


async def gate(tx: Transaction, *states: Arrived[RiskFlag], consumer: str = "test", county: str = "530902") -> list[tuple[UUID, int, int]]:
    passed = await not_older(states, tx, consumer=consumer, county_code=county)
    return [(each.state.id, each.epoch, each.state.version) for each in passed]


async def test_an_older_state_is_dropped_and_an_equal_one_passes(projects_worker: Database) -> None:
    flag, noise = a_flag(), a_flag()

    async with rehearsal(projects_worker, SERVICE) as tx:
        assert await gate(tx, state(flag, version=3)) == [(flag.id, 1, 3)]
        assert await gate(tx, state(flag, version=2), state(noise, version=1)) == [(noise.id, 1, 1)]
        assert await gate(tx, state(flag, version=3)) == [(flag.id, 1, 3)]
        assert await gate(tx, state(flag, version=4)) == [(flag.id, 1, 4)]


async def test_a_later_epoch_outranks_a_higher_version(projects_worker: Database) -> None:
    flag = a_flag()

    async with rehearsal(projects_worker, SERVICE) as tx:
        await gate(tx, state(flag, version=9, epoch=1))

        assert await gate(tx, state(flag, version=1, epoch=2)) == [(flag.id, 2, 1)]
        assert await gate(tx, state(flag, version=10, epoch=1)) == []


async def test_an_epoch_of_ten_is_later_than_one_of_nine(projects_worker: Database) -> None:
    flag = a_flag()

    async with rehearsal(projects_worker, SERVICE) as tx:
        await gate(tx, state(flag, version=10, epoch=9))

        assert await gate(tx, state(flag, version=9, epoch=10)) == [(flag.id, 10, 9)]


async def test_of_several_states_in_one_batch_the_newest_counts(projects_worker: Database) -> None:
    flag, other = a_flag(), a_flag()
    batch = [state(flag, version=3), state(flag, version=2), state(other, version=1), state(flag, version=1, epoch=2), state(flag, version=3)]

    assert {(each.epoch, each.state.version) for each in newest(batch).values()} == {(2, 1), (1, 1)}
    async with rehearsal(projects_worker, SERVICE) as tx:
        assert set(await gate(tx, *batch)) == {(flag.id, 2, 1), (other.id, 1, 1)}


async def test_each_consumer_and_each_county_holds_a_version_of_its_own(projects_worker: Database) -> None:
    flag = a_flag()

    async with rehearsal(projects_worker, SERVICE) as tx:
        await gate(tx, state(flag, version=3))

        assert await gate(tx, state(flag, version=1), consumer="another") == [(flag.id, 1, 1)]
        assert await gate(tx, state(flag, version=1), county="530921") == [(flag.id, 1, 1)]


async def test_an_empty_batch_passes_nothing(projects_worker: Database) -> None:
    async with rehearsal(projects_worker, SERVICE) as tx:
        assert await gate(tx) == []


async def test_whatever_the_order_the_last_to_pass_is_the_newest(projects_worker: Database) -> None:
    draw = random.Random(5309)
    for _ in range(20):
        flag = a_flag()
        states = [state(flag, version=draw.randint(1, 4), epoch=draw.randint(1, 2)) for _ in range(12)]
        last: tuple[int, int] = (0, 0)

        async with rehearsal(projects_worker, SERVICE) as tx:
            for start in range(0, 12, 3):
                for _, epoch, version in await gate(tx, *states[start : start + 3]):
                    assert (epoch, version) >= last
                    last = (epoch, version)

        assert last == max((each.epoch, each.state.version) for each in states)


async def test_of_two_who_handle_one_entity_at_once_the_older_waits_and_is_dropped(projects_worker: Database) -> None:
    flag = a_flag()
    newer_holds, done = asyncio.Event(), asyncio.Event()

    async def handle_the_newer() -> None:
        async with projects_worker.transaction(SERVICE) as tx:
            await gate(tx, state(flag, version=2))
            newer_holds.set()
            await done.wait()

    newer = asyncio.create_task(handle_the_newer())
    await newer_holds.wait()
    async with projects_worker.transaction(SERVICE) as tx:
        older = asyncio.create_task(gate(tx, state(flag, version=1)))
        await asyncio.sleep(0.05)
        assert not older.done()
        done.set()
        assert await older == []
    await newer
