from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, TextClause, text

from shared.database.jobs.results import tell, telling
from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId, Part
from shared.kernel.sheets import Outcome

# A slice is read, decided and held against the rules once, in tables that this session alone sees and that each commit empties. Their size the
# planner can see, whatever it knows of the tables that everybody shares.
BEGIN = text("""
    DO $do$ BEGIN
        CREATE TEMP TABLE IF NOT EXISTS list_slice (
            row int, area_code text COLLATE "C", record_id uuid, person_index bytea, content_index bytea, secrets bytea, fields jsonb,
            cell_faults jsonb, source_number text
        ) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS list_decided (LIKE list_slice, outcome text, row_faults jsonb) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS list_led (
            area_code text COLLATE "C", record_id uuid, person_index bytea, content_index bytea, secrets bytea, source_number text,
            household_id uuid, lead_area text COLLATE "C", elsewhere boolean, rule_document text, lead_id uuid
        ) ON COMMIT DELETE ROWS;
        TRUNCATE list_slice, list_decided, list_led;
    END $do$
""")
_FILL = text("""
    INSERT INTO list_slice
    SELECT s.row, s.area_code, s.record_id, s.person_index, s.content_index, s.secrets, s.fields, s.faults, s.fields ->> 'source_number'
    FROM import_row s WHERE s.county_code = :county AND s.job_id = :job AND s.unit > :after AND s.unit <= :upto
""")
_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:list, 0))")
_TWICE = text("""
    INSERT INTO import_fault (county_code, job_id, row, field, code)
    SELECT county_code, job_id, row, 'source_number', 'number_twice' FROM (
        SELECT county_code, job_id, row, count(*) OVER (PARTITION BY fields ->> 'source_number') AS times FROM import_row
        WHERE county_code = ANY(:counties) AND job_id = :job AND faults IS NULL
    ) AS counted WHERE times > 1
    ON CONFLICT DO NOTHING
""")
_DECIDE = text("""
    INSERT INTO list_decided
    WITH of_file AS MATERIALIZED (
        SELECT f.row, jsonb_agg(jsonb_build_array(f.field, f.code)) AS faults FROM import_fault f
        WHERE f.county_code = :county AND f.job_id = :job
          AND f.row BETWEEN (SELECT min(row) FROM list_slice) AND (SELECT max(row) FROM list_slice)
        GROUP BY f.row
    ), judged AS (
        SELECT s.row, d.id IS NOT NULL AS known,
               coalesce(s.cell_faults, '[]') || coalesce(t.faults, '[]')
               || CASE WHEN s.cell_faults IS NULL AND a.code IS NULL THEN jsonb '[["village", "no_such_village"]]' ELSE '[]' END
               || CASE WHEN d.content_index <> s.content_index THEN jsonb '[["source_number", "source_number_used"]]' ELSE '[]' END AS row_faults
        FROM list_slice s
        LEFT JOIN department_row d ON d.county_code = :county AND d.id = s.record_id
        LEFT JOIN area a ON a.code = s.area_code AND a.level = 'village' AND a.valid_to IS NULL
        LEFT JOIN of_file t ON t.row = s.row
    )
    SELECT s.*, CASE WHEN row_faults <> '[]' THEN 'refused' WHEN known THEN 'unchanged' ELSE 'created' END,
           CASE WHEN row_faults <> '[]' THEN row_faults END
    FROM judged JOIN list_slice s ON s.row = judged.row
""")
_TELL = telling("SELECT row, area_code, outcome, row_faults, CASE WHEN outcome <> 'refused' THEN record_id END FROM list_decided")


async def note_repeated(job_id: JobId, tx: Transaction) -> None:
    """Find numbers that stand in a file more than once."""
    await tx.execute(_TWICE, {"counties": tx.counties, "job": job_id})


async def hold(kind: str, tx: Transaction) -> None:
    """Keep others from loading a list of a kind into this county until this act ends: two rows of one person must not open two leads."""
    await tx.execute(_HOLD, {"list": f"{tx.actor.scope.county}/{kind}"})


async def decide(part: Part, tx: Transaction) -> Mapping[Outcome, int]:
    """Say what becomes of each row of a slice, and what is wrong with it; count what became of them."""
    await tx.execute(BEGIN)
    for question in (_FILL, _DECIDE):
        await asked(question, part, tx)
    return await tell(_TELL, part.job.id, tx)


async def asked(question: TextClause, part: Part, tx: Transaction, **more: Any) -> CursorResult[Any]:
    """Ask about a slice."""
    about = {"county": tx.actor.scope.county, "job": part.job.id, "after": part.after, "upto": part.upto, "now": tx.now, "person": tx.actor.id}
    return await tx.execute(question, about | more)
