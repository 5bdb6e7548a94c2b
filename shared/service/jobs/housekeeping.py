"""What is done about files whose time has come."""

from datetime import timedelta

from sqlalchemy import text

from shared.database.transaction import Transaction
from shared.files.store import FileStore
from shared.service.worker import Duty

EVERY = timedelta(minutes=10)
_AT_ONCE = 20_000
_ORPHAN_AFTER = timedelta(days=1)

# Of a job of the prefecture the rows lie in every county: the prefecture's turn deletes them all.
_OUTLIVED = text("SELECT id FROM job WHERE county_code = :county AND keep_until < :now AND finished_at IS NOT NULL ORDER BY keep_until LIMIT 1000")
_NAMED = text("SELECT id FROM job WHERE id = ANY(:ids)")
_ROWS = {
    table: text(
        f"DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM {table} WHERE county_code = ANY(:counties) AND job_id = ANY(:jobs) LIMIT {_AT_ONCE})"
    )
    for table in ("import_row", "import_fault", "job_result")
}


def forget_files(files: FileStore) -> Duty:
    """Delete files, stages and results of rows that were kept long enough, and files that no job names."""

    async def work(tx: Transaction) -> None:
        outlived = list((await tx.execute(_OUTLIVED, {"county": tx.actor.scope.county, "now": tx.real_now})).scalars())
        for question in _ROWS.values():
            await tx.execute(question, {"counties": tx.counties, "jobs": outlived})
        for job_id in outlived:
            await files.delete(job_id)
        old = list(files.older_than(tx.real_now - _ORPHAN_AFTER))
        named = set((await tx.execute(_NAMED, {"ids": old})).scalars())
        # Only who sees all counties can tell that no job names a file.
        for orphan in set(old) - named if len(tx.counties) > 1 else ():
            await files.delete(orphan)

    return Duty(name="forget_files", every=EVERY, work=work)
