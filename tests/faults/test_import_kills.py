"""A file that is loaded by processes which are killed and frozen ends with the same rows as one that nobody disturbed."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from shared.kernel.ids import new_id
from shared.kernel.jobs import JobId
from tests.builders.files import SHEETS, Row, as_csv, rows_of
from tests.builders.people import a_household
from tests.builders.places import OTHER_COUNTY, QUIET
from tests.faults.import_world import World, copy, make, world
from tests.faults.runners import SECONDS, Runners, runners
from tests.fixtures.clock import START, moving_clock
from tests.fixtures.platform import Cluster
from tests.fixtures.say import Say
from tests.fixtures.tokens import HOME, prefecture
from tests.fixtures.waiting import until

HOUSEHOLDS, BEFORE = 5_000, 300
KILLS = {"reading": 6, "checking": 2, "applying": 9, "reporting": 3}
PHASES = ("waiting", *KILLS)
SEED = int(os.environ.get("FAULT_SEED") or 5309)

_HELD_UP = {"checking": "LOCK TABLE import_fault IN EXCLUSIVE MODE", "reporting": "SELECT FROM job WHERE state = 'running' FOR UPDATE"}
_CHECK_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
# What a frozen process holds open ends by the limits of the database, after 5 s or, in the middle of a COPY, after 60: so it does at once.
_END_TRANSACTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'monitoring_worker' AND xact_start IS NOT NULL
"""


@dataclass(frozen=True)
class Story:
    """What comes in: a first file, and a second one that repeats it, changes it, adds to it, and has mistakes."""

    before: bytes
    file: bytes
    rows: int
    first: UUID = field(default_factory=new_id)
    second: UUID = field(default_factory=new_id)


def _story() -> Story:
    households = [a_household(village=(HOME, OTHER_COUNTY, QUIET)[n % 3]) for n in range(HOUSEHOLDS)]
    units = [rows_of(household) for household in households]
    before = as_csv(SHEETS["household_register"], [row for unit in units[:BEFORE] for row in unit])
    for n, unit in enumerate(units):
        if n < BEFORE and n % 3 == 0:
            unit[0]["wage_income"], unit[1]["name"], unit[2]["phone"], unit[3]["labour"] = "1.00", "改名者", "13811112222", "丧失劳动力"
        if n % 50 == 49:
            unit[1]["id_number"] = unit[1]["id_number"][:-1] + "?"
    rows: list[Row] = [row for unit in units for row in unit]
    return Story(before=before, file=as_csv(SHEETS["household_register"], rows), rows=len(rows))


@pytest.fixture(scope="module")
def story() -> Story:
    return _story()


Open = Callable[[str], Awaitable[World]]


@pytest.fixture(scope="module")
async def opening(cluster: Cluster, story: Story, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Open]:
    """Give a way to open worlds in which the first file has been loaded and the second has just come in."""
    await make(cluster, "imports")
    async with _opened(cluster, "imports", tmp_path_factory.mktemp("first")) as first:
        await first.send(story.before, story.first, by=prefecture())
        await first.work()
    async with AsyncExitStack() as stack:

        async def open_one(name: str) -> World:
            await copy(cluster, name, of="imports")
            opened = await stack.enter_async_context(_opened(cluster, name, tmp_path_factory.mktemp(name) / "files", days=10))
            await opened.send(story.file, story.second, by=prefecture())
            return opened

        yield open_one


@asynccontextmanager
async def _opened(cluster: Cluster, name: str, folder: Path, *, days: int = 0) -> AsyncIterator[World]:
    async with world(cluster, name, folder=folder) as opened, moving_clock(opened.owner) as move:
        await move(START + timedelta(days=days))
        yield opened


@pytest.fixture(scope="module")
async def calm(opening: Open, story: Story) -> World:
    """The world in which nobody disturbs."""
    calm = await opening("imports_calm")
    await calm.work()
    assert (await calm.holds(JobId(story.second)))["state"] == "done"
    return calm


@pytest.fixture
def rng(say: Say) -> Random:
    say(f"imports: FAULT_SEED={SEED}")
    return Random(SEED)


