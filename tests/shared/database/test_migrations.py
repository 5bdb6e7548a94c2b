"""Migrations go up, down and up again, and leave what the code declares; a service is ready at its own schema only."""

import asyncio

import pytest

from services.employment.store import Base as EmploymentBase
from services.monitoring.domain.leads.leads import Channel
from services.monitoring.store import Base as MonitoringBase
from services.projects.store import Base as ProjectsBase
from shared.database.base import Table
from shared.database.distribution import PLACES, PLUMBING, Place
from shared.database.migrate import head_of, run_alembic, run_statements
from shared.database.roles import role_statements
from shared.service.commands import migrate_service
from shared.service.settings import ServiceSettings
from tests.fixtures.platform import SERVICES, Cluster, settings_of
from tests.shared.database.fresh import ask, fresh, names

__all__ = ["fresh"]

BASES: dict[str, type[Table]] = {"monitoring": MonitoringBase, "projects": ProjectsBase, "employment": EmploymentBase}
_TABLES = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
_THINGS = f"""
    {_TABLES} UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
"""
_STANDING = """
    WITH thing AS (SELECT c.oid, c.relname, c.relowner, c.relacl FROM pg_class c WHERE relnamespace = 'public'::regnamespace)
    SELECT relname, '' AS part, coalesce(rolname, 'public') AS who, privilege_type AS what
    FROM thing, aclexplode(relacl) LEFT JOIN pg_roles r ON r.oid = grantee WHERE grantee <> relowner
    UNION ALL
    SELECT relname, attname, rolname, privilege_type
    FROM thing JOIN pg_attribute ON attrelid = thing.oid, aclexplode(attacl) JOIN pg_roles r ON r.oid = grantee
    UNION ALL
    SELECT proname, '', coalesce(rolname, 'public'), privilege_type
    FROM pg_proc, aclexplode(proacl) LEFT JOIN pg_roles r ON r.oid = grantee WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT relname, tgname, '', pg_get_triggerdef(t.oid) FROM thing JOIN pg_trigger t ON tgrelid = thing.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT relname, conname, '', pg_get_constraintdef(k.oid) FROM thing JOIN pg_constraint k ON conrelid = thing.oid WHERE contype = 'c'
    UNION ALL
    SELECT tablename, policyname, cmd, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies WHERE schemaname = 'public'
"""
# What an earlier revision has no word for: leads of every channel, and people without a number.
ROWS = {
    "monitoring": (
        f"""
        INSERT INTO lead (county_code, id, township_code, area_code, channel, hardships, registered_at, registered_by, due_at)
        SELECT '530902', uuidv7(), '530902102', '530902102201', channel, '["other"]', now(), 'cadre', now()
        FROM unnest(ARRAY[{", ".join(f"'{channel}'" for channel in Channel)}]) AS channel
        """,
        """
        INSERT INTO person (county_code, id, area_code, name, certificate, secrets)
        SELECT '530902', uuidv7(), '530902102201', '李某某', 'none', 'x' FROM generate_series(1, 2)
        """,
    )
}
_SEQUENCES = "SELECT relname FROM pg_class WHERE relkind = 'S'"
_COUNTY_FIRST = """
    SELECT conrelid::regclass::text AS relation, conname,
           (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]) AS first
    FROM pg_constraint WHERE contype IN ('p', 'u', 'f') AND connamespace = 'public'::regnamespace
"""


def test_a_schema_goes_up_down_and_up_again_and_is_what_the_code_declares(cluster: Cluster, fresh: tuple[str, ServiceSettings]) -> None:
    service, settings = fresh
    url = cluster.url(f"migrated_{service}")

    migrate_service(SERVICES[service], settings)
    there = names(cluster, f"migrated_{service}", _THINGS)
    run_alembic(url, service, "check")
    run_alembic(url, service, "downgrade", "base")
    left = names(cluster, f"migrated_{service}", _THINGS)
    migrate_service(SERVICES[service], settings)

    assert left == {"alembic_version"}
    assert names(cluster, f"migrated_{service}", _THINGS) == there
    run_alembic(url, service, "check")


