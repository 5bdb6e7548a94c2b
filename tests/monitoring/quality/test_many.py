"""A check of very many households is as many statements as one of a few; and killed in the middle it ends as one that nobody disturbed."""

from pathlib import Path
from random import Random, SystemRandom

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.monitoring.store.jobs import jobs
from services.monitoring.usecases.quality.check_quality import LEADS_AT_ONCE, check_next_rule, rules_to_check
from shared.database.transaction import Database
from shared.kernel.jobs import Job, JobId
from tests.builders.quality import shipped
from tests.builders.story import done
from tests.fixtures.platform import Cluster, settings_of
from tests.monitoring.income.test_jobs_killed import _FREE, killed, worker
from tests.monitoring.quality.conftest import DESK, HERE, NEXT, TOWN, Quality
from tests.shared.database.plans import Watched

COUNTY = TOWN[:6]
HOUSEHOLDS = 20_000
# Of every ten one is wrong in something: too much land, an unsafe house, a child who works, a label that is missing.
_FILL = """
    WITH place AS MATERIALIZED (
        SELECT n, gen_random_uuid() AS household, gen_random_uuid() AS head, gen_random_uuid() AS child,
               $2 || (202 + n % 8)::text AS village FROM generate_series(0, $3::int - 1) AS n
    ), household AS (
        INSERT INTO household (county_code, id, township_code, area_code, number, kind, status, due_at, registered_at)
        SELECT $1, household, $2, village, 'many-' || n, 'lifted_out', CASE WHEN n % 10 = 3 THEN 'monitored' ELSE 'normal' END, now(), now()
        FROM place
    ), person AS (
        INSERT INTO person (county_code, id, area_code, name, id_number_index, secrets, born_on, sex)
        SELECT $1, head, village, '某', int4send(2 * n), ''::bytea, '1980-05-05'::date, 'male' FROM place
        UNION ALL SELECT $1, child, village, '某', int4send(2 * n + 1), '', '2010-05-05', 'female' FROM place
    ), membership AS (
        INSERT INTO membership (county_code, id, household_id, person_id, area_code, relation, labour, valid_from)
        SELECT $1, gen_random_uuid(), household, head, village, 'head', CASE WHEN n % 10 = 3 THEN 'none' ELSE 'ordinary' END, '2020-01-01'::date
        FROM place
        UNION ALL SELECT $1, gen_random_uuid(), household, child, village, 'daughter', 'none', '2020-01-01' FROM place
    ), form AS (
        INSERT INTO household_form (county_code, id, household_id, area_code, valid_from, kind, village_code, farmland, house_problem, recorded_at,
                                    recorded_by)
        SELECT $1, gen_random_uuid(), household, village, '2020-01-01', 'lifted_out', village, CASE WHEN n % 10 = 1 THEN 120 ELSE 5 END, n % 10 = 2,
               now(), 'x'
        FROM place
    )
    INSERT INTO person_form (county_code, id, person_id, area_code, valid_from, education, school_status, residents_medical_insurance, work_months,
                             work_place, recorded_at, recorded_by)
    SELECT $1, gen_random_uuid(), head, village, '2020-01-01'::date, 'primary', NULL, true, NULL::int, NULL, now(), 'x' FROM place
    UNION ALL
    SELECT $1, gen_random_uuid(), child, village, '2020-01-01', NULL, 'primary', true, CASE WHEN n % 10 = 4 THEN 3 END,
           CASE WHEN n % 10 = 4 THEN 'province' END, now(), 'x' FROM place
"""
_FOUND = "SELECT rule_number, count(*)::int AS found FROM quality_finding WHERE county_code = $1 AND status = 'open' GROUP BY 1 ORDER BY 1"
_ALL = """
    SELECT rule_number, right(area_code, 3) AS village, owner, status, due_at, facts, lead_id IS NOT NULL AS has_lead
    FROM quality_finding WHERE area_code = ANY($1) ORDER BY 1, 2, 6
"""


async def fill(admin: asyncpg.Connection, count: int) -> None:
    """Write households with audit and foreign keys switched off, and let the planner know them."""
    async with admin.transaction():
        await admin.execute("SET LOCAL session_replication_role = replica")
        await admin.execute(_FILL, COUNTY, TOWN, count)
    for table in ("household", "person", "membership", "household_form", "person_form"):
        await admin.execute(f"ANALYZE {table}")


