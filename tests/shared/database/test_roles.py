"""What each login role may do in the database, and that it owns nothing."""

import asyncpg
import pytest

from tests.fixtures.platform import SERVICES, Cluster, settings_of

_RIGHTS = """
    SELECT table_name, string_agg(privilege_type, ',' ORDER BY privilege_type) AS rights
    FROM information_schema.role_table_grants WHERE grantee = $1 AND table_schema = 'public' GROUP BY table_name
"""
_OWNED = """
    SELECT relname::text FROM pg_class WHERE relowner = $1::regrole AND relpersistence <> 't'
    UNION ALL SELECT proname::text FROM pg_proc WHERE proowner = $1::regrole
"""
READ, ADD, READ_ADD, ALL_BUT_DELETE = "SELECT", "INSERT", "INSERT,SELECT", "INSERT,SELECT,UPDATE"

PLUMBING = {
    "app": {"outbox": ADD, "idempotency": ALL_BUT_DELETE, "deployment": READ, "alembic_version": READ},
    "worker": {
        **{"outbox": "DELETE,INSERT,SELECT,UPDATE", "idempotency": "DELETE,SELECT", "deployment": READ, "alembic_version": READ},
        **{"seen": ALL_BUT_DELETE, "dead_letter": ALL_BUT_DELETE, "round": ALL_BUT_DELETE},
    },
}
REGISTER = ("household", "household_income", "person", "membership", "household_form", "person_form", "duplicate_pair", "household_lineage")
DERIVED = ("quarterly_income", "household_standing", "line_simulation")
SIMULATED = ("line_simulation_household", "line_simulation_count")
CARE = ("care_assignment", "household_group")
FLAGS = ("risk_flag", "owed_measure")
INCIDENTS = ("incident_household", "incident_tracking", "green_channel", "green_channel_household")
JOBS = ("job", "job_run", "job_part")
KEPT = (*REGISTER, *DERIVED, *CARE, *FLAGS, *JOBS, "monitored_category", "household_transfer", "screening_household", "quality_finding", "pause")
"""What both may read, add to and change."""
PUBLISHED = ("bottom_line", "parameter", "signal_rule", "income_item", "lead_grade_rule", "quality_rule", "base_figure", "key_group")
PLACES = ("area", "area_change", "area_succession", "place")
LAW = ("measure_rule", "place_list")
FIGURES = ("area_figure", "figure_change", "step_taken")
ALL = "DELETE,INSERT,SELECT,UPDATE"
RIGHTS = {
    ("monitoring", "app"): {
        **dict.fromkeys(KEPT, ALL_BUT_DELETE),
        **dict.fromkeys(("lead", "lead_answer", "monitoring_case", "change_request", "screening_round", "department_row"), ALL_BUT_DELETE),
        **dict.fromkeys((*PUBLISHED, *PLACES, "self_report", "lead_step", "case_step", "visit", "job_item"), READ_ADD),
        **dict.fromkeys((*LAW, *SIMULATED, "work_calendar", "job_result"), READ),
        **dict.fromkeys(("person_directory", "client_id"), ADD),
        "escalation": "SELECT,UPDATE",
        **dict.fromkeys(FIGURES, READ),
        **dict.fromkeys(("standing_queue", "match_queue"), ALL),
        **dict.fromkeys(("industry", "regional_rule", "regional_event"), READ_ADD),
        **dict.fromkeys(("occurrence", "regional_alarm", "regional_alarm_household", "regional_count"), READ),
        **dict.fromkeys(("incident", *INCIDENTS), ALL_BUT_DELETE),
        **{"relief": READ_ADD, "county_boundary": READ},
    },
    ("monitoring", "worker"): {
        **dict.fromkeys((*KEPT, "escalation", "ledger_figure", "department_row"), ALL_BUT_DELETE),
        **dict.fromkeys(("lead", "lead_answer", "place", "work_calendar", "monitoring_case", *SIMULATED), READ_ADD),
        **dict.fromkeys((*PUBLISHED, *PLACES[:3], *LAW, "change_request", "screening_round"), READ),
        **dict.fromkeys(("case_step", "lead_step"), ADD),
        "job_item": "DELETE,SELECT",
        **dict.fromkeys(("job_result", "import_row", "import_fault", "standing_queue", "match_queue", "unknown_answer"), ALL),
        **dict.fromkeys(("industry", "regional_rule"), READ),
        **{"occurrence": ALL, "regional_count": "DELETE,INSERT,SELECT", "regional_event": READ_ADD},
        **dict.fromkeys(("occurrence_queue", "regional_cell_queue"), "DELETE,SELECT"),
        **dict.fromkeys(("regional_alarm", "regional_alarm_household"), ALL_BUT_DELETE),
        **dict.fromkeys(INCIDENTS, ALL_BUT_DELETE),
        **{"incident": READ, "monitoring_case": READ_ADD},
        "person_directory": ADD,
        **dict.fromkeys(FIGURES, READ),
    },
    **{(service, role): {"task": ALL_BUT_DELETE} for service in ("projects", "employment") for role in ("app", "worker")},
}


