"""Fill in the collection form of a person, from a day on."""

from typing import Annotated

from pydantic import Field

from services.monitoring.domain.register import codes
from services.monitoring.domain.register.forms import PersonForm, checked_person
from services.monitoring.store.register import forms, households, people
from services.monitoring.usecases.register.fill_household_form import FormFilled, come, form_of, held_as_seen
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound
from shared.kernel.ids import HouseholdId, PersonId
from shared.wire import Day, Grade, Months, YesNo, command


@command
class FillPersonForm:
    """All that is collected of a person beside relation and labour, as it holds from a day on. What is left out is not known.

    Either the education or the school status; `drop_out_reason` of who should be in school and is not; months are those of the last twelve.
    """

    effective_from: Day
    ethnic_group: codes.EthnicGroup | None = None
    political_status: codes.PoliticalStatus | None = None
    education: codes.Education | None = None
    school_status: codes.SchoolStatus | None = None
    drop_out_reason: codes.DropOutReason | None = None
    health: Annotated[list[codes.Health], Field(min_length=1, max_length=4)] | None = None
    disability_class: codes.DisabilityClass | None = None
    disability_grade: Grade | None = None
    residents_medical_insurance: YesNo | None = None
    employees_medical_insurance: YesNo | None = None
    major_medical_insurance: YesNo | None = None
    commercial_insurance: YesNo | None = None
    medical_assistance: YesNo | None = None
    residents_pension: YesNo | None = None
    employees_pension: YesNo | None = None
    subsistence_allowance: codes.Allowance | None = None
    extreme_difficulty: codes.Allowance | None = None
    work_place: codes.WorkPlace | None = None
    work_months: Months | None = None
    public_post: YesNo | None = None
    public_post_months: Months | None = None
    relocated: YesNo | None = None
    speaks_putonghua: YesNo | None = None


async def fill_person_form(person_id: PersonId, filled: FillPersonForm, tx: Transaction, *, expected: int) -> FormFilled:
    """Keep a person's form from a day on (R16, R52; plan ch.1 s.1, ch.3 s.3); what holds from a later day on stays as it is.

    :raises NotFound: there is no such person in a household here; HouseholdGone: it was struck off.
    :raises Stale: somebody changed the household.
    :raises NotYetHappened: the day lies ahead.
    :raises SchoolAndEducation: the form contradicts itself; likewise the other refusals of `checked_person`.
    """
    household_id = await people.household_of(person_id, tx)
    if household_id is None:
        raise NotFound
    household = await held_as_seen(HouseholdId(household_id), expected, tx)
    day = come(filled.effective_from, tx)
    form: PersonForm = checked_person(form_of(filled, PersonForm))
    place = await forms.put_person(person_id, household, form, day, tx)
    await households.amend(HouseholdId(household.id), household.kind, tx)
    return FormFilled(id=person_id, version=expected + 1, valid_from=place.valid_from, valid_to=place.valid_to)
