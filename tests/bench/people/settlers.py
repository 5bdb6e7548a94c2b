"""A whole prefecture in rows, from households to flags: each table by one statement, past triggers and policies. Nobody in it exists.

Everything about a household follows from its number `n`, about a person from `p`: ids, names, income, what is under way. So the statements need
no rows of each other and may run side by side, and the same size is the same prefecture. The n-th household lives in the village `n % villages`, as
if all villages had registered at one pace; `k` is its place there. Of eight households of a village four are monitored and flagged, one of them after
a case of ours, one has a case that waits for the county, and one a lead that nobody has verified.
"""

from collections.abc import Sequence
from random import Random

from deploy.demo.population.families import draw_family
from deploy.demo.population.names import draw_name, draw_style, draw_surname

MEMBERS = 4
FAMILIES = 20_000
"""So many families' names are drawn by the demo's builder, and shared out."""
_SEED = 5309

# The planner writes these out where they are called, as long as every text in them that is made of a number is cast.
# An id as a UUIDv7 of the n-th millisecond; the kind keeps rows of different tables apart.
_ID = """
    CREATE FUNCTION bench.id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (lpad(to_hex(1632268800000 + n), 12, '0') || '7' || kind || '8' || left(md5(kind || n::text), 15))::uuid
    $$
"""
_BELOW = """
    CREATE FUNCTION bench.below(most int, n bigint) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (hashint8(n) & 2147483647) % most
    $$
"""
# As `drawn.an_id_number`, its check digit right; and HMAC-SHA-256 under the key that the service has, given as its two pads.
_NUMBER = """
    CREATE FUNCTION bench.id_number(place int, year int, month int, day int, turn int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT '53352' || place::text || year::text || lpad(month::text, 2, '0') || lpad(day::text, 2, '0') || lpad(turn::text, 3, '0')
            || substr('10X98765432', 1 + (133 + 4 * place + 2 * (year / 1000) + year / 100 % 10 + 6 * (year / 10 % 10) + 3 * (year % 10)
            + 7 * (month / 10) + 9 * (month % 10) + 10 * (day / 10) + 5 * (day % 10)
            + 8 * (turn / 100) + 4 * (turn / 10 % 10) + 2 * (turn % 10)) % 11, 1)
    $$
"""
_INDEX = """
    CREATE FUNCTION bench.index(outer_pad bytea, inner_pad bytea, number text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT sha256(outer_pad || sha256(inner_pad || convert_to(number, 'UTF8')))
    $$
"""
FOUNDATION = (
    "DROP SCHEMA IF EXISTS bench CASCADE",
    "CREATE SCHEMA bench",
    _ID,
    _BELOW,
    _NUMBER,
    _INDEX,
    """
    CREATE TABLE bench.village AS
    SELECT code, left(code, 9) AS township, left(code, 6) AS county, row_number() OVER (ORDER BY code) - 1 AS place
    FROM area WHERE level = 'village' AND valid_to IS NULL
    """,
    "CREATE TABLE bench.name (family int, seat int, name text, PRIMARY KEY (family, seat))",
)
NAMES = "INSERT INTO bench.name SELECT (place - 1) / 4, (place - 1) % 4, name FROM unnest($1::text[]) WITH ORDINALITY AS drawn (name, place)"
# The last row says how many people there are, of which form they are, and that they are all there.
FILLED = "CREATE TABLE bench.filled (people bigint NOT NULL, form text NOT NULL)"

_H = "bench.id('001', n)"
_PLACE = "village.county, {id}, village.township, village.code"
# $1: households. Whom a statement is about is said by `k % 8`.
_SOME = """
    FROM (SELECT n, n / (SELECT count(*) FROM bench.village) AS k FROM generate_series(0, $1::bigint - 1) AS n) AS drawn
    JOIN bench.village ON place = n % (SELECT count(*) FROM bench.village) WHERE {who}
"""
_ALL, _LEAD, _CASE, _MONITORED, _OURS = "true", "k % 8 = 1", "k % 8 = 3", "k % 2 = 0", "k % 8 = 0"
_KIND = "CASE WHEN bench.below(5, n) < 2 THEN 'lifted_out' ELSE 'general' END"
_SINCE, _NOW = "timestamptz '2021-06-01' + make_interval(secs => n * 7919 % 7776000)", "timestamptz '2021-09-22'"
_DUE = f"{_NOW} + make_interval(secs => n * 7919 % 2592000)"

