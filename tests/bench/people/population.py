"""Rows to measure among, written set by set as the superuser, past triggers and policies. Nobody in them exists."""

from collections.abc import Sequence
from uuid import UUID

from tests.bench.harness.world import World

_VILLAGES = """
    SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS total
    FROM area WHERE level = 'village' AND valid_to IS NULL
"""
# Every other household of a village is monitored; visits are due all over thirty days.
_HOUSEHOLDS = f"""
    INSERT INTO household (county_code, id, township_code, area_code, number, kind, status, due_at, registered_at)
    SELECT left(code, 6), uuidv7(), left(code, 9), code, uuidv7(), 'lifted_out', CASE WHEN n / total % 2 = 0 THEN 'monitored' ELSE 'normal' END,
           timestamptz '2021-09-22' + make_interval(secs => n::bigint * 7919 % 2592000), timestamptz '2021-09-22'
    FROM generate_series(0, $1::int - 1) AS n JOIN ({_VILLAGES}) AS village ON place = n % total
"""
_PEOPLE = """
    WITH member AS (
        SELECT county_code, area_code, id AS household_id, uuidv7() AS person_id, n, sha256(uuid_send(id) || int4send(n)) AS index
        FROM household CROSS JOIN generate_series(1, 4) AS n
    ), person AS (
        INSERT INTO person (county_code, id, area_code, name, id_number_index, secrets)
        SELECT county_code, person_id, area_code, '李文芳', index, index || index || index FROM member
    ), directory AS (
        INSERT INTO person_directory (id_number_index, county_code, person_id) SELECT index, county_code, person_id FROM member
    )
    INSERT INTO membership (county_code, id, household_id, person_id, area_code, relation, labour, valid_from)
    SELECT county_code, uuidv7(), household_id, person_id, area_code, CASE n WHEN 1 THEN 'head' ELSE 'other' END, 'ordinary', date '2021-09-22'
    FROM member
"""
_KNOWN_PEOPLE = """
    WITH seat AS (
        SELECT county_code, area_code, id AS household_id, n, row_number() OVER (ORDER BY id, n) AS place
        FROM household CROSS JOIN generate_series(1, 4) AS n
    ), member AS (
        SELECT seat.*, uuidv7() AS person_id, coalesce(k.index, sha256(uuid_send(household_id) || int4send(n))) AS index
        FROM seat LEFT JOIN bare.known k ON k.place * $2::int = seat.place WHERE seat.place <= $1::int
    ), person AS (
        INSERT INTO person (county_code, id, area_code, name, id_number_index, secrets)
        SELECT county_code, person_id, area_code, '李文芳', index, index || index || index FROM member
    ), directory AS (
        INSERT INTO person_directory (id_number_index, county_code, person_id) SELECT index, county_code, person_id FROM member
    )
    INSERT INTO membership (county_code, id, household_id, person_id, area_code, relation, labour, valid_from)
    SELECT county_code, person_id, household_id, person_id, area_code, CASE n WHEN 1 THEN 'head' ELSE 'other' END, 'ordinary', date '2021-09-22'
    FROM member
"""
_HOMES = "SELECT p.area_code FROM bare.known k JOIN person p ON p.id_number_index = k.index ORDER BY k.place"
_INCOMES = """
    INSERT INTO household_income (county_code, id, household_id, area_code, valid_from, people, wage_income, production_income, property_income,
                                  transfer_income, production_expense, claim_income, compliant_self_paid, recorded_at)
    SELECT county_code, uuidv7(), id, area_code, date '2021-09-22', 4, 8000, 9000, 0, 1200, 2500, 0, 0, registered_at FROM household
"""
# The keys of a month, which are as many as what was done in it.
_KEYS = """
    INSERT INTO idempotency (county_code, actor, key, fingerprint, status, body)
    SELECT county_code, 'village', encode(uuid_send(id), 'hex'), sha256(uuid_send(id)), 201, '{}' FROM household
"""
# Reviewed cases of two risks, one for each answering service, as the county's officers find them in the morning.
_CASES = """
    INSERT INTO monitoring_case (county_code, id, household_id, township_code, area_code, status, risks, category, basis, opened_at, due_at,
                                 appraised_by, reviewed_by, version)
    SELECT county_code, uuidv7(), id, township_code, area_code, 'reviewed', '["06", "07"]', 'marginal', '{}', registered_at, due_at,
           'village', 'township', 5
    FROM household WHERE status = 'normal' AND NOT EXISTS (
        SELECT FROM monitoring_case c WHERE c.county_code = household.county_code AND c.household_id = household.id)
    ORDER BY sha256(uuid_send(id)) LIMIT $1
    RETURNING id, county_code
"""
_FLAGGED = """
    WITH flagged AS (
        INSERT INTO household (county_code, id, township_code, area_code, number, kind, status, due_at, registered_at)
        SELECT left(code, 6), uuidv7(), left(code, 9), code, uuidv7(), 'lifted_out', 'monitored', timestamptz '2021-10-22', timestamptz '2021-09-22'
        FROM generate_series(0, $2::int - 1) AS n
        JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS total
              FROM area WHERE level = 'village' AND valid_to IS NULL AND code LIKE $1 || '%') AS village ON place = n % total
        RETURNING county_code, id, township_code, area_code
    ), flag AS (
        INSERT INTO risk_flag (county_code, id, household_id, township_code, area_code, risks, raised_at, due_at, changed_at)
        SELECT county_code, uuidv7(), id, township_code, area_code, '["06", "07"]', timestamptz '2021-09-22', timestamptz '2021-10-22', now()
        FROM flagged RETURNING county_code, id, area_code
    ), owed AS (
        INSERT INTO owed_measure (county_code, id, flag_id, area_code, measure, service, due_at, owed_at)
        SELECT county_code, uuidv7(), id, area_code, measure, service, timestamptz '2021-10-22', now()
        FROM flag CROSS JOIN (VALUES ('industry_support', 'projects'), ('employment_support', 'employment')) AS needed (measure, service)
    )
    SELECT id FROM flag
"""


