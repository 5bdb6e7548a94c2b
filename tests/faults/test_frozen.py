"""A frozen worker holds nobody up for longer than its claims and its session last, and does no harm when it wakes."""

import asyncio
import time
from random import Random

import psutil

from shared.kernel.ids import derived_id
from tests.faults.load import Load
from tests.faults.seeding import Reviewed, draw_cases, plant_in
from tests.fixtures.evidence import dead_letters, doubled, moved_back, settled
from tests.fixtures.processes import Process, until_ready
from tests.fixtures.say import Say
from tests.fixtures.system import System

CASES, SEEDS = 60, iter(range(100, 200))
SECONDS = 90.0

_CLAIMED = "SELECT count(*) FROM outbox WHERE published_at IS NULL AND claimed_until > now()"
_HOLD = "INSERT INTO seen (county_code, consumer, entity_id, epoch, version) VALUES ($1, 'tasks', $2, 1, 0)"
_WAITING = "SELECT pid FROM pg_stat_activity WHERE usename = 'projects_worker' AND wait_event_type = 'Lock' AND wait_event = 'transactionid'"
_IN_TRANSACTION = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND state LIKE 'idle in transaction%'"


async def test_rows_that_a_frozen_worker_has_claimed_leave_through_another(system: System, say: Say) -> None:
    frozen, other = system["monitoring.worker"], system["monitoring.worker2"]
    other.kill()
    await asyncio.to_thread(system.kafka.kill)
    await _approve_some(system)
    await _until_some(system, "monitoring", _CLAIMED)
    frozen.freeze()
    began = time.monotonic()
    claimed = (await system.ask("monitoring", _CLAIMED))[0][0]
    assert claimed > 0
    await asyncio.to_thread(system.kafka.start)
    other.start()

    await settled(system.ask, seconds=SECONDS)
    say(f"frozen with {claimed} rows claimed: the other worker was through {time.monotonic() - began:.1f} s after the freeze")
    await _wake(frozen, system)


async def test_a_transaction_that_a_frozen_worker_holds_open_ends_and_another_does_its_work(system: System, say: Say) -> None:
    frozen, other = system["projects.worker"], system["projects.worker2"]
    backend = await _freeze_inside_a_transaction(frozen, system)
    began = time.monotonic()
    other.start()
    while (await system.ask("projects", _IN_TRANSACTION, backend))[0][0]:
        assert time.monotonic() - began < SECONDS
        await asyncio.sleep(0.1)
    blocked = time.monotonic() - began

    await settled(system.ask, seconds=SECONDS)
    say(f"frozen inside a transaction: it was ended after {blocked:.1f} s, the other worker was through after {time.monotonic() - began:.1f} s")
    await _wake(frozen, system)


async def _freeze_inside_a_transaction(worker: Process, system: System) -> int:
    """Freeze a worker while its version gate waits for ours, then give way: its transaction stays open. Name its backend."""
    cases = await _planted(system)
    connection = await system.connect("projects")
    holding = connection.transaction()
    try:
        await holding.start()
        await connection.execute(_HOLD, cases[0].county, derived_id(cases[0].id, "flag"))
        await Load(system.ports.url("gateway")).approve_at_once(cases)
        backend = await _until_some(system, "projects", _WAITING)
        worker.freeze()
        await holding.rollback()
    finally:
        await connection.close()
    assert await _until_some(system, "projects", _IN_TRANSACTION, backend)
    return backend


async def _wake(frozen: Process, system: System) -> None:
    """Wake a worker and give everybody new work: nothing is lost, doubled or moved back by what it had still in hand."""
    assert psutil.Process(frozen.pid).status() == psutil.STATUS_STOPPED
    frozen.thaw()
    await until_ready([frozen])
    await _approve_some(system)
    await settled(system.ask, seconds=SECONDS)
    assert await doubled(system.ask) == 0
    assert await moved_back(system.ask) == []
    assert await dead_letters(system.ask) == 0
    assert system.died == []


async def _planted(system: System) -> list[Reviewed]:
    cases = draw_cases(CASES, Random(next(SEEDS)))
    await plant_in(system, cases)
    return cases


async def _approve_some(system: System) -> None:
    await Load(system.ports.url("gateway")).approve_at_once(await _planted(system))


async def _until_some(system: System, service: str, question: str, *values: object) -> int:
    """Ask until the answer is a number that is not 0, and give it."""
    deadline = time.monotonic() + SECONDS
    while True:
        rows = await system.ask(service, question, *values)
        if rows and rows[0][0]:
            return rows[0][0]
        assert time.monotonic() < deadline, f"never came true: {question}"
        await asyncio.sleep(0.02)
