"""Who may see what is decided by the database: one policy on the area, for every table with personal or local rows."""

from collections.abc import AsyncIterator, Mapping

import asyncpg
import pytest

from tests.fixtures.platform import SERVICES, Cluster, count_of
from tests.fixtures.tokens import HOME
from tests.shared.database.conftest import ELSEWHERE, NEIGHBOUR, Story

_GUARDED = """
    SELECT relname FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
    WHERE polname = 'inside_area' AND polcmd = '*' AND relrowsecurity AND relforcerowsecurity ORDER BY relname
"""
_UNGUARDED = """
    SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'area_code'
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY relname
"""
GUARDED = {
    "monitoring": [
        *("area_figure", "care_assignment", "case_step", "change_request", "department_row", "duplicate_pair", "escalation", "figure_change"),
        *("green_channel", "green_channel_household", "household", "household_form", "household_group", "household_income", "household_lineage"),
        *("household_standing", "household_transfer", "incident_household", "incident_tracking"),
        *("job", "job_item", "job_part", "job_result", "job_run", "lead", "lead_answer", "lead_step"),
        *("line_simulation", "line_simulation_count", "line_simulation_household", "membership", "monitored_category", "monitoring_case"),
        *("occurrence", "owed_measure", "pause", "person", "person_form", "quality_finding", "quarterly_income"),
        *("regional_alarm", "regional_alarm_household", "regional_count", "regional_event", "relief", "risk_flag"),
        *("screening_household", "self_report", "step_taken", "visit"),
    ],
    "projects": ["task"],
    "employment": ["task"],
}
AT_THE_PREFECTURE = {"household_transfer", "green_channel"}
"""Tables whose rows are no village's, but the county's or the prefecture's: to officials below there is nothing in them."""
LOCAL = [table for table in GUARDED["monitoring"] if table not in AT_THE_PREFECTURE]
SCOPES = (HOME, HOME[:9], HOME[:6], ELSEWHERE, ELSEWHERE[:9], ELSEWHERE[:6])


async def rows_seen(connection: asyncpg.Connection, tables: list[str], area: str) -> tuple[dict[str, int], dict[str, int]]:
    """Count, in the scope of an area, what is seen of each table inside it and outside it."""
    await connection.fetch("SELECT scope($1, $2, '*', 'tests', '')", area, area + ":")
    inside, outside = {}, {}
    for table in tables:
        inside[table] = await count_of(connection, f"SELECT count(*) FROM {table} WHERE area_code LIKE $1 || '%'", area)
        outside[table] = await count_of(connection, f"SELECT count(*) FROM {table} WHERE area_code NOT LIKE $1 || '%'", area)
    return inside, outside


def leaks(outside: Mapping[str, int]) -> list[str]:
    return [table for table, count in outside.items() if count]


