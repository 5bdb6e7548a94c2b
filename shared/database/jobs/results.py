"""What became of the rows of a slice, kept where the slice is kept.

Promises: one result for each row, the last one told; a row that is told of again, because a file that was tried is taken, has the later one.
Not for reading them: that is `Jobs.results`.
"""

from typing import Any

from sqlalchemy import TextClause, text

from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId
from shared.kernel.sheets import Outcome


def telling(decided: str) -> TextClause:
    """Write the statement that keeps and counts the results of a slice.

    :param decided: selects `row, area_code, outcome, faults, subject_id` of its rows.
    """
    keep = f"""
        INSERT INTO job_result (county_code, job_id, row, area_code, outcome, faults, subject_id)
        SELECT :county, :job, decided.* FROM ({decided}) AS decided
        ON CONFLICT (county_code, job_id, row) DO UPDATE SET outcome = excluded.outcome, faults = excluded.faults, subject_id = excluded.subject_id
        RETURNING outcome
    """
    return text(f"WITH told AS ({keep}) SELECT outcome, count(*)::int AS rows FROM told GROUP BY 1")


async def tell(results: TextClause, job_id: JobId, tx: Transaction, **asked: Any) -> dict[Outcome, int]:
    """Keep what became of the rows of a slice in the transaction's county; count it.

    :param asked: what else the question of what became of them asks by.
    """
    return {Outcome(row.outcome): row.rows for row in await tx.execute(results, {"county": tx.actor.scope.county, "job": job_id, **asked})}
