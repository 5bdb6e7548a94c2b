"""What is missing in a household's file (R16, R60, R113; plan ch.1 s.1, ch.4 s.1, ch.7 s.1)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum

from services.monitoring.domain.register.codes import SchoolStatus
from services.monitoring.domain.register.forms import HouseholdForm, PersonForm


class Clear(StrEnum):
    """The six clears (六清; R16, plan ch.1 s.1): what has to be clear of a household."""

    SITUATION = "situation"  # 户情清
    CAUSE = "cause"  # 致贫返贫原因清
    MEASURES = "measures"  # 帮扶措施清
    INPUTS_AND_OUTPUTS = "inputs_and_outputs"  # 投入产出清
    RESPONSIBILITY = "responsibility"  # 帮扶责任清
    SCHEDULE = "schedule"  # 时序清


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What is missing so that one of the six is clear.

    :param what: the field of a form, or what else is wanted.
    :param whose: the number of members of whom it is missing; 0 if it is the household's.
    """

    clear: Clear
    what: str
    whose: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePerson:
    """A member as the file has them. `age` in full years; `able`: can work, fully or in part."""

    form: PersonForm | None
    age: int | None
    able: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What there is in a household's file.

    :param gross_income: yuan in the twelve months of its present income, all sources.
    :param monitored: it is monitored, so that a cause, measures and dates are due.
    :param risks: its causes are on record; `measures`: something is owed or done; `planned`: by when is on record.
    """

    form: HouseholdForm | None
    people: Sequence[FilePerson]
    gross_income: Decimal
    monitored: bool
    risks: bool
    measures: bool
    planned: bool


SCHOOL_AGE = range(6, 15)
"""Ages of nine years of compulsory education from six years on (义务教育法第二条、第十一条)."""
_NOT_OF_EVERY_HOUSEHOLD = {"natural_village", "resettlement_site_code", "pasture", "water_surface", "returned_farmland", "orchard", "road_distance"}
_OF_EVERY_PERSON = ("ethnic_group", "health", "subsistence_allowance", "extreme_difficulty")
_OF_PEOPLE = (*_OF_EVERY_PERSON, "education", "medical_insurance", "drop_out_reason")


def missing_in(file: FileFacts) -> list[Missing]:
    """List what is missing in a household's file, in the order of the six clears. Who is responsible is asked where helpers are assigned."""
    household = file.form or HouseholdForm()
    situation = [Missing(clear=Clear.SITUATION, what=name) for name in unfilled_of_household(household)]
    missing = Counter(name for person in file.people for name in unfilled_of_person(person))
    situation += [Missing(clear=Clear.SITUATION, what=name, whose=missing[name]) for name in _OF_PEOPLE if missing[name]]
    wanted = [
        (Clear.CAUSE, "risks", file.monitored and not file.risks),
        (Clear.MEASURES, "measures", file.monitored and not file.measures),
        (Clear.MEASURES, "work", _lacks_work(household, file.people)),
        (Clear.INPUTS_AND_OUTPUTS, "income", file.gross_income == 0),
        (Clear.SCHEDULE, "due_at", file.monitored and not file.planned),
    ]
    return situation + [Missing(clear=clear, what=what) for clear, what, is_missing in wanted if is_missing]


def _is_out_of_school(person: FilePerson) -> bool:
    """Say whether a child of school age is in no school, and nobody says why (R60, plan ch.4 s.1)."""
    form = person.form or PersonForm()
    in_school = form.school_status not in (None, SchoolStatus.TOO_YOUNG, SchoolStatus.PRESCHOOL)
    return person.age is not None and person.age in SCHOOL_AGE and not in_school and form.drop_out_reason is None


def _lacks_work(household: HouseholdForm, people: Sequence[FilePerson]) -> bool:
    """Say whether a relocated household that can work has nobody in work (R113, plan ch.7 s.1)."""
    forms = [person.form or PersonForm() for person in people]
    relocated = household.resettlement_site_code is not None or any(form.relocated for form in forms)
    return relocated and any(person.able for person in people) and not any(form.work_place or form.public_post for form in forms)


def unfilled_of_household(form: HouseholdForm) -> list[str]:
    """Name what nobody has filled in of a household, and is wanted of every one (R16, plan ch.1 s.1)."""
    return [field.name for field in fields(form) if field.name not in _NOT_OF_EVERY_HOUSEHOLD and getattr(form, field.name) is None]


def unfilled_of_person(person: FilePerson) -> list[str]:
    """Name what nobody has filled in of a person, and is wanted of everybody or of who is of an age for it (R16, R60; plan ch.1 s.1, ch.4 s.1)."""
    form = person.form or PersonForm()
    wanted = {name: getattr(form, name) is None for name in _OF_EVERY_PERSON} | {
        "education": form.education is None and form.school_status is None,
        "medical_insurance": form.residents_medical_insurance is None and form.employees_medical_insurance is None,
        "drop_out_reason": _is_out_of_school(person),
    }
    return [name for name, is_missing in wanted.items() if is_missing]
