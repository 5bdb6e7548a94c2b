"""Part a household in two (分户)."""

from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Row

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.register import changes as rules
from services.monitoring.domain.register.hindrances import AcrossCounties, may_split
from services.monitoring.domain.register.households import Household
from services.monitoring.domain.register.lineage import Home, LineageAct, entries
from services.monitoring.store.income import incomes
from services.monitoring.store.places import areas
from services.monitoring.store.register import households, lineage, residents
from services.monitoring.store.register.under_way import under_way
from services.monitoring.usecases.files.due_dates import due_in
from services.monitoring.usecases.register.changes.said import HouseholdNow, NamedMembers, SomeMembers, act_of, income_of, named
from services.monitoring.usecases.register.register_household import NewIncome, NumberTaken, OutsideYourArea
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of, is_inside
from shared.kernel.ids import HouseholdId, new_id
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import local_day
from shared.wire import DocumentNumber, HouseholdNumber, SafeText, VillageCode, command


@command
class SplitHousehold:
    """Who leaves and forms a household of its own, in the same village unless another of the county is named; what both live on afterwards.

    `remaining`: how those who stay stand to the head afterwards, of those for whom that changes; where the head leaves, all of them.
    """

    members: SomeMembers
    remaining: NamedMembers = Field(default_factory=list)
    number: HouseholdNumber | None = None
    village: VillageCode | None = None
    income: NewIncome
    income_of_remaining: NewIncome
    reason: SafeText
    document_number: DocumentNumber | None = None


class HouseholdSplit(HouseholdNow):
    new_household: UUID


async def split_household(household_id: HouseholdId, asked: SplitHousehold, tx: Transaction, *, expected: int) -> HouseholdSplit:
    """Part a household (R38, R44; plan ch.3 s.1); its flag stays with those who remain, and what hinders it stands in `hindrances.py`.

    :raises Stale: somebody changed it; HouseholdGone: it was struck off.
    :raises CaseUnderWay: a case is not decided; LeadsUnderWay: a lead is not.
    :raises NotAMember: somebody named does not live there; likewise NamedTwice, NobodyLeft, RelationsMissing, OneHead, OneSpouse.
    :raises OutsideYourArea: the new household's village is not the caller's; likewise AcrossCounties and NoSuchVillage.
    :raises NumberTaken: another household of the county has the number.
    """
    household = await households.hold(household_id, tx)
    as_seen(household.version, expected)
    may_split(await under_way(household, tx))
    village = asked.village or household.area_code
    await _hold_to_area(household, village, tx)
    before = await residents.standings(household_id, tx)
    after = rules.split(before, named(asked.members), named(asked.remaining))

    formed = await _form(household, village, asked, tx)
    today = local_day(tx.now)
    await residents.settle(household, rules.differing(before, after.remaining), tx, since=today)
    await residents.settle(formed, after.leaving, tx, since=today)
    await incomes.begin(household, income_of(asked.income_of_remaining, people=len(after.remaining)), tx)
    act = act_of(LineageAct.SPLIT, tx, reason=asked.reason, document_number=asked.document_number)
    origin, target = Home(household_id=household_id, village=household.area_code), Home(household_id=formed.id, village=village)
    await lineage.add(entries(act, origin, target, files_of=[origin, target]), tx)
    version = await households.changed(household_id, tx)
    return HouseholdSplit(id=household_id, version=version, status=household.status, new_household=formed.id)


async def _hold_to_area(household: Row[Any], village: str, tx: Transaction) -> None:
    if county_of(village) != household.county_code:
        raise AcrossCounties("body.village")
    if not is_inside(village, tx.actor.area):
        raise OutsideYourArea("body.village")
    await areas.require_village(village, tx)


async def _form(household: Row[Any], village: str, asked: SplitHousehold, tx: Transaction) -> Row[Any]:
    """Register the new household, nobody in it yet: of the same kind, due its first visit in time."""
    household_id = HouseholdId(new_id())
    formed = Household(
        id=household_id,
        area_code=village,
        number=asked.number or str(household_id),
        kind=household.kind,
        income=income_of(asked.income, people=len(asked.members)),
        visit_due_at=(await due_in([village], tx, days=Key.VISIT_DAYS))[village],
        members=(),
    )
    if not await households.add(formed, tx):
        raise NumberTaken("body.number")
    await incomes.add(formed, tx)
    return await households.get(household_id, tx)
