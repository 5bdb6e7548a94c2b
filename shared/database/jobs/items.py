"""The things that a job decides, one row each, as they were asked for; and what became of each of them.

Promises: an item keeps its number, and what is said of it alone lies sealed; what became of a slice commits with the slice.
Does not promise that an item names anything: whoever decides finds out.
Not for rows of a file: those are staged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Integer, Uuid, bindparam, text

from shared.database.jobs.results import tell, telling
from shared.database.jobs.stage import row_id
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTY
from shared.kernel.jobs import Job
from shared.kernel.sheets import Outcome

_OWN = "job_item"
_PUT = text("""
    INSERT INTO job_item (county_code, job_id, row, area_code, subject_id, expected, own)
    SELECT n.county_code, :job, n.row, n.area_code, n.subject_id, n.expected, n.own
    FROM unnest(CAST(:counties AS text[]), CAST(:rows AS int[]), CAST(:areas AS text[]), CAST(:subjects AS uuid[]), CAST(:expected AS int[]),
                CAST(:owns AS bytea[])) AS n (county_code, row, area_code, subject_id, expected, own)
""")
_SIZES = text("SELECT county_code, count(*)::int AS items FROM job_item WHERE county_code = ANY(:counties) AND job_id = :job GROUP BY 1 ORDER BY 1")
_NEXT = text("""
    SELECT row, area_code, subject_id, expected, own FROM job_item
    WHERE county_code = :county AND job_id = :job AND row > :after ORDER BY row LIMIT :at_most
""").bindparams(bindparam("after", type_=Integer()), bindparam("at_most", type_=Integer()), bindparam("job", type_=Uuid()))
_TELL = telling("""
    SELECT row, area_code, outcome, CAST(faults AS jsonb), subject_id
    FROM unnest(CAST(:rows AS int[]), CAST(:areas AS text[]), CAST(:outcomes AS text[]), CAST(:faults AS text[]), CAST(:subjects AS uuid[]))
      AS r (row, area_code, outcome, faults, subject_id)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to be decided.

    :param row: its number in what was asked, from 1.
    :param expected: the version that the asker saw.
    :param own: what is said of it alone, over what is said of all.
    """

    row: int
    subject_id: UUID
    expected: int
    own: Mapping[str, Any]
    area_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """What became of an item; each fault is `[field, code, Chinese, English]`."""

    item: Item
    outcome: Outcome
    faults: Sequence[Sequence[str | None]] = ()


async def put(job: Job, items: Sequence[Item], tx: Transaction, *, counties: Sequence[str]) -> None:
    """Keep the items of a job that is being asked for, each in its county, inside the asker's area."""
    own = [tx.vault.seal(dict(item.own), table=_OWN, row=row_id(job.id, item.row, 0)) if item.own else None for item in items]
    columns = {
        "counties": list(counties),
        "rows": [item.row for item in items],
        "areas": [job.area_code if len(job.area_code) >= COUNTY else county for county in counties],
        "subjects": [item.subject_id for item in items],
        "expected": [item.expected for item in items],
        "owns": own,
    }
    await tx.execute(_PUT, {"job": job.id, **columns})


async def sizes(job: Job, tx: Transaction) -> Mapping[str, int]:
    """Count a job's items in each county."""
    return {row.county_code: row.items for row in await tx.execute(_SIZES, {"counties": tx.counties, "job": job.id})}


async def next_slice(job: Job, tx: Transaction, *, after: int, at_most: int) -> list[Item]:
    """Read the next items in the transaction's county."""
    asked = {"county": tx.actor.scope.county, "job": job.id, "after": after, "at_most": at_most}
    return [
        Item(
            row=row.row,
            subject_id=row.subject_id,
            expected=row.expected,
            own=tx.vault.open(row.own, table=_OWN, row=row_id(job.id, row.row, 0)) if row.own else {},
            area_code=row.area_code,
        )
        for row in await tx.execute(_NEXT, asked)
    ]


async def told(job: Job, results: Sequence[ItemResult], tx: Transaction) -> Mapping[Outcome, int]:
    """Keep what became of a slice in the transaction's county; count it."""
    columns = {
        "rows": [each.item.row for each in results],
        "areas": [each.item.area_code for each in results],
        "outcomes": [str(each.outcome) for each in results],
        "faults": [orjson.dumps([list(fault) for fault in each.faults]).decode() if each.faults else None for each in results],
        "subjects": [each.item.subject_id for each in results],
    }
    return await tell(_TELL, job.id, tx, **columns)
