from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, TextClause, Uuid, bindparam, text

from shared.database.jobs.slices import repeated
from shared.database.transaction import Transaction
from shared.kernel.jobs import JobId

_MEMBERS = text("""
    SELECT m.household_id, m.labour, p.id, p.name, p.born_on, p.id_number_index FROM membership m
    JOIN person p ON p.county_code = m.county_code AND p.id = m.person_id
    WHERE m.county_code = :county AND m.household_id = ANY(:households) AND m.valid_to IS NULL
""").bindparams(bindparam("households", type_=ARRAY(Uuid)))
_SAME_HOUSEHOLD = ("county_code", "fields ->> 'household_number'")
_HOUSEHOLDS_TWICE = (repeated("household_number", *_SAME_HOUSEHOLD),)
_PEOPLE_TWICE = (
    repeated("id_number", *_SAME_HOUSEHOLD, "person_index", among="faults IS NULL AND person_index IS NOT NULL"),
    repeated("person", *_SAME_HOUSEHOLD, "fields ->> 'person'", among="faults IS NULL AND fields ->> 'person' IS NOT NULL"),
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