@pytest.mark.parametrize(("service", "role"), RIGHTS)
async def test_a_role_has_these_rights_and_no_other(cluster: Cluster, service: str, role: str) -> None:
    owner = await cluster.connect(service)
    try:
        rights = {row["table_name"]: row["rights"] for row in await owner.fetch(_RIGHTS, f"{service}_{role}")}
    finally:
        await owner.close()

    assert rights == PLUMBING[role] | RIGHTS[service, role]


@pytest.mark.parametrize(("service", "role"), RIGHTS)
async def test_a_login_role_owns_nothing_and_passes_no_policy(cluster: Cluster, service: str, role: str) -> None:
    owner = await cluster.connect(service)
    try:
        powers = await owner.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin FROM pg_roles WHERE rolname = $1",
            f"{service}_{role}",
        )
        owned = [row["relname"] for row in await owner.fetch(_OWNED, f"{service}_{role}")]
        everybody = await owner.fetch(_RIGHTS, "PUBLIC")
    finally:
        await owner.close()

    assert powers is not None
    assert tuple(powers) == (False, False, False, False, False, True)
    assert owned == []
    assert everybody == []


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("app", "SELECT * FROM audit"),
        ("app", "INSERT INTO audit (county_code, actor, request_id, relation, act) VALUES ('530902', 'x', '', 'x', 'INSERT')"),
        ("app", "SELECT * FROM outbox"),
        ("app", "UPDATE outbox SET published_at = now()"),
        ("app", "SELECT * FROM person_directory"),
        ("app", "SELECT * FROM client_id"),
        ("app", "DELETE FROM household"),
        ("app", "DELETE FROM person_directory"),
        ("worker", "DELETE FROM person_directory"),
        ("worker", "UPDATE change_request SET status = 'approved'"),
        ("worker", "UPDATE monitoring_case SET opened_at = now()"),
        ("worker", "DELETE FROM monitoring_case"),
        ("worker", "SELECT * FROM case_step"),
        ("app", "UPDATE job_item SET expected = 1"),
        ("app", "TRUNCATE household CASCADE"),
        ("app", "UPDATE case_step SET opinion = ''"),
        ("app", "UPDATE bottom_line SET amount = 1"),
        ("app", "UPDATE deployment SET epoch = epoch + 1"),
        ("app", "DELETE FROM idempotency"),
        ("app", "SELECT * FROM seen"),
        ("app", "CREATE TABLE mine (x int)"),
        ("app", "ALTER TABLE household DISABLE ROW LEVEL SECURITY"),
        ("app", "DROP POLICY inside_area ON household"),
        ("app", "ALTER TABLE household DISABLE TRIGGER USER"),
        ("app", "SET ROLE monitoring_lookup"),
        ("app", "SET session_replication_role = replica"),
        ("app", "SELECT * FROM import_row"),
        ("app", "SELECT * FROM import_fault"),
        ("app", "INSERT INTO job_result (county_code) VALUES ('530902')"),
        ("app", "SELECT * FROM directory_of('{}')"),
        ("app", "SELECT * FROM households_numbered('530902', '{}')"),
        ("worker", "DELETE FROM person"),
        ("app", "UPDATE area_figure SET value = 0"),
        ("app", "INSERT INTO figure_change (county_code, area_code, topic, key, period, value) VALUES ('530902', '530902', 'x', 'x', '', 1)"),
        ("app", "SELECT fold_figures('530902', 1)"),
        ("app", "SELECT recount_figures('530902')"),
        ("worker", "DELETE FROM figure_change"),
        ("worker", "UPDATE area_figure SET value = 0"),
        ("app", "UPDATE step_taken SET done_at = due_at"),
        ("worker", "DELETE FROM job"),
        ("app", "INSERT INTO line_simulation_count (county_code) VALUES ('530902')"),
        ("worker", "UPDATE lead SET secrets = ''"),
        ("worker", "UPDATE lead SET registered_at = now()"),
        ("worker", "UPDATE lead SET content_index = ''"),
        ("worker", "UPDATE relief SET amount = 1"),
        ("worker", "UPDATE incident SET status = 'closed'"),
        ("app", "INSERT INTO regional_alarm (county_code) VALUES ('530902')"),
        ("app", "UPDATE regional_alarm SET observed = 0"),
        ("app", "UPDATE regional_alarm SET rule = '{}'"),
        ("app", "UPDATE regional_alarm_household SET household_id = alarm_id"),
        ("app", "UPDATE occurrence SET people = 1"),
        ("app", "UPDATE occurrence SET household_id = NULL"),
        ("app", "UPDATE relief SET amount = 1"),
        ("worker", "UPDATE lead_step SET secrets = ''"),
        ("worker", "UPDATE lead_answer SET outcome = 'included'"),
        ("app", "INSERT INTO escalation (county_code) VALUES ('530902')"),
        ("worker", "SELECT * FROM self_report"),
        ("worker", "UPDATE screening_round SET status = 'closed'"),
        ("app", "UPDATE lead_step SET secrets = ''"),
        ("worker", "SELECT * FROM audit"),
        ("worker", "SELECT * FROM person_directory"),
        ("worker", "SELECT * FROM household_of('x')"),
        ("worker", "SELECT * FROM registered_before('{}', '{}')"),
        ("worker", "DELETE FROM risk_flag"),
        ("worker", "UPDATE deployment SET clock_offset_seconds = 1"),
    ],
)
async def test_the_database_itself_refuses_what_a_role_may_not_do(cluster: Cluster, role: str, statement: str) -> None:
    connection = await cluster.connect("monitoring", f"monitoring_{role}")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_nobody_may_delete_what_is_guarded(admin: asyncpg.Connection) -> None:
    allowed = await admin.fetch("""
        SELECT grantee, table_name FROM information_schema.role_table_grants
        JOIN pg_class ON relname = table_name AND relnamespace = 'public'::regnamespace JOIN pg_policy ON polrelid = pg_class.oid
        WHERE table_schema = 'public' AND privilege_type IN ('DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES') AND grantee <> 'postgres'
        ORDER BY grantee, table_name
    """)

    # What became of a file's rows goes with the file, after its days, and what a job decided with what became of it; what is counted is made anew.
    tables = ("job_result", "job_item", "occurrence", "regional_count")
    counted = {("monitoring_lookup", table) for table in ("area_figure", "figure_change")}  # by the functions that fold and recount
    assert {tuple(row) for row in allowed} == {("monitoring_worker", table) for table in tables} | counted


