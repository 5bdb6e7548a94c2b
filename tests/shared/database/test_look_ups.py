"""Look-ups see further than their caller, and give away just their columns."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text

from services.monitoring.store.register import people
from shared.database.transaction import Database
from shared.kernel.people import IdNumber
from tests.builders.people import an_id_number
from tests.fixtures.platform import Cluster, rehearsal
from tests.fixtures.tokens import HOME, village
from tests.shared.database.conftest import ELSEWHERE, NEIGHBOUR, Story

_DIRECTORY = text("SELECT * FROM registered_before(:indexes, :ids)").bindparams(*people.REGISTERED_BEFORE._bindparams.values())
_COLUMNS_READ = """
    SELECT table_name, column_name FROM information_schema.column_privileges
    WHERE grantee = 'monitoring_lookup' AND table_schema = 'public' AND table_name NOT IN ('area_figure', 'figure_change', 'step_taken')
    ORDER BY table_name, column_name
"""


_PAIR = """
    SELECT p.*, d.person_b AS other FROM duplicate_pair d JOIN person p ON p.id = d.person_a
    JOIN membership m ON m.person_id = d.person_b AND m.valid_to IS NULL WHERE d.area_code = $1 AND d.status = 'open' LIMIT 1
"""
_ALIKE = "SELECT id FROM people_alike($1, $2, $3, $4, $5, $6, $7)"


@pytest.fixture
async def app(cluster: Cluster) -> AsyncIterator[asyncpg.Connection]:
    connection = await cluster.connect("monitoring", "monitoring_app")
    yield connection
    await connection.close()


async def test_a_household_is_found_in_another_county_by_its_place_and_id_only(monitoring: Database, stories: dict[str, Story]) -> None:
    story = stories[ELSEWHERE]

    async with rehearsal(monitoring, village()) as tx:
        index = tx.vault.index(story.head_id_number)
        found = (await tx.execute(text("SELECT * FROM household_of(:index)"), {"index": index})).mappings().all()
        assert [dict(row) for row in found] == [{"county_code": ELSEWHERE[:6], "household_id": story.household_id, "area_code": ELSEWHERE}]

        assert (await tx.execute(text("SELECT * FROM person WHERE id_number_index = :index"), {"index": index})).all() == []
        assert (await tx.execute(text("SELECT * FROM household WHERE id = :id"), {"id": story.household_id})).all() == []
        assert await people.household_with(IdNumber(story.head_id_number), tx) is None
        anywhere = await people.household_anywhere(IdNumber(story.head_id_number), tx)
        assert anywhere is not None
        assert anywhere.household_id == story.household_id


async def test_who_is_registered_nowhere_is_not_found(monitoring: Database, stories: dict[str, Story]) -> None:
    async with rehearsal(monitoring, village()) as tx:
        assert await people.household_anywhere(IdNumber(an_id_number()), tx) is None
        for index in (b"", stories[HOME].head_id_number.encode(), bytes(32)):
            assert (await tx.execute(text("SELECT * FROM household_of(:index)"), {"index": index})).all() == []


async def test_the_register_says_which_numbers_are_taken_and_by_whom_it_does_not_say(monitoring: Database, stories: dict[str, Story]) -> None:
    async with rehearsal(monitoring, village()) as tx:
        taken, free = tx.vault.index(stories[ELSEWHERE].head_id_number), tx.vault.index(an_id_number())
        found = await tx.execute(_DIRECTORY, {"indexes": [taken, free], "ids": [uuid4()]})

        assert list(found.keys()) == ["id_number_index"]
        assert found.scalars().all() == [taken]


async def test_a_person_who_is_registered_as_this_one_is_not_taken(
    monitoring: Database, admin: asyncpg.Connection, stories: dict[str, Story]
) -> None:
    async with rehearsal(monitoring, village()) as tx:
        index = tx.vault.index(stories[ELSEWHERE].head_id_number)
        person_id = await admin.fetchval("SELECT person_id FROM person_directory WHERE id_number_index = $1", index)

        assert (await tx.execute(_DIRECTORY, {"indexes": [index], "ids": [person_id]})).all() == []


LEADS_READ = (
    *("area_code", "area_code", "channel", "county_code", "due_at", "id", "paused_at", "registered_at", "status", "step_due_at"),
    *("step_round", "step_round", "township_code", "verified_at", "version", "version", "withdrawn_at"),
)
"""Of leads: what is moved, and what figures are counted of."""
CASES_READ = ("area_code", "county_code", "decided_at", "due_at", "opened_at", "paused_at", "status", "step_due_at")
STANDINGS_READ = ("area_code", "band", "below", "county_code", "gone", "gone", "household_id", "people")


async def test_the_role_of_the_look_ups_reads_these_columns_and_nothing_else(admin: asyncpg.Connection) -> None:
    columns = [(row["table_name"], row["column_name"]) for row in await admin.fetch(_COLUMNS_READ)]

    assert columns == [
        ("deployment", "clock_offset_seconds"),
        *(("household", column) for column in ("area_code", "county_code", "id", "kind", "number", "status")),
        *(("household_standing", column) for column in STANDINGS_READ),
        *(("lead", column) for column in LEADS_READ),
        *(("lead_step", column) for column in ("area_code", "county_code", "lead_id")),
        *(("membership", column) for column in ("area_code", "county_code", "household_id", "person_id", "valid_to")),
        *(("monitored_category", column) for column in ("category", "county_code", "household_id", "valid_to")),
        *(("monitoring_case", column) for column in CASES_READ),
        *(("person", column) for column in ("area_code", "born_on", "certificate", "county_code", "id", "id_number_index")),
        *(("person", column) for column in ("name", "same_as", "sex")),
        *(("person_directory", column) for column in ("county_code", "id_number_index", "person_id")),
        *(("risk_flag", column) for column in ("area_code", "cleared_at", "county_code", "raised_at", "status")),
        *(("self_report", column) for column in ("area_code", "county_code", "lead_id")),
        *(("work_calendar", column) for column in ("area_code", "day", "is_workday")),
    ]
    role = await admin.fetchrow("SELECT rolcanlogin, rolbypassrls, rolsuper FROM pg_roles WHERE rolname = 'monitoring_lookup'")
    assert tuple(role or ()) == (False, True, False)


async def test_every_function_that_runs_as_its_owner_names_its_search_path_and_its_callers(admin: asyncpg.Connection) -> None:
    functions = await admin.fetch("""
        SELECT proname, proconfig, has_function_privilege('monitoring_worker', oid, 'EXECUTE') AS by_worker,
               has_function_privilege('monitoring_app', oid, 'EXECUTE') AS by_app
        FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY proname
    """)

    noted = {"count_category", "count_household", "count_household_standing", "count_lead", "count_membership", "count_monitoring_case"}
    noted |= {"count_risk_flag", "count_step_taken", "note_lead_steps", "note_monitoring_case_steps"}
    by_app = {"household_of", "registered_before", "people_named"}
    by_worker = {"directory_of", "households_numbered", "fold_figures", "recount_figures"}
    by_both = {"record_audit", "record_read", "release_registrations", "people_alike", "homes_of", "move_lead"}
    queues = {"queue_changed_cells", "queue_occurrence", "queue_cells", "queue_event", "queue_occurrences"}
    by_triggers = noted | queues  # nobody calls them
    assert {row["proname"] for row in functions} == by_app | by_worker | by_both | by_triggers
    assert {row["proname"] for row in functions if row["by_app"]} == by_app | by_both
    assert {row["proconfig"][0] for row in functions} == {"search_path=public, pg_temp"}
    assert {row["proname"]: row["proconfig"][1:] for row in functions if row["proconfig"][1:]} == {"record_audit": ["enable_nestloop=off"]}
    assert {row["proname"] for row in functions if row["by_worker"]} == by_worker | by_both


async def test_who_may_be_the_same_is_asked_only_of_somebody_without_a_number_in_the_own_area_as_he_is_kept(
    app: asyncpg.Connection, admin: asyncpg.Connection, monitoring: Database, stories: dict[str, Story]
) -> None:
    kept = dict(await admin.fetchrow(_PAIR, HOME) or {})
    asked = [kept["county_code"], kept["id"], kept["born_on"], kept["sex"], kept["name"][:1], kept["name"][:1] + chr(0x10FFFF), kept["area_code"]]
    numbered = await admin.fetchval("SELECT id FROM person WHERE area_code = $1 AND certificate = 'resident_id' LIMIT 1", HOME)

    async def found(*question: Any, area: str | None = HOME) -> list[Any]:
        async with app.transaction():
            if area:
                await app.fetch("SELECT scope($1, $1 || ':', 'somebody', '')", area)
            return [row["id"] for row in await app.fetch(_ALIKE, *question)]

    def instead(place: int, value: Any) -> list[Any]:
        return [*asked[:place], value, *asked[place + 1 :]]

    assert kept["other"] in await found(*asked)
    assert kept["other"] in await found(*asked, area=HOME[:6])
    for area in (None, ELSEWHERE, ELSEWHERE[:6], NEIGHBOUR):
        assert await found(*asked, area=area) == []
    for place, value in ((0, ELSEWHERE[:6]), (1, numbered), (1, uuid4()), (2, date(1970, 1, 1)), (4, "龘"), (6, NEIGHBOUR)):
        assert await found(*instead(place, value)) == []


async def test_a_registration_that_somebody_lives_under_is_not_given_up(
    app: asyncpg.Connection, admin: asyncpg.Connection, monitoring: Database, stories: dict[str, Story]
) -> None:
    index = monitoring.vault.index(stories[ELSEWHERE].head_id_number)
    person = await admin.fetchval("SELECT person_id FROM person_directory WHERE id_number_index = $1", index)

    for number, holder in ((index, person), (index, uuid4()), (b"x", person)):
        assert await app.fetchval("SELECT release_registrations(ARRAY[$1::bytea], ARRAY[$2::uuid])", number, holder) in ("", None)

    assert await admin.fetchval("SELECT count(*) FROM person_directory WHERE id_number_index = $1", index) == 1


async def test_a_temporary_table_of_the_caller_misleads_no_look_up(app: asyncpg.Connection, monitoring: Database, stories: dict[str, Story]) -> None:
    index = monitoring.vault.index(stories[ELSEWHERE].head_id_number)

    await app.execute("CREATE TEMP TABLE person AS SELECT '530902'::text AS county_code, uuidv7() AS id, 'x'::bytea AS id_number_index")
    await app.execute("CREATE TEMP TABLE audit (x int)")

    assert await app.fetchval("SELECT household_id FROM household_of($1)", index) == stories[ELSEWHERE].household_id
    assert await app.fetch("SELECT * FROM household_of('x')") == []
