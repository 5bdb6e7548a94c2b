"""Find out whom those without an ID number might be (R52, plan ch.3 s.3): when they are registered, and county by county when an officer asks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.register.duplicates import give_way, likeness
from services.monitoring.domain.register.people import sex_of
from services.monitoring.domain.register.search import end_of
from services.monitoring.store import law
from services.monitoring.store.register import duplicates
from services.monitoring.usecases.files.due_dates import due_in
from shared.database.transaction import Transaction
from shared.kernel.areas import TOWNSHIP, county_of
from shared.kernel.ids import derived_id
from shared.kernel.jobs import Job, Taken
from shared.kernel.people import IdNumber
from shared.kernel.sheets import Outcome

AT_ONCE = 100
"""How many people without an ID number are compared in one slice of a search."""

_READ_AT_ONCE = 2_000


async def find_duplicates(village: str, person_ids: Sequence[UUID], tx: Transaction) -> int:
    """Compare people of a village who have no ID number with those of their county; say how many pairs are new.

    :raises ParameterMissing: how alike they must be, or until when it is decided, is not in force; likewise CalendarMissing.
    """
    if not person_ids:
        return 0
    county = county_of(village)
    return await _compare(await duplicates.these_without_number(person_ids, county, tx), county, tx)


async def to_compare(_: Job, tx: Transaction) -> int:
    """Count whom a search in a county has to compare."""
    return await duplicates.count_without_number(tx)


async def compare_some(_: Job, tx: Transaction, taken: int) -> Taken:
    """Compare the next people of a county after so many slices; say what came of it, and whether there are more.

    Who was registered before days of birth were kept gets the day that the ID number says first, a part of them in each slice.
    """
    unread = await duplicates.unread(tx, at_most=_READ_AT_ONCE)
    if unread:
        await _read(unread, tx)
    people = await duplicates.without_number(tx, before=taken * AT_ONCE, at_most=AT_ONCE)
    found = await _compare(people, tx.actor.scope.county, tx)
    return Taken(counts={Outcome.CREATED: found}, more=len(people) == AT_ONCE or len(unread) == _READ_AT_ONCE)


async def _compare(people: Sequence[Row[Any]], county: str, tx: Transaction) -> int:
    if not people:
        return 0
    due = await due_in(sorted({person.area_code for person in people}), tx, days=Key.DUPLICATE_DAYS)
    least = (await law.parameters_for(county, tx)).ratio(Key.DUPLICATE_LIKENESS)
    by_id = {person.id: person for person in people}
    ends = [end_of(person.name[:1]) or "" for person in people]
    pairs: dict[UUID, dict[str, Any]] = {}
    for other in await duplicates.alike(people, ends, county, tx):
        person = by_id[other.person]
        score = likeness(duplicates.likeness_of(person), duplicates.likeness_of(other))
        a, b = give_way((person.id, False), (other.id, other.has_id))
        if score < least or a != person.id:  # of two without a number the later is compared too, and finds the earlier
            continue
        pair_id = derived_id(min(a, b), str(max(a, b)))
        pairs[pair_id] = {
            "county_code": county,
            "id": pair_id,
            "township_code": person.area_code[:TOWNSHIP],
            "area_code": person.area_code,
            "person_a": a,
            "person_b": b,
            "score": score,
            "found_at": tx.now,
            "due_at": due[person.area_code],
        }
    return await duplicates.add(list(pairs.values()), tx)


async def _read(people: Sequence[Row[Any]], tx: Transaction) -> None:
    numbers = {row.id: IdNumber(tx.vault.open(row.secrets, table="person", row=row.id)["id_number"]) for row in people}
    await duplicates.keep_what_numbers_say({id: (number.born_on, sex_of(number)) for id, number in numbers.items()}, tx)
