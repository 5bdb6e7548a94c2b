from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, TextClause, Uuid, bindparam, text

from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId

_MEMBERS = text("""
    SELECT m.household_id, m.labour, p.id, p.name, p.born_on, p.id_number_index FROM membership m
    JOIN person p ON p.county_code = m.county_code AND p.id = m.person_id
    WHERE m.county_code = :county AND m.household_id = ANY(:households) AND m.valid_to IS NULL
""").bindparams(bindparam("households", type_=ARRAY(Uuid)))


def _repeated(field: str, same: str, among: str = "true") -> TextClause:
    """Write the question for rows of a file that are about the same."""
    return text(f"""
        INSERT INTO import_fault (county_code, job_id, row, field, code)
        SELECT county_code, job_id, row, '{field}', 'twice_in_file' FROM (
            SELECT county_code, job_id, row, count(*) OVER (PARTITION BY county_code, fields ->> 'household_number', {same}) AS times
            FROM import_row WHERE county_code = ANY(:counties) AND job_id = :job AND faults IS NULL AND {among}
        ) AS counted WHERE times > 1
        ON CONFLICT DO NOTHING
    """)


_HOUSEHOLDS_TWICE = (_repeated("household_number", "true"),)
_PEOPLE_TWICE = (
    _repeated("id_number", "person_index", "person_index IS NOT NULL"),
    _repeated("person", "fields ->> 'person'", "fields ->> 'person' IS NOT NULL"),
)


async def note_repeated_households(job_id: JobId, tx: Transaction) -> None:
    """Find households that stand in a file more than once."""
    await _note(_HOUSEHOLDS_TWICE, job_id, tx)


async def note_repeated_people(job_id: JobId, tx: Transaction) -> None:
    """Find people who stand in a file more than once by number or by id; whom two rows name otherwise shows in their slice."""
    await _note(_PEOPLE_TWICE, job_id, tx)


async def members_of(households: Sequence[UUID], tx: Transaction) -> Mapping[UUID, Sequence[Any]]:
    """Load who lives in households."""
    found: dict[UUID, list[Any]] = {}
    for row in await tx.execute(_MEMBERS, {"county": tx.actor.scope.county, "households": list(households)}):
        found.setdefault(row.household_id, []).append(row)
    return found


async def _note(questions: Sequence[TextClause], job_id: JobId, tx: Transaction) -> None:
    for question in questions:
        await tx.execute(question, {"counties": tx.counties, "job": job_id})