HOMES = (
    f"""
    INSERT INTO household (county_code, id, township_code, area_code, number, kind, status, due_at, registered_at)
    SELECT {_PLACE.format(id=_H)}, code || lpad(k::text, 6, '0'), {_KIND}, CASE WHEN {_MONITORED} THEN 'monitored' ELSE 'normal' END, {_DUE}, {_SINCE}
    {_SOME.format(who=_ALL)}
    """,
    f"""
    INSERT INTO household_form (county_code, id, household_id, area_code, valid_from, kind, village_code, secrets, farmland, house_grade, water_safe,
                                recorded_at, recorded_by)
    SELECT county, bench.id('00b', n), {_H}, code, date '2021-06-01', {_KIND}, code, sha256(int8send(n)) || sha256(int8send(-n)), n % 200 / 10.0,
           (ARRAY['A','B','C'])[1 + n % 3], n % 50 <> 0, {_SINCE}, 'village'
    {_SOME.format(who=_ALL)}
    """,
    f"""
    INSERT INTO household_income (county_code, id, household_id, area_code, valid_from, people, wage_income, production_income, property_income,
                                  transfer_income, production_expense, claim_income, compliant_self_paid, recorded_at)
    SELECT county, bench.id('00a', n), {_H}, code, date '2021-06-01', {MEMBERS},
           12000 + bench.below(24000, n), 10000 + bench.below(20000, n + 1),
           bench.below(500, n + 2), 1200 + bench.below(6000, n + 3), 2500 + bench.below(3000, n + 4),
           CASE WHEN n % 16 = 1 THEN 3000 ELSE 0 END, CASE WHEN n % 12 = 3 THEN 4000 ELSE 0 END, {_SINCE}
    {_SOME.format(who=_ALL)}
    """,
    """
    INSERT INTO household_standing (county_code, household_id, township_code, area_code, kind, line_id, line, net_per_head, reference_per_head, below,
                                    band, people, gone, computed_at)
    SELECT h.county_code, h.id, h.township_code, h.area_code, h.kind, l.id, l.amount, f.net, f.reference, l.amount > f.reference,
           width_bucket(f.net, bands.bounds), i.people, false, h.registered_at
    FROM household h JOIN household_income i ON i.county_code = h.county_code AND i.household_id = h.id
    CROSS JOIN LATERAL (SELECT i.wage_income + i.production_income + i.property_income + i.transfer_income - i.production_expense AS all_of_it) AS own
    CROSS JOIN LATERAL (SELECT round(own.all_of_it / i.people, 2) AS net,
                               round((own.all_of_it + i.claim_income - i.compliant_self_paid) / i.people, 2) AS reference) AS f
    CROSS JOIN (SELECT string_to_array(value, ',')::numeric[] AS bounds FROM parameter WHERE key = 'income.bands') AS bands
    CROSS JOIN (SELECT id, amount FROM bottom_line WHERE area_code = '5309' ORDER BY effective_from DESC LIMIT 1) AS l
    """,
    f"""
    INSERT INTO monitored_category (county_code, id, household_id, area_code, category, valid_from)
    SELECT county, bench.id('009', n), {_H}, code, (ARRAY['unstable_lifted_out','marginal','sudden_difficulty'])[1 + k / 2 % 3], date '2021-06-01'
    {_SOME.format(who=_MONITORED)}
    """,
    f"""
    INSERT INTO risk_flag (county_code, id, household_id, township_code, area_code, risks, raised_at, due_at, changed_at)
    SELECT county, bench.id('006', n), {_H}, township, code, '["06", "07"]', {_SINCE}, {_DUE}, {_SINCE}
    {_SOME.format(who=_MONITORED)}
    """,
    f"""
    INSERT INTO owed_measure (county_code, id, flag_id, area_code, measure, service, due_at, owed_at, status, task_id, answered_at)
    SELECT county, bench.id(kind, n), bench.id('006', n), code, measure, service, {_DUE}, {_SINCE}, 'opened',
           bench.id('1' || right(kind, 2), n), {_SINCE}
    FROM (VALUES ('007', 'industry_support', 'projects'), ('008', 'employment_support', 'employment')) AS owed (kind, measure, service),
    LATERAL (SELECT * {_SOME.format(who=_MONITORED)}) AS flagged
    """,
    f"""
    INSERT INTO lead (county_code, id, township_code, area_code, household_id, channel, status, hardships, registered_at, registered_by, heard_at,
                      due_at, step_due_at, step_day_kind, risks, case_id, verified_at, verified_by, version)
    SELECT {_PLACE.format(id="bench.id('004', n)")}, {_H}, 'home_visit', CASE WHEN {_LEAD} THEN 'registered' ELSE 'confirmed' END,
           '["job_lost", "illness"]', {_SINCE}, 'village', {_SINCE}, {_DUE}, {_DUE} - interval '5 days', 'workday',
           CASE WHEN {_LEAD} THEN NULL ELSE '["06", "07"]'::jsonb END, CASE WHEN {_LEAD} THEN NULL ELSE bench.id('005', n) END,
           CASE WHEN {_LEAD} THEN NULL ELSE {_SINCE} END, CASE WHEN {_LEAD} THEN NULL ELSE 'village' END, CASE WHEN {_LEAD} THEN 1 ELSE 2 END
    {_SOME.format(who=f"{_LEAD} OR {_CASE} OR {_OURS}")}
    """,
    f"""
    INSERT INTO monitoring_case (county_code, id, household_id, township_code, area_code, status, risks, category, basis, opened_at, due_at,
                                 step_due_at, step_day_kind, appraised_by, reviewed_by, decided_at, flag_id, version)
    SELECT county, bench.id('005', n), {_H}, township, code, CASE WHEN {_CASE} THEN 'reviewed' ELSE 'approved' END, '["06", "07"]', 'marginal',
           '{{}}', {_SINCE}, {_DUE}, {_DUE} - interval '3 days', 'workday', 'village', 'township', CASE WHEN {_OURS} THEN {_NOW} END,
           CASE WHEN {_OURS} THEN bench.id('006', n) END, 6
    {_SOME.format(who=f"{_CASE} OR {_OURS}")}
    """,
)
# $1: households; $2, $3: the pads of the key of indexes.
PEOPLE = (
    f"""
    INSERT INTO person (county_code, id, area_code, name, id_number_index, secrets, content_index, born_on, sex)
    SELECT county, bench.id('002', p), code, name, index, index || index || index, sha256(index), make_date(year, month, day),
           CASE turn % 2 WHEN 1 THEN 'male' ELSE 'female' END
    FROM (
        SELECT *, bench.index($2, $3, bench.id_number(1 + (p % 8)::int, year, month, day, turn)) AS index
        FROM (
            SELECT n, seat, n * {MEMBERS} + seat AS p, 1940 + ((n * {MEMBERS} + seat) / 8 % 60)::int AS year,
                   1 + ((n * {MEMBERS} + seat) / 480 % 12)::int AS month, 1 + ((n * {MEMBERS} + seat) / 5760 % 28)::int AS day,
                   ((n * {MEMBERS} + seat) / 161280)::int AS turn
            FROM generate_series(0, $1::bigint - 1) AS n, generate_series(0, {MEMBERS - 1}) AS seat OFFSET 0
        ) AS counted OFFSET 0
    ) AS drawn
    JOIN bench.village ON place = n % (SELECT count(*) FROM bench.village)
    JOIN bench.name ON family = bench.below({FAMILIES}, n) AND name.seat = drawn.seat
    """,
    f"""
    INSERT INTO membership (county_code, id, household_id, person_id, area_code, relation, labour, valid_from)
    SELECT county, bench.id('003', n * {MEMBERS} + seat), {_H}, bench.id('002', n * {MEMBERS} + seat), code,
           (ARRAY['head','spouse','son','daughter'])[1 + seat], (ARRAY['ordinary','ordinary','weak','none'])[1 + seat], date '2021-06-01'
    FROM generate_series(0, $1::bigint - 1) AS n JOIN bench.village ON place = n % (SELECT count(*) FROM bench.village)
    CROSS JOIN generate_series(0, {MEMBERS - 1}) AS seat
    """,
    """
    INSERT INTO person_directory (id_number_index, county_code, person_id)
    SELECT id_number_index, county_code, id FROM person ORDER BY id_number_index
    """,
)


def names() -> Sequence[str]:
    """Draw the names of families of four, one after the other."""
    rng, drawn = Random(_SEED), list[str]()
    while len(drawn) < FAMILIES * MEMBERS:
        family, style, surname = draw_family(rng), draw_style(rng), draw_surname(rng)
        if len(family) >= MEMBERS:
            drawn += [draw_name(seat, style, surname, rng) for seat in family[:MEMBERS]]
    return drawn


def counts(households: int, villages: int) -> dict[str, int]:
    """Say how many rows of each table there are to be."""

    def of(places: Sequence[int]) -> int:
        whole, rest = divmod(households, villages)
        return villages * sum(k % 8 in places for k in range(whole)) + rest * (whole % 8 in places)

    monitored, ours, case, lead = of((0, 2, 4, 6)), of((0,)), of((3,)), of((1,))
    people = households * MEMBERS
    each = dict.fromkeys(("household", "household_form", "household_income", "household_standing"), households)
    each |= dict.fromkeys(("person", "membership", "person_directory"), people)
    return each | {
        "monitored_category": monitored,
        "risk_flag": monitored,
        "owed_measure": monitored * 2,
        "lead": lead + case + ours,
        "monitoring_case": case + ours,
    }
