"""Every part is killed under load, again and again: what was acknowledged is answered once, and nothing moves back."""

import asyncio
import os
import time
from random import Random, SystemRandom

from tests.faults.kills import Killer
from tests.faults.load import AT_ONCE, Load
from tests.faults.seeding import draw_cases, plant_in
from tests.fixtures.canaries import found, what_is_left
from tests.fixtures.evidence import dead_letters, doubled, moved_back, repairs, settled
from tests.fixtures.say import Say
from tests.fixtures.system import System

CASES, WITHDRAW_EVERY, ROUNDS = 500, 10, 10
SETTLED_SECONDS = 120.0


async def test_what_was_acknowledged_survives_kills_of_every_part_and_is_answered_once(system: System, say: Say) -> None:
    seed = int(os.environ.get("FAULT_SEED") or SystemRandom().randrange(10**6))
    say(f"kills: FAULT_SEED={seed}")
    rng = Random(seed)
    cases = draw_cases(CASES, rng)
    await plant_in(system, cases)
    load, killer = Load(system.ports.url("gateway")), Killer(system, rng)

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(load.approve(cases, withdraw_every=WITHDRAW_EVERY))
        group.create_task(_kill_under(load, killer))
    await killer.all_back()
    now, drained = await settled(system.ask, seconds=SETTLED_SECONDS)

    await _hold_every_acknowledgement(load, system)
    assert await doubled(system.ask) == 0
    assert await moved_back(system.ask) == []
    assert await dead_letters(system.ask) == 0
    assert system.died == []
    left = await what_is_left(system, load.problems)
    assert found({*system.secrets, *(word for case in cases for word in case.canaries)}, left) == []
    say(
        f"kills: {killer.kills.total()} rounds {dict(killer.kills)}; {len(load.flags)} flags, {len(load.withdrawn)} withdrawn, "
        f"{load.tries} tries, owed {now.owed}, confirmed {now.confirmed}, lost 0, doubled 0, moved back 0, "
        f"repairs {await repairs(system.ask)} (nobody reconciles); settled {drained:.1f} s after the load, {time.monotonic() - began:.1f} s in all"
    )


async def _kill_under(load: Load, killer: Killer) -> None:
    """Kill at moments spread over the load; approvals run ahead of the next kill by what is under way at once, never further."""
    moments = sorted(killer.rng.sample(range(AT_ONCE, CASES - 2 * AT_ONCE), ROUNDS))
    allowed = 0
    for moment, name in zip(moments, killer.plan(ROUNDS), strict=True):
        load.allow(max(0, moment + 2 * AT_ONCE - allowed))
        allowed = max(allowed, moment + 2 * AT_ONCE)
        while len(load.flags) < moment:  # noqa: ASYNC110  (other tasks approve)
            await asyncio.sleep(0.01)
        await asyncio.sleep(killer.rng.uniform(0, 0.1))
        await killer.kill(name)
        await killer.bring_back(name)
    load.allow(CASES - allowed)


async def _hold_every_acknowledgement(load: Load, system: System) -> None:
    """Hold that each acknowledged approval has exactly one flag, the one that was named, and each withdrawal took it back."""
    assert len(load.flags) == CASES
    rows = await system.ask("monitoring", "SELECT household_id, id::text, status FROM risk_flag")
    assert {(row["household_id"], row["id"]) for row in rows} == set(load.flags.items())
    assert len(rows) == CASES
    assert {row["id"] for row in rows if row["status"] == "withdrawn"} == load.withdrawn
    tasks = [row for service in ("projects", "employment") for row in await system.ask(service, "SELECT flag_id::text, status FROM task")]
    assert {row["status"] for row in tasks if row["flag_id"] in load.withdrawn} == {"withdrawn"}
