"""Note that somebody has left a household (减员)."""

from pydantic import Field

from services.monitoring.domain.register import changes as rules
from services.monitoring.store.income import incomes
from services.monitoring.store.register import households, residents
from services.monitoring.usecases.register.changes.said import HouseholdNow, NamedMembers, named
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound, NotYetHappened
from shared.kernel.ids import HouseholdId, PersonId
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import local_day
from shared.wire import Day, command


@command
class RecordDeparture:
    """On which day and why; where the head leaves, how each of those who stay stands to the new one."""

    on: Day
    why: rules.DepartureReason
    remaining: NamedMembers = Field(default_factory=list)


async def record_departure(household_id: HouseholdId, person_id: PersonId, asked: RecordDeparture, tx: Transaction, *, expected: int) -> HouseholdNow:
    """End a person's membership (R38; plan ch.3 s.1): the person may be registered again elsewhere, and fewer share the income from that day on.

    :raises Stale: somebody changed the household; HouseholdGone: it was struck off.
    :raises NotFound: the person does not live there.
    :raises NotYetHappened: the day lies ahead.
    :raises NobodyLeft: nobody would stay; RelationsMissing: the head leaves, and not all who stay are said to stand to the new one.
    :raises NotAMember: somebody named does not stay; likewise NamedTwice, OneHead, OneSpouse.
    """
    household = await households.hold(household_id, tx)
    as_seen(household.version, expected)
    living = await residents.standings(household_id, tx)
    if person_id not in [each.person_id for each in living]:
        raise NotFound
    if asked.on > local_day(tx.now):
        raise NotYetHappened("body.on")
    left = rules.leave(living, person_id, named(asked.remaining))

    await residents.leave(household.county_code, [person_id], tx, on=asked.on, why=asked.why)
    await residents.release(household.county_code, [person_id], tx)
    await residents.settle(household, rules.differing(living, left), tx, since=asked.on)
    await incomes.recount(household, len(left), tx, since=asked.on)
    return HouseholdNow(id=household_id, version=await households.changed(household_id, tx), status=household.status)