@pytest.fixture
async def app(cluster: Cluster, stories: dict[str, Story]) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the role that answers requests, in a transaction that is rolled back."""
    connection = await cluster.connect("monitoring", "monitoring_app")
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_with_an_area_is_guarded_but_for_those_that_only_the_law_fills(cluster: Cluster, service: str) -> None:
    owner = await cluster.connect(service)
    try:
        guarded = [row["relname"] for row in await owner.fetch(_GUARDED)]
        unguarded = [row["relname"] for row in await owner.fetch(_UNGUARDED)]
    finally:
        await owner.close()

    assert guarded == GUARDED[service]
    # What only the law fills; the stage, which COPY would not fill if it had a policy, and a queue, both of which only workers may touch.
    assert unguarded == (["import_row", "measure_rule", "regional_cell_queue", "work_calendar"] if service == "monitoring" else [])


@pytest.mark.parametrize("area", SCOPES)
async def test_the_app_sees_the_rows_of_its_area_and_no_other(app: asyncpg.Connection, admin: asyncpg.Connection, area: str) -> None:
    inside, outside = await rows_seen(app, LOCAL, area)

    assert leaks(outside) == []
    for table in LOCAL:
        every = await count_of(admin, f"SELECT count(*) FROM {table}")
        there = await count_of(admin, f"SELECT count(*) FROM {table} WHERE area_code LIKE $1 || '%'", area)
        assert inside[table] == there > 0, table
        assert every > there, f"no row of {table} outside: the test would prove nothing"


async def test_a_prefecture_officer_sees_the_rows_of_every_county(app: asyncpg.Connection) -> None:
    inside, _ = await rows_seen(app, LOCAL, "5309")

    for table in LOCAL:
        counties = {row["county_code"] for row in await app.fetch(f"SELECT DISTINCT county_code FROM {table}")}
        assert {HOME[:6], ELSEWHERE[:6]} <= counties, table
        assert inside[table] >= 3


async def test_a_neighbouring_village_is_another_area(app: asyncpg.Connection, stories: dict[str, Story]) -> None:
    await app.fetch("SELECT scope($1, $2, 'tests', '')", NEIGHBOUR, NEIGHBOUR + ":")

    seen = {row["id"] for row in await app.fetch("SELECT id FROM household")}

    assert stories[NEIGHBOUR].household_id in seen
    assert stories[HOME].household_id not in seen


@pytest.mark.parametrize(
    "statements",
    [
        [],
        ["SET LOCAL app.lo = ''", "SET LOCAL app.hi = ''"],
        ["SET LOCAL app.lo = '5309'"],
        ["SET LOCAL app.hi = '5309:'"],
        ["SELECT scope('', '', 'x', '')"],
        ["SELECT scope('5309:', '5309', 'x', '')"],
        ["SELECT scope('%', '%:', 'x', '')"],
    ],
)
async def test_without_a_whole_scope_there_are_no_rows(app: asyncpg.Connection, statements: list[str]) -> None:
    for statement in statements:
        await app.execute(statement)

    assert [await app.fetchval(f"SELECT count(*) FROM {table}") for table in GUARDED["monitoring"]] == [0] * len(GUARDED["monitoring"])


async def test_a_scope_ends_with_its_transaction(cluster: Cluster, stories: dict[str, Story]) -> None:
    connection = await cluster.connect("monitoring", "monitoring_app")
    try:
        for ending in ("COMMIT", "ROLLBACK"):
            await connection.execute("BEGIN")
            await connection.fetch("SELECT scope('5309', '5309:', 'x', 'x')")
            assert await count_of(connection, "SELECT count(*) FROM household") >= 3
            await connection.execute(ending)
            assert await connection.fetchval("SELECT count(*) FROM household") == 0
            assert await connection.fetchval("SELECT current_setting('app.actor', true)") in ("", None)
    finally:
        await connection.close()


@pytest.mark.parametrize("area", ["x'; SELECT set_config('app.lo', '5309', false); --", "$$", "\\", "'", '"', "a" * 500])
async def test_a_scope_quotes_what_it_is_given(app: asyncpg.Connection, area: str) -> None:
    await app.fetch("SELECT scope($1, $1, $1, $1)", area)

    assert await app.fetchval("SELECT current_setting('app.lo')") == area
    assert await app.fetchval("SELECT current_setting('app.request_id')") == area


async def test_a_row_is_neither_added_nor_moved_outside_the_scope(app: asyncpg.Connection, stories: dict[str, Story]) -> None:
    await app.fetch("SELECT scope($1, $2, 'tests', '')", HOME, HOME + ":")
    attempts = [
        ("INSERT INTO household (county_code, id, township_code, area_code, kind, due_at, registered_at) "
        f"VALUES ('530921', uuidv7(), '530921101', '{ELSEWHERE}', 'general', now(), now())"),
        f"UPDATE household SET area_code = '{NEIGHBOUR}' WHERE id = '{stories[HOME].household_id}'",
        f"UPDATE household SET area_code = NULL WHERE id = '{stories[HOME].household_id}'",
        "INSERT INTO bottom_line VALUES ('5309', uuidv7(), '5309', 2022, 1, '2022-01-01', 'x')",
        "INSERT INTO parameter VALUES ('5309', uuidv7(), '530902', 'x', 'x', '2022-01-01', 'x')",
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.NotNullViolationError)):
            async with app.transaction():
                await app.execute(attempt)

    assert await app.execute(f"UPDATE household SET version = 9 WHERE id = '{stories[NEIGHBOUR].household_id}'") == "UPDATE 0"


async def test_the_law_is_read_by_everybody_and_written_inside_its_area(app: asyncpg.Connection, stories: dict[str, Story]) -> None:
    await app.fetch("SELECT scope($1, $2, 'tests', '')", HOME, HOME + ":")

    assert await count_of(app, "SELECT count(*) FROM bottom_line WHERE area_code = '5309'") >= 1
    assert await app.fetchval("SELECT count(*) FROM parameter WHERE area_code = '530923'") == 1
    await app.execute(f"INSERT INTO parameter VALUES ('530902', uuidv7(), '{HOME}', 'x', 'x', '2022-01-01', 'x')")


_HOLES = {
    "switched off": "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
    "open to all": "CREATE POLICY open ON {table} USING (true)",
    "fails open without a scope": (
        "CREATE POLICY open ON {table} USING (area_code LIKE coalesce(nullif(current_setting('app.nothing', true), ''), '') || '%')"
    ),
}


@pytest.mark.parametrize("hole", _HOLES)
@pytest.mark.parametrize("table", LOCAL)
async def test_the_check_finds_a_hole_in_any_table(admin: asyncpg.Connection, stories: dict[str, Story], table: str, hole: str) -> None:
    mutant = admin.transaction()
    await mutant.start()
    try:
        await admin.execute(_HOLES[hole].format(table=table))
        await admin.execute("SET LOCAL ROLE monitoring_app")

        _, outside = await rows_seen(admin, GUARDED["monitoring"], HOME)

        assert leaks(outside) == [table]
    finally:
        await mutant.rollback()


@pytest.mark.parametrize("table", ["job", "department_row"])
async def test_a_department_sees_its_own_rows_and_without_one_in_the_scope_there_are_none(
    app: asyncpg.Connection, admin: asyncpg.Connection, table: str
) -> None:
    kept = {row["department"]: row["rows"] for row in await admin.fetch(f"SELECT department, count(*) AS rows FROM {table} GROUP BY 1")}
    seen: dict[str, int] = {}
    for department in ("*", "medical_insurance", "water", "none", ""):
        await app.fetch("SELECT scope('5309', '5309:', $1, 'tests', '')", department)
        seen[department] = await count_of(app, f"SELECT count(*) FROM {table}")

    assert seen == {"*": sum(kept.values()), "medical_insurance": kept["medical_insurance"], "water": kept.get("water", 0), "none": 0, "": 0}
    assert kept["medical_insurance"] >= 3


async def test_a_worker_without_a_scope_sees_nobody(cluster: Cluster, stories: dict[str, Story]) -> None:
    connection = await cluster.connect("monitoring", "monitoring_worker")
    try:
        tables = ("household", "person", "membership", "household_income", "lead", "department_row", "job", "job_result")
        assert [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables] == [0] * len(tables)
    finally:
        await connection.close()
