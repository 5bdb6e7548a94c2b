"""Take somebody into a household who was born or has moved in (增员)."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.monitoring.domain.income.figures import Income
from services.monitoring.domain.register import changes as rules
from services.monitoring.domain.register.households import Household, Member
from services.monitoring.store.income import incomes
from services.monitoring.store.register import households, people, residents
from services.monitoring.usecases.register.changes.said import HouseholdNow
from services.monitoring.usecases.register.register_household import NewMember, RegisteredElsewhere, begin_files, member_of, number_of
from shared.database.transaction import Transaction
from shared.kernel.errors import NotYetHappened
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import local_day
from shared.wire import Day, command


@command
class AddMember:
    member: NewMember
    since: Day


class MemberAdded(HouseholdNow):
    member: UUID


async def add_member(household_id: HouseholdId, asked: AddMember, tx: Transaction, *, expected: int) -> MemberAdded:
    """Take a person into a household of the caller's area (R38; plan ch.3 s.1); its income is shared by one more from that day on.

    :raises Stale: somebody changed it; HouseholdGone: it was struck off.
    :raises NotYetHappened: the day lies ahead.
    :raises OneHead: it has its head; likewise OneSpouse.
    :raises NumberMissing: it is not said who it is; likewise NumberOfAnotherKind, BornOnAndSexMissing, NumberSaysOtherwise.
    :raises RegisteredElsewhere: the person belongs to a household, wherever that is.
    """
    household = await households.hold(household_id, tx)
    as_seen(household.version, expected)
    if asked.since > local_day(tx.now):
        raise NotYetHappened("body.since")
    living = await residents.standings(household_id, tx)
    rules.join(living, asked.member.relation)

    member = member_of(asked.member, "body.member", tx)
    income = await incomes.recount(household, len(living) + 1, tx, since=asked.since)
    if await people.add(_joined_by(member, household, income), tx, since=asked.since):
        raise RegisteredElsewhere(f"body.member.{number_of(member)}")
    await begin_files([member], household.area_code, tx)
    version = await households.changed(household_id, tx)
    return MemberAdded(id=household_id, version=version, status=household.status, member=member.id)


def _joined_by(member: Member, household: Row[Any], income: Income) -> Household:
    """The household, as a place for one more."""
    return Household(
        id=HouseholdId(household.id),
        area_code=household.area_code,
        number=household.number,
        kind=household.kind,
        income=income,
        visit_due_at=household.due_at,
        members=[member],
    )