async def test_a_service_role_does_not_reach_another_services_tables(cluster: Cluster) -> None:
    stranger = await cluster.connect("monitoring", "projects_app")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await stranger.execute("SELECT * FROM household")
    finally:
        await stranger.close()


@pytest.mark.parametrize("role", ["monitoring_app", "monitoring_worker"])
async def test_a_login_role_is_bound_by_time_limits_of_the_database(admin: asyncpg.Connection, cluster: Cluster, role: str) -> None:
    given = await admin.fetch("SELECT unnest(rolconfig) AS limit FROM pg_roles WHERE rolname = $1", role)
    connection = await cluster.connect("monitoring", role)
    try:
        # Not how long a transaction may idle: the databases of the tests are more patient.
        in_force = {
            name: await connection.fetchval(f"SHOW {name}")
            for name in ("lock_timeout", "statement_timeout", "transaction_timeout", "jit", "random_page_cost")
        }
    finally:
        await connection.close()

    assert dict(row["limit"].split("=", maxsplit=1) for row in given) == {
        "lock_timeout": "2s",
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "5s",
        "transaction_timeout": "60s",
        "jit": "off",
        "random_page_cost": "1.1",
    }
    assert in_force == {"lock_timeout": "2s", "statement_timeout": "30s", "transaction_timeout": "1min", "jit": "off", "random_page_cost": "1.1"}


def test_every_service_of_the_platform_is_in_the_table_of_rights(cluster: Cluster) -> None:
    assert {service for service, _ in RIGHTS} == set(SERVICES)
    assert settings_of("monitoring", cluster).database_url != settings_of("monitoring", cluster).worker_database_url
