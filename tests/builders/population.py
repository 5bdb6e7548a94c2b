"""Very many rows, written by the database itself: 8 counties of 10 townships of 10 villages."""

from collections.abc import Sequence

import asyncpg

_PLACES = """
    SELECT n, counties[1 + n % 8] AS county_code, counties[1 + n % 8] || (101 + n / 8 % 10) AS township_code,
           counties[1 + n % 8] || (101 + n / 8 % 10) || (201 + n / 80 % 10) AS area_code,
           timestamptz '2021-10-01 00:00+08' + (n::bigint * 7919 % 4001) * interval '1 hour' AS due_at
    FROM generate_series(0, $1::int - 1) AS n,
         (SELECT '{530902,530921,530922,530923,530924,530925,530926,530927}'::text[] AS counties) AS prefecture
"""
# Due dates repeat, so that a page often ends between two rows of one moment.
_ROWS = {
    "household": """
        (county_code, id, township_code, area_code, number, kind, status, due_at, registered_at)
        SELECT county_code, gen_random_uuid(), township_code, area_code, 'drawn-' || n, 'general',
               {status}, due_at, now()
    """,
    "lead": """
        (county_code, id, township_code, area_code, channel, status, hardships, registered_at, registered_by, due_at)
        SELECT county_code, gen_random_uuid(), township_code, area_code, 'hotline',
               {status}, '[]', now(), 'x', due_at
    """,
    "lead_answer": """
        (county_code, id, township_code, area_code, lead_id, channel, status, outcome, decided_at, due_at)
        SELECT county_code, gen_random_uuid(), township_code, area_code, gen_random_uuid(),
               (ARRAY['hotline','aid_platform','department','screening','home_visit','disaster'])[1 + n / 800 % 6],
               {status}, 'other', now(), due_at
    """,
    "screening_household": """
        (county_code, id, round_id, household_id, township_code, area_code, status, due_at)
        SELECT county_code, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), township_code, area_code, {status}, due_at
    """,
    "incident_household": """
        (county_code, id, incident_id, household_id, township_code, area_code, status, due_at)
        SELECT county_code, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), township_code, area_code, {status}, due_at
    """,
    "incident_tracking": """
        (county_code, id, incident_id, effect_id, household_id, township_code, area_code, nth, status, due_at)
        SELECT county_code, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), township_code, area_code, 1, {status},
               due_at
    """,
    "regional_alarm": """
        (county_code, id, township_code, area_code, level, cause, industry, rule, window_begins, households, observed, observed_at_opening,
         threshold, clear_below, status, due_at, opened_at)
        SELECT county_code, gen_random_uuid(), township_code, area_code, 'village', 'other', 'drawn-' || n, '{{}}', '2021-09-20', 9, 5, 5, 5, 2.5,
               {status}, due_at, now()
    """,
    "monitoring_case": """
        (county_code, id, household_id, township_code, area_code, status, risks, category, basis, opened_at, due_at)
        SELECT county_code, gen_random_uuid(), gen_random_uuid(), township_code, area_code,
               {status},
               '["06"]', 'marginal', '{{}}', now(), due_at
    """,
    "duplicate_pair": """
        (county_code, id, township_code, area_code, person_a, person_b, score, status, found_at, due_at)
        SELECT county_code, gen_random_uuid(), township_code, area_code, gen_random_uuid(), gen_random_uuid(), 0.7, {status}, now(), due_at
    """,
    "change_request": """
        (county_code, id, household_id, household_version, township_code, area_code, act, status, secrets, requested_by, requested_at, due_at)
        SELECT county_code, gen_random_uuid(), gen_random_uuid(), 1, township_code, area_code, 'split', {status}, 'x', 'x', now(), due_at
    """,
    "risk_flag": """
        (county_code, id, household_id, township_code, area_code, status, risks, raised_at, due_at, changed_at)
        SELECT county_code, gen_random_uuid(), gen_random_uuid(), township_code, area_code,
               {status}, '["06"]', now(), due_at, now()
    """,
    "escalation": """
        (county_code, id, township_code, area_code, subject_kind, subject_id, subject_area_code, step, step_round, kind, level, status, due_at,
         raised_at)
        SELECT county_code, gen_random_uuid(), township_code, area_code, 'lead', gen_random_uuid(), area_code, 'verification', 1, 'overdue',
               'village', {status}, due_at, now()
    """,
    "quality_finding": """
        (county_code, id, township_code, area_code, rule_number, subject_kind, subject_id, household_id, severity, owner, status, due_at, found_on,
         facts)
        SELECT county_code, gen_random_uuid(), township_code, area_code, '5_14_008', 'household', gen_random_uuid(), gen_random_uuid(), 'suspect',
               (ARRAY['village','township','county','prefecture'])[1 + n / 800 % 4], {status}, due_at, '2021-09-22', '{{}}'
    """,
    "task": """
        (county_code, id, owed_id, flag_id, household_id, township_code, area_code, measure, kind, status, due_at, opened_at, changed_at)
        SELECT county_code, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), township_code, area_code, 'x', 'x',
               {status}, due_at, now(), now()
    """,
}


async def fill(owner: asyncpg.Connection, table: str, count: int, statuses: Sequence[str]) -> None:
    """Write rows with audit and foreign keys switched off, a status as often as it is named, and let the planner know them."""
    words = ", ".join(f"'{status}'" for status in statuses)
    rows = _ROWS[table].format(status=f"(ARRAY[{words}])[1 + abs(hashint4(n)) % {len(statuses)}]")
    async with owner.transaction():
        await owner.execute("SET LOCAL session_replication_role = replica")
        await owner.execute(f"INSERT INTO {table} {rows} FROM ({_PLACES.replace('$1', str(count))}) AS place")
    await owner.execute(f"VACUUM ANALYZE {table}")


NAMES = """
    (ARRAY['李','王','张','杨','罗','岩','𠮷','阿','欧阳','_','%'])[1 + abs(hashint4(n)) % 11]
    || (ARRAY['文','文文','国','依古丽','𠀀𠀁','·','_','%','芳','',''])[1 + abs(hashint4(n * 31)) % 11]
    || (ARRAY['芳','英','明','·买买提','·文','𠮷','','文·𠀀','%','国李','ab'])[1 + abs(hashint4(n * 77)) % 11]
"""
"""Names of one to nine characters: with points, with what patterns are made of, and with characters beyond the basic plane."""


async def fill_people(owner: asyncpg.Connection, count: int) -> None:
    """Write people, each in a household of one, with audit and foreign keys switched off, and let the planner know them."""
    places = f"SELECT place.*, gen_random_uuid() AS household, gen_random_uuid() AS person FROM ({_PLACES.replace('$1', str(count))}) AS place"
    async with owner.transaction():
        await owner.execute("SET LOCAL session_replication_role = replica")
        await owner.execute(f"""
            WITH place AS MATERIALIZED ({places}), household AS (
                INSERT INTO household (county_code, id, township_code, area_code, number, kind, due_at, registered_at)
                SELECT county_code, household, township_code, area_code, 'person-' || n, 'general', due_at, now() FROM place
            ), person AS (
                INSERT INTO person (county_code, id, area_code, name, id_number_index, secrets)
                SELECT county_code, person, area_code, {NAMES}, int4send(n), '' FROM place
            )
            INSERT INTO membership (county_code, id, household_id, person_id, area_code, relation, labour, valid_from)
            SELECT county_code, gen_random_uuid(), household, person, area_code, 'head', 'ordinary', '2021-01-01' FROM place
        """)
    for table in ("household", "person", "membership"):
        await owner.execute(f"VACUUM ANALYZE {table}")
