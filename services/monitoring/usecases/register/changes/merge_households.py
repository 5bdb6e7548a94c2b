"""Bring all members of one household into another (合户)."""

from uuid import UUID

from services.monitoring.domain.register import changes as rules
from services.monitoring.domain.register.hindrances import SameHousehold, may_merge
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.domain.register.lineage import Home, LineageAct, entries
from services.monitoring.store.incidents import households_gone
from services.monitoring.store.income import incomes
from services.monitoring.store.register import form_turns, households, lineage, residents
from services.monitoring.store.register.form_turns import Turn
from services.monitoring.store.register.under_way import under_way
from services.monitoring.usecases.register.changes.close_household import end_what_holds
from services.monitoring.usecases.register.changes.said import HouseholdNow, SomeMembers, act_of, income_of, named
from services.monitoring.usecases.register.register_household import NewIncome
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import local_day
from shared.wire import Count, DocumentNumber, SafeText, command


@command
class MergeHousehold:
    """Into which household, as it was seen; how each of those who join stands to its head; what all of them live on afterwards."""

    into: UUID
    into_version: Count
    members: SomeMembers
    income: NewIncome
    reason: SafeText
    document_number: DocumentNumber | None = None


class HouseholdsMerged(HouseholdNow):
    into: UUID
    into_version: int


async def merge_households(household_id: HouseholdId, asked: MergeHousehold, tx: Transaction, *, expected: int) -> HouseholdsMerged:
    """Merge a household into another of the caller's area (R38, R44; plan ch.3 s.1): it is gone, and its file leads to the other.

    Was either of them lifted out of poverty, they are so from today on; was it hit by a disaster, the other one is tracked from today on.

    :raises SameHousehold: it is named as the other one.
    :raises Stale: somebody changed one of both; HouseholdGone: one was struck off.
    :raises CaseUnderWay: a case of one of both is not decided; LeadsUnderWay: a lead on the one is not; StillMonitored: that one is monitored.
    :raises RelationsMissing: not all of its members are named; likewise NotAMember, NamedTwice, OneHead, OneSpouse.
    """
    if asked.into == household_id:
        raise SameHousehold("body.into")
    household, into = await households.hold_both(household_id, HouseholdId(asked.into), tx)
    as_seen(household.version, expected)
    as_seen(into.version, asked.into_version, field="body.into_version")
    may_merge(await under_way(household, tx), await under_way(into, tx))
    there = await residents.standings(into.id, tx)
    joining = rules.merge(await residents.standings(household_id, tx), named(asked.members), there)

    await residents.settle(into, joining, tx, since=local_day(tx.now))
    await households_gone.go_over(household, into, tx)
    await end_what_holds(household, tx)
    await incomes.begin(into, income_of(asked.income, people=len(there) + len(joining)), tx)
    kind = rules.kind_of_both(household.kind, into.kind)
    await form_turns.turn([Turn(household_id=into.id, village=into.area_code, kind=kind)], tx)
    await households.become(into.id, kind, tx)
    act = act_of(LineageAct.MERGE, tx, reason=asked.reason, document_number=asked.document_number)
    origin, target = Home(household_id=household_id, village=household.area_code), Home(household_id=into.id, village=into.area_code)
    await lineage.add(entries(act, origin, target, files_of=[origin, target]), tx)
    await households.mark(household_id, HouseholdStatus.GONE, tx)
    return HouseholdsMerged(
        id=household_id, version=expected + 1, status=HouseholdStatus.GONE, into=into.id, into_version=await households.changed(into.id, tx)
    )
