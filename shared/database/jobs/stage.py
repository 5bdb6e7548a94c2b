"""The stage: rows of a file as they were read, before they are anything else.

Promises: a row staged again, by whoever resumes, is the same row; what lies here is sealed as it will be kept.
Does not promise that it outlives a crash of the database: then the file is read again.
Not for requests: only workers may touch it, and no policy guards it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, text

from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What is staged of a row's secrets, sealed as it will be kept for the thing that the row would make."""

    record_id: UUID
    person_index: bytes | None = None
    secrets: bytes | None = None
    content_index: bytes | None = None
    note: bytes | None = None


COLUMNS = (
    "county_code",
    "job_id",
    "unit",
    "row",
    "area_code",
    "unit_id",
    "record_id",
    "person_index",
    "name",
    "secrets",
    "content_index",
    "note",
    "fields",
    "faults",
)

_EMPTY = text("DELETE FROM import_row WHERE county_code = ANY(:counties) AND job_id = :job")
_EMPTY_FAULTS = text("DELETE FROM import_fault WHERE county_code = ANY(:counties) AND job_id = :job")
_SIZES = text("SELECT county_code, count(*)::int AS rows FROM import_row WHERE county_code = ANY(:counties) AND job_id = :job GROUP BY 1 ORDER BY 1")
_LAST = text("SELECT coalesce(max(row), 0) FROM import_row WHERE county_code = ANY(:counties) AND job_id = :job")
_SLICE = text("""
    SELECT max(unit) FROM (
        SELECT unit FROM import_row WHERE county_code = :county AND job_id = :job AND unit > :after ORDER BY unit, row LIMIT :at_most
    ) AS next
""").bindparams(bindparam("at_most", type_=Integer()))


def row_id(job_id: JobId, row: int, kind: int) -> UUID:
    """Give the id of a thing that a row makes: of the job's own time, so that new ids sort together, and the same each time the row is read.

    :param kind: 0 to 15, which of the things of one row.
    """
    low = (row << 4 | kind) & 0xFFFFFFFFF
    return UUID(int=job_id.int & ~0xFFFFFFFFF | low)


async def put(rows: Sequence[Sequence[Any]], tx: Transaction) -> None:
    """Stage rows in the order of `COLUMNS`."""
    await tx.copy("import_row", COLUMNS, rows)


async def clear(job_id: JobId, tx: Transaction) -> None:
    """Empty a job's stage."""
    for question in (_EMPTY, _EMPTY_FAULTS):
        await tx.execute(question, {"counties": tx.counties, "job": job_id})


async def sizes(job_id: JobId, tx: Transaction) -> Mapping[str, int]:
    """Count the staged rows of each county."""
    return {row.county_code: row.rows for row in await tx.execute(_SIZES, {"counties": tx.counties, "job": job_id})}


async def last_row(job_id: JobId, tx: Transaction) -> int:
    """Say up to which row of the file is staged."""
    return (await tx.execute(_LAST, {"counties": tx.counties, "job": job_id})).scalar_one()


async def next_slice(job_id: JobId, tx: Transaction, *, after: int, rows: int) -> int | None:
    """Find up to which unit a slice of about so many rows reaches, in the transaction's county."""
    asked = {"county": tx.actor.scope.county, "job": job_id, "after": after, "at_most": rows}
    return (await tx.execute(_SLICE, asked)).scalar()