def test_every_revision_goes_down_and_up_by_itself_and_leaves_what_the_one_below_gave(cluster: Cluster, fresh: tuple[str, ServiceSettings]) -> None:
    service, settings = fresh
    place = f"migrated_{service}"
    url, revisions = cluster.url(place), int(head_of(service) or 0)
    migrate_service(SERVICES[service], settings)
    run_alembic(url, service, "downgrade", "base")
    given = [standing(cluster, place)]
    for _ in range(revisions):
        run_alembic(url, service, "upgrade", "+1")
        given.append(standing(cluster, place))
    run_statements(url, ROWS.get(service, ()))

    for revision in range(revisions, 0, -1):
        run_alembic(url, service, "downgrade", "-1")
        assert standing(cluster, place) == given[revision - 1], f"after {revision} was taken back"
        run_alembic(url, service, "upgrade", "+1")
        assert standing(cluster, place) == given[revision], f"after {revision} was taken back and made again"
        run_alembic(url, service, "downgrade", "-1")
    migrate_service(SERVICES[service], settings)

    run_alembic(url, service, "check")


def test_who_has_no_number_is_on_the_way_down_nobody_elses_and_known_again_on_the_way_up(cluster: Cluster) -> None:
    asyncio.run(cluster.make(place := "migrated_people"))
    settings = settings_of("monitoring", cluster, database=place)
    migrate_service(SERVICES["monitoring"], settings)
    run_statements(cluster.url(place), ROWS["monitoring"])

    run_alembic(cluster.url(place), "monitoring", "downgrade", "0010")
    assert names(cluster, place, "SELECT count(*) FROM household_of('')") == {0}
    assert names(cluster, place, "SELECT count(DISTINCT id_number_index) FROM person") == {2}
    assert names(cluster, place, "SELECT channel FROM lead") == {
        "self_report",
        "home_visit",
        "department",
        "hotline",
        "disaster",
        "below_line",
        "transfer",
    }
    run_alembic(cluster.url(place), "monitoring", "upgrade", "head")

    assert names(cluster, place, "SELECT certificate FROM person WHERE id_number_index IS NULL") == {"none"}


def standing(cluster: Cluster, place: str) -> set[tuple[str, ...]]:
    """List who may do what with which table, column and function, what the triggers do, and what the checks let pass."""
    return {tuple(row) for row in ask(cluster, place, lambda connection: connection.fetch(_STANDING))}


def test_migrating_twice_makes_roles_and_clock_once(cluster: Cluster, fresh: tuple[str, ServiceSettings]) -> None:
    service, settings = fresh

    migrate_service(SERVICES[service], settings)
    migrate_service(SERVICES[service], settings)

    roles = "SELECT rolname FROM pg_roles WHERE rolname LIKE '" + service + "\\_%'"
    assert names(cluster, f"migrated_{service}", roles) == {f"{service}_{role}" for role in ("app", "worker", "lookup")}


def test_a_password_may_hold_any_character(cluster: Cluster) -> None:
    hostile = 'it\'s 100% $1 :x \\ "quoted" 密码; DROP ROLE postgres; --'

    run_statements(cluster.url("employment"), role_statements("employment", app_password=hostile, worker_password=hostile))
    run_statements(cluster.url("employment"), role_statements("employment", app_password="employment_app", worker_password="employment_worker"))

    assert names(cluster, "employment", "SELECT rolname FROM pg_roles WHERE rolname = 'postgres'") == {"postgres"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_has_its_place_and_every_place_its_table(cluster: Cluster, service: str) -> None:
    assert PLACES[service].keys() == names(cluster, service, _TABLES) - {"alembic_version"}
    assert PLACES[service].keys() == set(BASES[service].metadata.tables)
    assert PLUMBING.items() <= PLACES[service].items()


@pytest.mark.parametrize("service", SERVICES)
def test_a_countys_table_leads_every_key_with_its_county(cluster: Cluster, service: str) -> None:
    keys = ask(cluster, service, lambda connection: connection.fetch(_COUNTY_FIRST))
    columns = {(table, column): place for table, place in PLACES[service].items() for column in ["county_code"] if place is Place.COUNTY}

    assert {row["relation"] for row in keys} >= {table for table, _ in columns}
    assert [row["conname"] for row in keys if PLACES[service].get(row["relation"]) is Place.COUNTY and row["first"] != "county_code"] == []


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_draws_from_a_sequence(cluster: Cluster, service: str) -> None:
    assert names(cluster, service, _SEQUENCES) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_code_is_compared_byte_by_byte(cluster: Cluster, service: str) -> None:
    wrong = """
        SELECT attrelid::regclass || '.' || attname FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid JOIN pg_collation c ON c.oid = attcollation
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attname LIKE '%\\_code' AND collname <> 'C'
    """
    assert names(cluster, service, wrong) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_metadata_of_services_in_one_process_are_strangers(service: str) -> None:
    others = [BASES[name].metadata for name in BASES if name != service]

    assert all(BASES[service].metadata is not each for each in others)
    assert all(table not in each.tables.values() for each in others for table in BASES[service].metadata.tables.values())