async def statements_of_a_check(quality: Quality, monitoring_worker: Database) -> list[int]:
    """Check a county by all rules; say how many statements each slice took."""
    asked = done(await quality.way.call(DESK).post("/v1/quality-checks", {"area": COUNTY}))
    async with monitoring_worker.transaction(DESK) as tx:
        job: Job = await jobs.get(JobId(asked["id"]), tx)
    counted: list[int] = []
    async with monitoring_worker.engine.connect() as connection:

        async def connect() -> AsyncConnection:
            return connection

        more = True
        while more:
            tx = Watched(connect, DESK, service="monitoring", vault=monitoring_worker.vault, request_id="")
            tx.asked = []
            await tx.begin()
            assert await rules_to_check(job, tx) == len(shipped())
            more = (await check_next_rule(job, tx, len(counted))).more
            await tx.commit()
            counted.append(len(tx.asked) - 1)
    return counted


async def test_twenty_thousand_households_take_as_many_statements_as_a_few(
    quality: Quality, admin: asyncpg.Connection, monitoring_worker: Database
) -> None:
    await fill(admin, 10)
    few = await statements_of_a_check(quality, monitoring_worker)
    await admin.execute("DELETE FROM quality_finding WHERE county_code = $1", COUNTY)
    await admin.execute("DELETE FROM lead WHERE county_code = $1", COUNTY)
    for table in ("person_form", "household_form", "membership", "person", "household"):
        await admin.execute(f"DELETE FROM {table} WHERE county_code = $1", COUNTY)

    await fill(admin, HOUSEHOLDS)
    many = await statements_of_a_check(quality, monitoring_worker)

    # A slice for each rule, then one for each 500 households whose findings call for a lead, and one that finds no more.
    rules, leads = len(shipped()), HOUSEHOLDS // 10 // LEADS_AT_ONCE
    assert many[:rules] == few[:rules]
    assert (len(few), len(many)) == (rules + 2, rules + leads + 1)
    assert many[rules:-1] == few[rules : rules + 1] * leads
    assert many[-1] == few[-1]
    assert max(many) <= 14
    found = {row["rule_number"]: row["found"] for row in await admin.fetch(_FOUND, COUNTY)}
    tenth = HOUSEHOLDS // 10
    assert found == {"5_14_008": tenth, "LC_07_001": tenth, "1111_07": tenth, "5_16_010": tenth, "2_01_015": tenth, "4_01_006": tenth}
    assert await admin.fetchval("SELECT count(*)::int FROM lead WHERE county_code = $1 AND channel = 'quality'", COUNTY) == tenth
    assert sum(await statements_of_a_check(quality, monitoring_worker)) <= sum(many)
    assert {row["rule_number"]: row["found"] for row in await admin.fetch(_FOUND, COUNTY)} == found


@pytest.mark.parametrize("times", [2])
async def test_killed_in_the_middle_it_ends_as_if_it_had_not_been(
    times: int, quality: Quality, admin: asyncpg.Connection, cluster: Cluster, tmp_path: Path
) -> None:
    seed = SystemRandom().randrange(10**6)
    print(f"killed while data are checked: seed {seed}")  # noqa: T201  (shown when a test fails)
    draw, settings = Random(seed), settings_of("monitoring", cluster)
    await fill(admin, 4_000)
    await quality.check(area=COUNTY, by=DESK)
    undisturbed = [tuple(row) for row in await admin.fetch(_ALL, [HERE, NEXT])]
    assert undisturbed
    await admin.execute("DELETE FROM quality_finding WHERE county_code = $1", COUNTY)
    await admin.execute("DELETE FROM lead WHERE county_code = $1", COUNTY)

    job_id = done(await quality.way.call(DESK).post("/v1/quality-checks", {"area": COUNTY}))["id"]
    for n in range(times):
        await killed(worker(settings, tmp_path, n), job_id, admin, after=draw.randint(1, 8))
        await admin.execute(_FREE, job_id)
    await quality.resumed(job_id, by=DESK)

    assert [tuple(row) for row in await admin.fetch(_ALL, [HERE, NEXT])] == undisturbed