def populate(world: World, *, households: int) -> None:
    """Settle a prefecture: households of four, with their heads, incomes and places in the register."""
    world.ask("monitoring", _HOUSEHOLDS, households, unaudited=True)
    world.ask("monitoring", _PEOPLE, unaudited=True)
    world.ask("monitoring", _INCOMES, unaudited=True)
    world.ask("monitoring", _KEYS)
    world.settle()


def settle_people(world: World, where: str, *, people: int, indexes: Sequence[bytes]) -> list[str]:
    """Settle a number of people in households of four; some of them, evenly spread, have the blind indexes that are given. Give their villages."""
    world.ask(where, "CREATE SCHEMA IF NOT EXISTS bare")
    world.ask(where, "DROP TABLE IF EXISTS bare.known")
    world.ask(where, "CREATE TABLE bare.known AS SELECT place, index FROM unnest($1::bytea[]) WITH ORDINALITY AS k (index, place)", indexes)
    world.ask(where, _HOUSEHOLDS, -(-people // 4), unaudited=True)
    world.ask(where, _KNOWN_PEOPLE, people, people // len(indexes), unaudited=True)
    tables = "household, person, person_directory, membership"
    world.ask(where, f"VACUUM ANALYZE {tables}")
    world.ask(where, "CHECKPOINT")
    return [row[0] for row in world.ask(where, _HOMES)]


def reviewed_cases(world: World, *, number: int) -> list[tuple[UUID, str]]:
    """Put cases on the county's desk; give each with its county."""
    return [(row["id"], row["county_code"]) for row in world.ask("monitoring", _CASES, number, unaudited=True)]


def flagged(world: World, county: str, *, number: int) -> Sequence[UUID]:
    """Flag new households of a county without telling anybody."""
    return [row["id"] for row in world.ask("monitoring", _FLAGGED, county, number, unaudited=True)]
