"""What is done about files whose time has come."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from shared.database.jobs.asked import HOMES
from shared.database.transaction import Transaction
from shared.files.store import FileStore
from shared.kernel.areas import LINCANG
from shared.service.working.worker import Duty

EVERY = timedelta(minutes=10)
_AT_ONCE = 20_000
_ORPHAN_AFTER = timedelta(days=1)

_OUTLIVED = "keep_until < :now AND finished_at IS NOT NULL"
_NAMED = text(f"SELECT id, {_OUTLIVED} AS outlived FROM job WHERE county_code = ANY(:homes) AND id = ANY(:ids)")
_ROWS = {
    table: text(f"""
        DELETE FROM {table} WHERE ctid IN (
            SELECT r.ctid FROM job j JOIN {table} r ON r.county_code = ANY(:counties) AND r.job_id = j.id
            WHERE j.county_code = ANY(:homes) AND {_OUTLIVED} LIMIT {_AT_ONCE})
    """)
    for table in ("import_row", "import_fault", "job_result", "job_item")
}


def forget_files(files: FileStore) -> Duty:
    """Delete files, stages and results of rows that were kept long enough, and files that no job names.

    Once for all counties: of a job of the prefecture the rows lie in every county, and only who sees all can tell that no job names a file.
    """

    async def work(tx: Transaction) -> None:
        if tx.actor.area != LINCANG:
            return
        there, old = await asyncio.to_thread(_look, files, tx.real_now)
        named = {row.id: row.outlived for row in await tx.execute(_NAMED, {"homes": HOMES, "ids": there, "now": tx.real_now})}
        for question in _ROWS.values():
            await tx.execute(question, {"homes": HOMES, "counties": tx.counties, "now": tx.real_now})
        for id in there:
            if named.get(id, id in old):
                await files.delete(id)

    return Duty(name="forget_files", every=EVERY, work=work)


def _look(files: FileStore, now: datetime) -> tuple[Sequence[UUID], set[UUID]]:
    """Find all files that are there whole, and those that are old enough to be nobody's."""
    return list(files.older_than(now)), set(files.older_than(now - _ORPHAN_AFTER))
