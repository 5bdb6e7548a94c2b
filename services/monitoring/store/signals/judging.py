"""The rows that count of everybody whom a slice touches, held against the rules in force on their effective days.

All rows of a person in the group are judged together, those kept before and those that come in: so what comes of them does not depend on the order
in which they came. The nearest area's version of each rule is in force, the latest whose day has come, unless it has ended.
"""

from collections.abc import Sequence

from sqlalchemy import ARRAY, LargeBinary, bindparam, text

from services.monitoring.store.leads.leads import BY_URGENCY
from services.monitoring.store.signals.slices import Batch, asked_of
from shared.database.columns import CODE
from shared.database.transaction import Transaction

SPANS = """
    span AS MATERIALIZED (
        SELECT r.code, r.kind, r.area_code, r.population, r.field, r.operator, r.value, r.base, r.grade, r.hardship, r.document_number,
               r.effective_from AS since,
               least(r.effective_to, lead(r.effective_from) OVER (PARTITION BY r.area_code, r.code ORDER BY r.effective_from)) AS until
        FROM signal_rule r WHERE r.county_code = ANY(:law) AND r.kind = ANY(:kinds)
    )
"""
# Each base, the year from whose rows on it is the latest, and the days between which it is in force: this year's rows are held against last year's
# income.
BASES = """
    based AS MATERIALIZED (
        SELECT CAST('bottom_line' AS text) AS base, area_code, year AS from_year, effective_from AS since, amount,
               lead(effective_from) OVER (PARTITION BY area_code, year ORDER BY effective_from) AS until
        FROM bottom_line WHERE county_code = ANY(:law)
        UNION ALL
        SELECT figure, area_code, year + 1, effective_from, amount,
               lead(effective_from) OVER (PARTITION BY figure, area_code, year ORDER BY effective_from)
        FROM base_figure WHERE county_code = ANY(:law)
    )
"""


def base_of(row: str, rule: str) -> str:
    """Write what a ratio is of, for a row with a place and an effective day; one of no base is itself."""
    return f"""CASE WHEN {rule}.base IS NULL THEN 1 ELSE (
        SELECT b.amount FROM based b
        WHERE b.base = {rule}.base AND starts_with({row}.area_code, b.area_code) AND b.from_year <= extract(year FROM {row}.effective_on)
          AND b.since <= {row}.effective_on AND (b.until IS NULL OR {row}.effective_on < b.until)
        ORDER BY b.from_year DESC, length(b.area_code) DESC LIMIT 1
    ) END"""


def holds(row: str, rule: str) -> str:
    """Write whether a rule holds of a row with its facts, and those of the row before it on the same list."""
    said, limit = f"{row}.facts ->> {rule}.field", f"CAST({rule}.value AS numeric) * ({base_of(row, rule)})"
    return f"""coalesce(CASE {rule}.operator
        WHEN 'any' THEN true
        WHEN 'at_least' THEN CAST({said} AS numeric) >= {limit}
        WHEN 'more_than' THEN CAST({said} AS numeric) > {limit}
        WHEN 'at_most' THEN CAST({said} AS numeric) <= {limit}
        WHEN 'less_than' THEN CAST({said} AS numeric) < {limit}
        WHEN 'among' THEN {said} = ANY(string_to_array({rule}.value, ','))
        WHEN 'changed_to' THEN {said} = {rule}.value AND {row}.before ->> {rule}.field IS DISTINCT FROM {rule}.value
        WHEN 'equals' THEN CASE WHEN {said} ~ '^[0-9]+([.][0-9]+)?$' AND {rule}.value ~ '^[0-9]+([.][0-9]+)?$'
                                THEN CAST({said} AS numeric) = CAST({rule}.value AS numeric) ELSE {said} = {rule}.value END
    END, false)"""


