from typing import Any

from services.monitoring.domain.income import AMOUNTS
from shared.database.transaction import Transaction
from shared.kernel.jobs import Part
from shared.kernel.workdays import local_day

FIELDS = f"""
    household_number text, relation text, labour text, kind text, people int, phone text, person uuid, net_income numeric,
    {", ".join(f"{each} numeric" for each in AMOUNTS)}
"""
SLICE = f"""
    slice AS MATERIALIZED (
        SELECT s.unit, s.row, s.area_code, s.unit_id, s.record_id, s.person_index, s.name, s.content_index, s.faults AS cell_faults, f.*
        FROM import_row s, LATERAL jsonb_to_record(s.fields) AS f ({FIELDS})
        WHERE s.county_code = :county AND s.job_id = :job AND s.unit > :after AND s.unit <= :upto
    )
"""
# The rows that something comes of, each with its household.
TAKEN = f"""
    WITH {SLICE}, taken AS MATERIALIZED (
        SELECT s.*, r.outcome, r.subject_id FROM slice s
        JOIN job_result r ON r.county_code = :county AND r.job_id = :job AND r.row = s.row AND r.outcome IN ('created', 'updated')
    )
"""


def values_of(part: Part, tx: Transaction) -> dict[str, Any]:
    """Give what the questions about a slice ask by."""
    return {
        "county": tx.actor.scope.county,
        "job": part.job.id,
        "after": part.after,
        "upto": part.upto,
        "strategy": part.strategy,
        "now": tx.now,
        "today": local_day(tx.now),
    }
