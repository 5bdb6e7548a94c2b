"""The same people come in from two sides at once: every person is registered once, and both sides hear what became of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from random import Random, SystemRandom
from typing import Any

import asyncpg
import pytest

from services.monitoring.app import SERVICE
from shared.database.transaction import Database
from shared.kernel.actors import Actor, Department
from shared.service.jobs import imports
from shared.service.jobs.runner import JobRunner
from tests.builders.files import Row, a_list_row, a_number, rows_of
from tests.builders.people import a_household
from tests.builders.story import done
from tests.fixtures.platform import Cluster, opened, settings_of
from tests.fixtures.tokens import department_user, township, village
from tests.monitoring.files.conftest import Files, counts

_ONCE = """
    SELECT count(*) AS people, count(DISTINCT p.id_number_index) AS numbers, count(DISTINCT m.household_id) AS households, count(m.id) AS memberships
    FROM person p JOIN membership m ON m.county_code = p.county_code AND m.person_id = p.id JOIN person_directory d USING (id_number_index)
    WHERE d.person_id = p.id AND p.id_number_index = ANY($1)
"""


@pytest.fixture
async def other_runner(cluster: Cluster, databases: None) -> AsyncIterator[JobRunner]:
    """A second runner with a pool of its own, as another worker has."""
    async with opened("monitoring", cluster, worker=True) as database:
        runner = SERVICE.job_runner(settings_of("monitoring", cluster), database)
        assert runner
        yield runner


@pytest.fixture(autouse=True)
def many_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ROWS_AT_ONCE", 24)


@pytest.fixture
def rng() -> Random:
    seed = SystemRandom().randrange(10**6)
    print(f"two at once: seed {seed}")  # noqa: T201  (shown when a test fails)
    return Random(seed)


async def both(files: Files, other: JobRunner, by: Actor, *contents: list[Row], **options: Any) -> list[dict[str, Any]]:
    """Send two files and have them worked off at the same time."""
    ids = [done(await files.send(by, content, **options))["id"] for content in contents]
    assert await asyncio.gather(files.runner.do_one(), other.do_one()) == [True, True]
    return [await files.job(by, job_id) for job_id in ids]


async def outcomes(files: Files, by: Actor, job: dict[str, Any]) -> list[str]:
    found: list[dict[str, Any]] = []
    while page := await files.rows(by, job["id"], after=found[-1]["row"] if found else 0):
        found += page
    return [row["outcome"] for row in found]


async def _once(admin: asyncpg.Connection, database: Database, rows: list[Row], *, households: int) -> None:
    indexes = [database.vault.index(row["id_number"]) for row in rows]
    assert tuple(await admin.fetchrow(_ONCE, indexes) or ()) == (len(rows), len(rows), households, len(rows))


@pytest.mark.parametrize("order", ["same", "opposite", "random"])
async def test_one_file_sent_twice_at_once_registers_everybody_once(
    order: str, files: Files, other_runner: JobRunner, admin: asyncpg.Connection, monitoring: Database, rng: Random
) -> None:
    households = 80
    rows = [row for _ in range(households) for row in rows_of(a_household(members=3))]
    places = list(range(len(rows)))
    if order == "opposite":
        places.reverse()
    elif order == "random":
        rng.shuffle(places)

    first, second = await both(files, other_runner, township(), rows, [rows[place] for place in places])

    assert (first["state"], second["state"]) == ("done", "done"), (first["problem"], second["problem"])
    came_first, came_second = await outcomes(files, township(), first), await outcomes(files, township(), second)
    per_row = Counter(tuple(sorted((came_first[place], came))) for place, came in zip(places, came_second, strict=True))
    assert per_row == {("created", "unchanged"): len(rows)}
    await _once(admin, monitoring, rows, households=households)


@pytest.mark.parametrize("numbered", [True, False])
async def test_a_file_against_registrations_by_hand_of_the_same_people_registers_everybody_once(
    numbered: bool, files: Files, admin: asyncpg.Connection, monitoring: Database, rng: Random
) -> None:
    households = [a_household(members=2) for _ in range(60)]
    numbers = [a_number() for _ in households]
    rows = [row for household, number in zip(households, numbers, strict=True) for row in rows_of(household, number=number)]
    job_id = done(await files.send(township(), rows))["id"]
    by_hand = list(zip(households, numbers, strict=True))[::-1]
    rng.shuffle(by_hand)
    taken: set[str] = set()

    async def clerk() -> None:
        while by_hand:
            household, number = by_hand.pop()
            if (await _registered(files, household | ({"number": number} if numbered else {}))) == 201:
                taken.add(number)

    await asyncio.gather(files.runner.do_one(), clerk(), clerk())

    job = await files.job(township(), job_id)
    became = await outcomes(files, township(), job)
    expected = {True: "unchanged" if numbered else "refused", False: "created"}
    assert job["state"] == "done", job["problem"]
    assert became == [expected[row["household_number"] in taken] for row in rows]
    await _once(admin, monitoring, rows, households=len(households))


async def _registered(files: Files, household: dict[str, Any]) -> int:
    """Register a household by hand, again as long as the answer is to try again."""
    while True:
        answer = await files.call(village()).post("/v1/households", household)
        if answer.status_code != 503:
            assert answer.status_code in {201, 409}, answer.text
            return answer.status_code
        await asyncio.sleep(0.05)


async def test_a_file_that_others_stand_in_the_way_of_all_the_time_says_so_and_can_be_sent_again(
    files: Files, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "_TRIES", 1)
    rows = rows_of(a_household(members=2))
    job_id = done(await files.send(township(), rows))["id"]

    async with admin.transaction():
        await admin.execute("LOCK TABLE person_directory")
        await files.work()
    job = await files.job(township(), job_id)

    assert (job["state"], job["problem"]["code"]) == ("failed", "Contended")
    assert counts(await files.sent(township(), rows)) == ("done", {"created": 2})


async def test_one_person_on_two_lists_at_once_has_one_lead(files: Files, other_runner: JobRunner) -> None:
    people = [a_list_row("water_list") for _ in range(60)]
    again = [row | {"source_number": a_number()[:20]} for row in people[::-1]]
    by = department_user(department=Department.WATER)

    first, second = await both(files, other_runner, by, people, again, kind="water_list")

    assert [counts(job) for job in (first, second)] == [("done", {"created": 60})] * 2
    leads = [[row["answer"]["lead_id"] for row in await files.rows(by, job["id"])] for job in (first, second)]
    assert leads[0] == leads[1][::-1]
    assert len(set(leads[0])) == 60
