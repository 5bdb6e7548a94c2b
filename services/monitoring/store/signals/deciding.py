"""What becomes of each row of a slice: new, a correction, known, or refused. Of one record the highest revision counts, whichever came first.

What the same job, or the same request, kept before is not known: a row's outcome does not depend on how a file is cut into slices.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, text

from services.monitoring.store.signals.slices import Batch, ask
from shared.database.columns import CODE
from shared.database.jobs import results
from shared.database.jobs.results import telling
from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId
from shared.kernel.sheets import Outcome

_TWICE = text("""
    INSERT INTO import_fault (county_code, job_id, row, field, code)
    SELECT county_code, job_id, row, 'source_number', CASE WHEN differ THEN 'number_twice' ELSE 'repeats' END FROM (
        SELECT county_code, job_id, row, first_value(content_index) OVER same <> last_value(content_index) OVER same AS differ,
               row_number() OVER same > 1 AS repeats
        FROM import_row WHERE county_code = ANY(:counties) AND job_id = :job AND faults IS NULL
        WINDOW same AS (
            PARTITION BY fields ->> 'source_number', coalesce(fields ->> 'revision', '1') ORDER BY content_index, row
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
    ) AS compared WHERE differ OR repeats
    ON CONFLICT DO NOTHING
""")
_DECIDE = text("""
    INSERT INTO signal_decided
    WITH kept AS MATERIALIZED (
        SELECT s.row, k.* FROM signal_slice s, LATERAL (
            SELECT coalesce(max(revision), 0) AS highest, max(revision) FILTER (WHERE job_id IS DISTINCT FROM :batch) AS before,
                   coalesce(bool_or(id = s.id), false) AS known,
                   coalesce(bool_or(id = s.id AND job_id IS DISTINCT FROM :batch), false) AS known_before,
                   coalesce(bool_or(id = s.id AND content_index <> s.content_index), false) AS used
            FROM department_row WHERE county_code = :county AND kind = :kind AND source_number = s.source_number OFFSET 0
        ) k
    ), judged AS MATERIALIZED (
        SELECT k.*, s.revision, s.source_number, s.repeats,
               coalesce(s.faults, '[]')
               || CASE WHEN s.faults IS NULL AND a.code IS NULL THEN jsonb '[["village", "no_such_village"]]' ELSE '[]' END
               || CASE WHEN s.effective_on > :today THEN jsonb_build_array(jsonb_build_array(:day, 'day_ahead')) ELSE '[]' END
               || CASE WHEN s.revision < 1 THEN jsonb '[["revision", "revision"]]' ELSE '[]' END
               || CASE WHEN k.used THEN jsonb '[["source_number", "source_number_used"]]' ELSE '[]' END AS row_faults
        FROM signal_slice s JOIN kept k ON k.row = s.row
        LEFT JOIN area a ON a.code = s.area_code AND a.level = 'village' AND a.valid_from <= :today AND (a.valid_to IS NULL OR a.valid_to > :today)
    ), told AS MATERIALIZED (
        SELECT j.*, j.row_faults = '[]' AND NOT j.repeats AND NOT j.known AS is_new,
               max(j.revision) FILTER (WHERE j.row_faults = '[]') OVER (PARTITION BY j.source_number) AS highest_here
        FROM judged j
    )
    SELECT s.row, s.area_code, s.id, s.revision, s.source_number, s.person_index, s.content_index, s.secrets, s.effective_on, s.reported_at,
           s.facts, s.repeats, CASE WHEN t.row_faults <> '[]' THEN t.row_faults END,
           CASE WHEN t.row_faults <> '[]' THEN 'refused'
                WHEN t.known_before OR t.repeats THEN 'unchanged'
                WHEN t.before IS NULL THEN 'created'
                WHEN t.revision > t.before THEN 'updated'
                ELSE 'unchanged' END,
           t.is_new, t.is_new AND t.revision > t.highest AND t.revision = t.highest_here
    FROM told t JOIN signal_slice s ON s.row = t.row
""").bindparams(bindparam("day", type_=CODE), bindparam("kind", type_=CODE))
_TELL = telling("SELECT row, area_code, outcome, faults, CASE WHEN outcome <> 'refused' THEN id END FROM signal_decided")
_DECIDED = text("SELECT row, outcome, faults, id FROM signal_decided ORDER BY row")


async def note_repeated(job_id: JobId, tx: Transaction) -> None:
    """Find numbers that stand in a file more than once under one revision: those that say different things, and those that repeat each other."""
    await tx.execute(_TWICE, {"counties": tx.counties, "job": job_id})


async def decide(batch: Batch, tx: Transaction) -> None:
    """Say what becomes of each row, and what is wrong with it."""
    await ask(_DECIDE, batch, tx, day=batch.kind.day)


async def tell(job_id: JobId, tx: Transaction) -> Mapping[Outcome, int]:
    """Write down what became of the rows of a file, and count it."""
    return await results.tell(_TELL, job_id, tx)


async def decided(tx: Transaction) -> Sequence[Row[Any]]:
    """List what became of the rows of a request."""
    return (await tx.execute(_DECIDED)).all()
