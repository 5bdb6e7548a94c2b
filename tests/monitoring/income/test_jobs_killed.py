"""The work that applies a line is killed in the middle, three times, and comes to the same as work that was let be."""

import sys
from pathlib import Path
from random import Random, SystemRandom

import asyncpg

from shared.service.settings import ServiceSettings
from tests.builders.story import Officials, Way, done
from tests.fixtures.platform import Cluster, count_of, settings_of
from tests.fixtures.processes import Process
from tests.fixtures.tokens import county
from tests.fixtures.waiting import until
from tests.monitoring.conftest import Adopt
from tests.monitoring.income.conftest import TOWN, Work, a_household

TWIN = "530926102"
AT_ONCE = 3
_POSITION = "SELECT coalesce((SELECT sum(position) FROM job_part WHERE id = $1::text::uuid), 0)::int"
_FREE = "UPDATE job_run SET claimed_until = now() WHERE id = $1::text::uuid"  # what half a minute of waiting does to a claim
_STANDINGS = "SELECT reference_per_head, net_per_head, line, below, band FROM household_standing WHERE area_code LIKE $1 || '%' ORDER BY 1"
_LEADS = """
    SELECT reasons ->> 'reference_per_head', reasons #>> '{line,amount}', status, due_at, registered_by, hardships
    FROM lead WHERE channel = 'below_line' AND area_code LIKE $1 || '%' ORDER BY 1
"""


async def test_killed_three_times_it_ends_as_if_it_had_not_been(
    here: Way, admin: asyncpg.Connection, cluster: Cluster, adopt: Adopt, applied: Work, tmp_path: Path
) -> None:
    seed = SystemRandom().randrange(10**6)
    print(f"killed while a line is applied: seed {seed}")  # noqa: T201  (shown when a test fails)
    draw, settings = Random(seed), settings_of("monitoring", cluster)
    incomes = [f"{5_500 + 25 * n}.00" for n in range(50)]
    for town in (TOWN, TWIN):
        way = Way(here.call, here.now, Officials.of(town + ("201" if town == TOWN else "202")))
        for income in draw.sample(incomes, k=len(incomes)):
            await a_household(way, income)
    undisturbed = await applied(await adopt(TWIN, "6300.00"))
    line = await adopt(TOWN, "6300.00")
    ((job_id,),) = await admin.fetch("SELECT id::text FROM job WHERE kind = 'apply_line' AND arguments ->> 'line' = $1", line)

    for n in range(3):
        await killed(worker(settings, tmp_path, n), job_id, admin, after=draw.randint(1, 4))
        await admin.execute(_FREE, job_id)
    job = await applied(line)

    assert (job["created"], job["updated"]) == (undisturbed["created"], undisturbed["updated"]) == (12, 50)
    assert [tuple(row) for row in await admin.fetch(_STANDINGS, TOWN)] == [tuple(row) for row in await admin.fetch(_STANDINGS, TWIN)]
    assert [tuple(row) for row in await admin.fetch(_LEADS, TOWN)] == [tuple(row) for row in await admin.fetch(_LEADS, TWIN)]
    assert done(await here.call(county(area=TOWN[:6])).get("/v1/leads", area=TOWN, size=200))["next"] is None


def worker(settings: ServiceSettings, folder: Path, number: int) -> Process:
    """Start a process that does jobs, a few households at a time."""
    assert settings.owner_database_url
    environment = {
        "MONITORING_PROFILE": "development",
        "MONITORING_DATABASE_URL": settings.database_url.get_secret_value(),
        "MONITORING_WORKER_DATABASE_URL": settings.worker_database_url.get_secret_value(),
        "MONITORING_DATA_KEY": settings.key("data_key").hex(),
        "MONITORING_INDEX_KEY": settings.key("index_key").hex(),
        "MONITORING_FILES_FOLDER": str(folder.absolute()),
        "MONITORING_JOBS_AT_ONCE": "1",
    }
    go = folder / "go"
    go.touch()
    command = (sys.executable, "-m", "tests.faults.only_jobs", str(go), str(AT_ONCE))
    process = Process(name=f"lines-{number}", command=command, environment=environment, log=folder / f"{number}.log", base="", metrics="")
    process.start()
    return process


async def killed(process: Process, job_id: str, admin: asyncpg.Connection, *, after: int) -> None:
    """Kill a process once it has taken so many slices of a job."""
    began = await count_of(admin, _POSITION, job_id)

    async def far_enough() -> bool:
        assert process.alive, process.last_words()
        return await count_of(admin, _POSITION, job_id) >= began + after

    await until(far_enough)
    process.kill()
    assert await admin.fetchval("SELECT state FROM job WHERE id = $1::text::uuid", job_id) == "running"
