"""Register a household with its members and income."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.income.figures import Income
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.register import households as rules
from services.monitoring.store import law
from services.monitoring.store.income import incomes
from services.monitoring.store.places import areas
from services.monitoring.store.register import households, people
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ids import HouseholdId, PersonId, new_id
from shared.wire import HouseholdNumber, IdNumber, PersonName, Phone, VillageCode, Yuan, command, part

_ZERO = Decimal("0.00")


@part
class NewMember:
    """A member. The head's relation is `head`."""

    name: PersonName
    id_number: IdNumber
    phone: Phone | None = None
    relation: rules.Relation
    labour: rules.Labour


@part
class NewIncome:
    """Income of the last twelve months, yuan for the whole household; production income is gross."""

    wage_income: Yuan = _ZERO
    production_income: Yuan = _ZERO
    property_income: Yuan = _ZERO
    transfer_income: Yuan = _ZERO
    production_expense: Yuan = _ZERO
    claim_income: Yuan = _ZERO
    compliant_self_paid: Yuan = _ZERO


@command
class RegisterHousehold:
    village: VillageCode
    number: HouseholdNumber | None = None
    kind: rules.HouseholdKind
    income: NewIncome
    members: Annotated[list[NewMember], Field(min_length=1, max_length=30)]


class Registered(BaseModel):
    id: UUID
    version: int
    status: rules.HouseholdStatus


class RegisteredElsewhere(Conflict):
    sentence = "户内有人已在别处登记。"
    english = "A member is registered in another household already."


class NumberTaken(Conflict):
    sentence = "该户编号已用于本县另一户。"
    english = "Another household of the county has this number."


class OutsideYourArea(Forbidden):
    sentence = "该村不在您的辖区内。"
    english = "The village lies outside your area."


async def register_household(household: RegisterHousehold, tx: Transaction) -> Registered:
    """Register a household in a village of the caller's area (R38, R52; plan ch.3); without a number its id is its number.

    :raises OutsideYourArea: the village is not the caller's.
    :raises NoSuchVillage: there is no such village.
    :raises OneHead: no head, or several; likewise OneSpouse and TwiceInHousehold.
    :raises NumberTaken: another household of the county has the number.
    :raises RegisteredElsewhere: a member belongs to another household, wherever that is.
    """
    if not is_inside(household.village, tx.actor.area):
        raise OutsideYourArea("body.village")
    await areas.require_village(household.village, tx)
    parameters = await law.parameters_for(household.village, tx)
    until_visit = parameters.period(Key.VISIT_DAYS)
    calendar = await law.calendar_for(household.village, tx, days=until_visit.reach)
    registered = rules.register(
        HouseholdId(new_id()),
        area_code=household.village,
        number=household.number,
        kind=household.kind,
        income=_income(household),
        members=[member_of(member) for member in household.members],
        visit_due_at=calendar.end_of(until_visit, tx.now),
    )

    if not await households.add(registered, tx):
        raise NumberTaken("body.number")
    await incomes.add(registered, tx)
    if clashes := await people.add(registered, tx):
        raise RegisteredElsewhere(*(f"body.members.{n}.id_number" for n in clashes))
    return Registered(id=registered.id, version=1, status=rules.HouseholdStatus.NORMAL)


def _income(household: RegisterHousehold) -> Income:
    amounts = {amount: getattr(household.income, amount) for amount in incomes.AMOUNTS}
    return Income(people=len(household.members), **amounts)


def member_of(member: NewMember) -> rules.Member:
    """Read a member who was not registered before: a person with a new id."""
    return rules.Member(
        id=PersonId(new_id()),
        name=member.name,
        id_number=member.id_number,
        phone=member.phone,
        relation=member.relation,
        labour=member.labour,
    )