_TOUCH = text("""
    INSERT INTO signal_touched
    SELECT person_index FROM signal_decided WHERE is_latest
    UNION
    SELECT d.person_index FROM signal_decided n, LATERAL (
        SELECT person_index FROM department_row
        WHERE county_code = :county AND kind = :kind AND source_number = n.source_number AND is_latest OFFSET 0
    ) d WHERE n.is_latest
""").bindparams(bindparam("kind", type_=CODE))
_TOUCH_THESE = text("INSERT INTO signal_touched SELECT DISTINCT i FROM unnest(:indexes) AS i").bindparams(
    bindparam("indexes", type_=ARRAY(LargeBinary))
)
_JUDGE = text(f"""
    INSERT INTO signal_judged
    WITH counting AS MATERIALIZED (
        SELECT n.id, true AS is_new, CAST(:kind AS text) COLLATE "C" AS kind, n.source_number, n.person_index, n.area_code AS village,
               n.effective_on, n.facts, NULL AS judgement, NULL AS rule_code, NULL AS rule_document
        FROM signal_decided n WHERE n.is_latest
        UNION ALL
        SELECT d.id, false, d.kind, d.source_number, d.person_index, d.village, d.effective_on, d.facts, d.judgement, d.rule_code, d.rule_document
        FROM signal_touched t, LATERAL (
            SELECT id, kind, source_number, person_index, village, effective_on, facts, judgement, rule_code, rule_document FROM department_row
            WHERE county_code = :county AND person_index = t.person_index AND is_latest OFFSET 0
        ) d
        WHERE d.kind = ANY(:kinds)
          AND NOT EXISTS (SELECT FROM signal_decided n WHERE n.is_latest AND n.source_number = d.source_number AND d.kind = :kind)
    ), home AS MATERIALIZED (
        SELECT h.* FROM (SELECT array_agg(person_index) AS indexes FROM signal_touched) i, homes_of(i.indexes) h
    ), placed AS MATERIALIZED (
        SELECT c.*, h.household_id, coalesce(h.area_code, c.village) AS area_code, e.person_index IS NOT NULL AS elsewhere,
               coalesce(h.kind, 'general') AS household_kind, coalesce(h.status = 'monitored', false) AS is_monitored,
               lag(c.facts) OVER (PARTITION BY c.kind, c.person_index ORDER BY c.effective_on, c.source_number) AS before
        FROM counting c
        LEFT JOIN home h ON h.person_index = c.person_index AND h.county_code = :county
        LEFT JOIN home e ON e.person_index = c.person_index AND e.county_code <> :county
    ), {SPANS}, {BASES}, applied AS (
        SELECT p.id, r.code, r.document_number, r.grade, r.hardship, {holds("p", "r")} AS holds
        FROM placed p CROSS JOIN LATERAL (
            SELECT DISTINCT ON (s.code) s.* FROM span s
            WHERE s.kind = p.kind AND starts_with(p.area_code, s.area_code) AND s.since <= p.effective_on
              AND (s.until IS NULL OR p.effective_on < s.until)
            ORDER BY s.code, length(s.area_code) DESC
        ) r
        WHERE r.population IN ('any', p.household_kind) OR (r.population = 'monitored' AND p.is_monitored)
    ), verdict AS MATERIALIZED (
        SELECT DISTINCT ON (a.id) a.* FROM applied a
        ORDER BY a.id, a.holds DESC, array_position({BY_URGENCY}, a.grade), a.code
    ), told AS (
        SELECT p.*, v.code, v.document_number, v.grade, v.hardship,
               CASE WHEN p.kind <> ALL(:calling) THEN 'kept'
                    WHEN p.facts IS NULL THEN p.judgement
                    WHEN v.holds THEN 'called'
                    WHEN v.id IS NOT NULL THEN 'not_met'
                    ELSE 'no_rule' END AS becomes
        FROM placed p LEFT JOIN verdict v ON v.id = p.id
    )
    SELECT id, is_new, kind, source_number, person_index, effective_on, household_id, area_code, elsewhere, becomes,
           CASE WHEN becomes = 'called' THEN CASE WHEN facts IS NULL THEN rule_code ELSE code END END,
           CASE WHEN becomes = 'called' THEN CASE WHEN facts IS NULL THEN rule_document ELSE document_number END END,
           CASE WHEN becomes = 'called' THEN grade END, coalesce(CASE WHEN becomes = 'called' THEN hardship END, :hardship)
    FROM told
""").bindparams(
    bindparam("kind", type_=CODE),
    bindparam("hardship", type_=CODE),
    *(bindparam(name, type_=ARRAY(CODE)) for name in ("law", "kinds", "calling")),
)


async def touch(batch: Batch, tx: Transaction) -> None:
    """Name whom new rows are about, and whom those were about that they replace."""
    await tx.execute(_TOUCH, batch.values(tx))


async def touch_these(indexes: Sequence[bytes], tx: Transaction) -> None:
    """Name people whose rows are to be judged again."""
    await tx.execute(_TOUCH_THESE, {"indexes": list(indexes)})


async def judge(county: str, group: str, tx: Transaction, *, kind: str = "") -> None:
    """Judge all rows that count of whom was touched.

    :param kind: of the rows that come in, if any do.
    """
    await tx.execute(_JUDGE, asked_of(county, group, tx) | {"kind": kind})