async def test_an_importer_killed_at_twenty_moments_ends_as_one_that_nobody_disturbed(
    opening: Open, calm: World, story: Story, rng: Random, say: Say
) -> None:
    killed, job_id = await opening("imports_killed"), JobId(story.second)
    began, seen = time.monotonic(), Counter[str]()

    async with runners(killed, job_id) as line:
        for phase, share in _moments(rng):
            async with _held_up(killed, phase):
                process = await line.take_over()
                await _reached(line, phase, share * story.rows, rng)
                process.kill()
            seen[phase if phase == "checking" else (await killed.holds(job_id))["phase"]] += 1  # the check says so when it is through
        await line.take_over()
        await line.until(lambda now: now["state"] == "done")

    assert await killed.end() == await calm.end()
    assert killed.report(job_id) == calm.report(job_id)
    assert set(seen) == set(KILLS)
    say(f"import of {story.rows} rows: {seen.total()} kills {dict(seen)}, rows as undisturbed; {time.monotonic() - began:.1f} s")


@pytest.mark.parametrize("phase", KILLS)
async def test_a_frozen_importer_whose_job_another_took_over_changes_nothing_when_it_wakes(
    phase: str, opening: Open, calm: World, story: Story, rng: Random, say: Say
) -> None:
    frozen, job_id = await opening(f"imports_frozen_{phase}"), JobId(story.second)

    async with runners(frozen, job_id) as line:
        late = await line.take_over()
        async with _held_up(frozen, phase):
            await _reached(line, phase, rng.uniform(0, 0.5) * story.rows, rng)
            late.freeze()
        await frozen.owner.execute(_END_TRANSACTIONS)
        successor = await line.take_over()
        if rng.random() < 0.5:
            await line.until(lambda now: now["state"] == "done")
        woken_over = (await frozen.holds(job_id))["state"]
        late.thaw()
        await line.until(lambda now: now["state"] == "done")
        await until(lambda: any(word in late.log.read_text() for word in ("job_lost", "job_waits")), seconds=SECONDS)
        assert successor.alive

    assert await frozen.end() == await calm.end()
    assert frozen.report(job_id) == calm.report(job_id)
    say(f"frozen while {phase}, woken when the job was {woken_over}: rows as undisturbed")


async def test_a_runner_that_is_told_to_stop_leaves_its_job_to_the_next_at_once(opening: Open, calm: World, story: Story, rng: Random) -> None:
    stopped, job_id = await opening("imports_stopped"), JobId(story.second)

    async with runners(stopped, job_id) as line:
        process = await line.take_over()
        await _reached(line, "applying", rng.uniform(0, 0.5) * story.rows, rng)
        os.kill(process.pid, signal.SIGTERM)
        await until(lambda: not process.alive, seconds=SECONDS)
        process.kill()
        left = await stopped.holds(job_id)
        await line.take_over(free=False)
        await line.until(lambda now: now["state"] == "done")

    assert left["state"] == "running"
    assert left["claimed_until"] <= left["now"]
    assert await stopped.end() == await calm.end()


def _moments(rng: Random) -> Iterator[tuple[str, float]]:
    """Draw the moments: a phase, and how much of it is done; what a killed runner has applied stays applied."""
    for phase, number in KILLS.items():
        yield from ((phase, share) for share in sorted(rng.uniform(0, 0.98) for _ in range(number)))


async def _reached(line: Runners, phase: str, rows: float, rng: Random) -> None:
    """Wait for a moment of a phase."""
    if phase == "checking":
        await until(lambda: line.world.owner.fetchval(_CHECK_WAITS), seconds=SECONDS)
        return
    begins = PHASES.index(phase)
    measure = {"reading": "done", "applying": "through"}.get(phase)
    await line.until(lambda now: PHASES.index(now["phase"]) > begins or (now["phase"] == phase and (measure is None or now[measure] >= rows)))
    await asyncio.sleep(rng.uniform(0, 1.0 if measure is None else 0.05))


@asynccontextmanager
async def _held_up(world: World, phase: str) -> AsyncIterator[None]:
    """Let whoever checks wait in the middle, and whoever reports before the end, so that the phase is not over before its moment comes."""
    connection = await world.connect()
    async with connection.transaction():
        if phase in _HELD_UP:
            await connection.execute(_HELD_UP[phase])
        yield
    await connection.close()
