"""Kafka comes back empty, and what it had acknowledged is repaired."""

import asyncio
from random import Random

from tests.faults.load import Load
from tests.faults.seeding import draw_cases, plant_in
from tests.fixtures.evidence import dead_letters, doubled, ledger, moved_back, repairs, settled, total
from tests.fixtures.say import Say
from tests.fixtures.system import System

SEED, CASES = 2, 60
SECONDS = 120.0
RECONCILE_SECONDS = 20.0


async def test_flags_that_kafka_forgot_before_anybody_heard_of_them_are_answered_all_the_same(system: System, say: Say) -> None:
    cases = draw_cases(CASES, Random(SEED))
    await plant_in(system, cases)
    system["projects.worker"].kill()
    await Load(system.ports.url("gateway")).approve_at_once(cases)
    await _until_sent(system)
    before = await ledger(system.ask)
    assert before.confirmed < before.owed
    assert (await system.ask("projects", "SELECT count(*) FROM task"))[0][0] == 0

    await asyncio.to_thread(system.kafka.wipe)
    system["projects.worker"].start()
    now, seconds = await settled(system.ask, seconds=SECONDS, heard=False)  # the reconciler repairs what is owed, no more

    assert await doubled(system.ask) == 0
    assert await moved_back(system.ask) == []
    assert await dead_letters(system.ask) == 0
    assert system.died == []
    noticed = sum(log.read_text(errors="replace").count("announced_again") for log in system.folder.glob("*.worker*.log"))
    say(
        f"amnesia: {before.owed - before.confirmed} measures forgotten, owed {now.owed}, confirmed {now.confirmed}; "
        f"{noticed} workers announced again, repairs {await repairs(system.ask)}; all answered after {seconds:.1f} s"
    )


async def _until_sent(system: System) -> None:
    """Wait until Kafka has acknowledged every flag, so that the outbox alone brings nothing back."""
    async with asyncio.timeout(SECONDS):
        while await total(system.ask, "SELECT count(*) FROM outbox WHERE published_at IS NULL"):  # noqa: ASYNC110  (a worker sends)
            await asyncio.sleep(0.2)
