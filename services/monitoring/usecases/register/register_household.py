"""Register a household with its members and income."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.income.figures import Income
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.register import households as rules
from services.monitoring.domain.register.forms import disability_said_by
from services.monitoring.domain.register.people import Certificate, Sex, identify
from services.monitoring.store import law
from services.monitoring.store.income import incomes
from services.monitoring.store.places import areas
from services.monitoring.store.register import forms, households, people
from services.monitoring.usecases.register.find_duplicates import find_duplicates
from services.monitoring.usecases.register.warnings import Warned, warned_of_places
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of, is_inside
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ids import HouseholdId, PersonId, new_id
from shared.kernel.workdays import local_day
from shared.wire import CertificateNumber, Day, HouseholdNumber, IdNumber, PersonName, Phone, VillageCode, Yuan, command, part

_ZERO = Decimal("0.00")


@part
class NewMember:
    """A member. The head's relation is `head`. Day of birth and sex are needed of who has no ID number; of others the number says them.

    An ID number may be that of a disability certificate (20 or 22 characters): its class and grade go into the person's form.
    """

    name: PersonName
    certificate: Certificate = Certificate.RESIDENT_ID
    id_number: IdNumber | None = None
    certificate_number: CertificateNumber | None = None
    born_on: Day | None = None
    sex: Sex | None = None
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
    warnings: list[Warned] = []


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
    :raises NumberMissing: it is not said who a member is; likewise NumberOfAnotherKind, BornOnAndSexMissing, NumberSaysOtherwise.
    :raises OneHead: no head, or several; likewise OneSpouse and TwiceInHousehold.
    :raises NumberTaken: another household of the county has the number.
    :raises RegisteredElsewhere: a member belongs to another household, wherever that is.
    """
    if not is_inside(household.village, tx.actor.area):
        raise OutsideYourArea("body.village")
    await areas.require_village(household.village, tx)
    parameters = await law.parameters_for(household.village, tx)
    until_visit = parameters.period(Key.VISIT_DAYS)
    members = [member_of(member, f"body.members.{n}", tx) for n, member in enumerate(household.members)]
    calendar = await law.calendar_for(household.village, tx, days=until_visit.reach)
    registered = rules.register(
        HouseholdId(new_id()),
        area_code=household.village,
        number=household.number,
        kind=household.kind,
        income=_income(household),
        members=members,
        visit_due_at=calendar.end_of(until_visit, tx.now),
    )

    if not await households.add(registered, tx):
        raise NumberTaken("body.number")
    await incomes.add(registered, tx)
    if clashes := await people.add(registered, tx):
        raise RegisteredElsewhere(*(f"body.members.{n}.{number_of(members[n])}" for n in clashes))
    await begin_files(members, registered.area_code, tx)
    warnings = warned_of_places([member.identity for member in members], registered.area_code)
    return Registered(id=registered.id, version=1, status=rules.HouseholdStatus.NORMAL, warnings=warnings)


def member_of(member: NewMember, field: str, tx: Transaction) -> rules.Member:
    """Make a member of what was filled in at a place of the request.

    :raises NumberMissing: who this is, is not said; likewise NumberOfAnotherKind, BornOnAndSexMissing, NumberSaysOtherwise.
    """
    identity = identify(
        field,
        certificate=member.certificate,
        id_number=member.id_number,
        certificate_number=member.certificate_number,
        born_on=member.born_on,
        sex=member.sex,
        today=local_day(tx.now),
    )
    return rules.Member(
        id=PersonId(new_id()), name=member.name, identity=identity, phone=member.phone, relation=member.relation, labour=member.labour
    )


def _income(household: RegisterHousehold) -> Income:
    amounts = {amount: getattr(household.income, amount) for amount in incomes.AMOUNTS}
    return Income(people=len(household.members), **amounts)


async def begin_files(members: Sequence[rules.Member], village: str, tx: Transaction) -> None:
    """Keep what numbers of disability certificates say of people who are new, and find out whom those without an ID number might be."""
    numbers = {member.id: member.identity.id_number for member in members}
    said = {person_id: disability_said_by(number.disability) for person_id, number in numbers.items() if number and number.disability}
    place = {"county_code": county_of(village), "area_code": village}
    await forms.begin_people(said, local_day(tx.now), place, tx)
    await find_duplicates(village, [person_id for person_id, number in numbers.items() if number is None], tx)


def number_of(member: rules.Member) -> str:
    """Name the field of the number by which a member is recognised."""
    return "id_number" if member.identity.id_number else "certificate_number"
