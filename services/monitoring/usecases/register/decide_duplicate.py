"""Decide whether two people are one (R52, plan ch.3 s.3)."""

from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.register import duplicates as rules
from services.monitoring.store.income import incomes
from services.monitoring.store.register import duplicates, households, residents
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import local_day
from shared.wire import SafeText, command


@command
class DecideDuplicate:
    """Same or different, and why. If they are the same, the membership of the one without an ID number ends today."""

    decision: rules.Decision
    reason: SafeText


class DuplicateDecided(BaseModel):
    id: UUID
    version: int
    status: rules.DuplicateStatus


async def decide_duplicate(pair_id: UUID, decided: DecideDuplicate, tx: Transaction, *, expected: int) -> DuplicateDecided:
    """Decide about a pair; both ids stay, linked if they are one. Then the one gives up what it was registered by, and fewer share the income.

    :raises NotFound: there is no such pair here.
    :raises Stale: somebody changed it.
    :raises Conflict: it is decided already; likewise OtherOutside, SameAsAnother, HeadCannotEnd.
    :raises HouseholdGone: the household of the one who gives way was struck off.
    """
    pair = await duplicates.get(pair_id, tx)
    as_seen(pair.version, expected)
    people = await duplicates.seen([pair.person_a, pair.person_b], tx)
    one = people.get(pair.person_a)
    if one is not None and one.household_id is not None:
        await households.hold(HouseholdId(one.household_id), tx)
    status = rules.decide(
        pair,
        decided.decision,
        by=tx.actor.role,
        relation=one.relation if one is not None else None,
        same_as=one.same_as if one is not None else None,
        other_is_seen=len(people) == 2,
    )
    sealed = tx.vault.seal({"reason": decided.reason}, table="duplicate_pair", row=pair.id)
    version = await duplicates.decide(pair, status, sealed, tx, expected=expected)
    if status is rules.DuplicateStatus.SAME:
        await duplicates.link(pair, local_day(tx.now), tx)
        if one is not None and one.household_id is not None:
            await _leaves(HouseholdId(one.household_id), pair.person_a, tx)
    return DuplicateDecided(id=pair.id, version=version, status=status)


async def _leaves(household_id: HouseholdId, person_id: UUID, tx: Transaction) -> None:
    """Let a household go on without somebody who is a member of none any more."""
    household = await households.get(household_id, tx)
    await residents.release(household.county_code, [person_id], tx)
    await incomes.recount(household, len(await residents.standings(household_id, tx)), tx, since=local_day(tx.now))
    await households.changed(household_id, tx)
