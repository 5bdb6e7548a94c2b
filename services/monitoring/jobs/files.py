"""The kinds of file that monitoring takes."""

from functools import partial

from services.monitoring.domain.files import (
    care_assignments,
    department_lists,
    household_forms,
    household_register,
    key_group_members,
    person_forms,
    place_list,
    screening_results,
)
from services.monitoring.domain.files.department_lists import LISTS, DepartmentList
from services.monitoring.queries.signals.department_rows import answers_to_rows
from services.monitoring.usecases.files.load_care import CareLoad, seal_cadre
from services.monitoring.usecases.files.load_household_forms import HouseholdFormsLoad, seal_household
from services.monitoring.usecases.files.load_key_groups import KeyGroupsLoad, seal_group
from services.monitoring.usecases.files.load_list import ListLoad
from services.monitoring.usecases.files.load_person_forms import PersonFormsLoad, seal_member
from services.monitoring.usecases.files.load_places import PlaceLoad, seal_nothing
from services.monitoring.usecases.files.load_register import RegisterLoad, seal_person
from services.monitoring.usecases.screening.load_results import ResultsLoad, seal_visit
from services.monitoring.usecases.signals.seal_signal import seal_row_of
from shared.kernel.actors import Role
from shared.service.jobs.kinds import FileKind

REGISTER_FILE = FileKind(
    sheet=household_register.HOUSEHOLD_REGISTER,
    senders=frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER}),
    unit="household_number",
    secret=("id_number", "phone"),
    seal=seal_person,
    faults=household_register.FAULTS,
    load=RegisterLoad,
)
_LOCAL = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER})
HOUSEHOLD_FORMS_FILE = FileKind(
    sheet=household_forms.HOUSEHOLD_FORMS,
    senders=_LOCAL,
    secret=household_forms.SECRETS,
    seal=seal_household,
    faults=household_forms.FAULTS,
    load=HouseholdFormsLoad,
)
PERSON_FORMS_FILE = FileKind(
    sheet=person_forms.PERSON_FORMS,
    senders=_LOCAL,
    secret=person_forms.SECRETS,
    seal=seal_member,
    faults=person_forms.FAULTS,
    load=PersonFormsLoad,
)
KEY_GROUPS_FILE = FileKind(
    sheet=key_group_members.KEY_GROUP_MEMBERS,
    senders=_LOCAL,
    secret=("group",),
    seal=seal_group,
    faults=key_group_members.FAULTS,
    load=KeyGroupsLoad,
)
CARE_FILE = FileKind(
    sheet=care_assignments.CARE_ASSIGNMENTS,
    senders=frozenset({Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER}),
    secret=("cadre_name", "phone"),
    seals=("unit",),
    seal=seal_cadre,
    faults=care_assignments.FAULTS,
    load=CareLoad,
)
PLACE_FILE = FileKind(
    sheet=place_list.PLACE_LIST,
    senders=frozenset({Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER}),
    place="area_code",
    secret=(),
    seal=seal_nothing,
    faults=place_list.FAULTS,
    load=PlaceLoad,
)
RESULTS_FILE = FileKind(
    sheet=screening_results.SCREENING_RESULTS,
    senders=frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER}),
    secret=("note",),
    seal=seal_visit,
    faults=screening_results.FAULTS,
    load=ResultsLoad,
)


def list_file(kind: DepartmentList) -> FileKind:
    """Declare the file of a department's list; a county officer sends it for a department that has nobody."""
    return FileKind(
        sheet=kind.sheet,
        senders=frozenset({Role.DEPARTMENT_USER, Role.COUNTY_OFFICER}),
        department=kind.department,
        secret=("id_number", "phone"),
        seals=("source_number", "revision", *kind.matter),
        seal=seal_row_of(kind),
        faults=department_lists.FAULTS,
        load=partial(ListLoad, kind),
        answers=answers_to_rows,
    )


FILE_KINDS = {
    kind.sheet.kind: kind
    for kind in (
        *(REGISTER_FILE, HOUSEHOLD_FORMS_FILE, PERSON_FORMS_FILE, KEY_GROUPS_FILE, CARE_FILE, PLACE_FILE, RESULTS_FILE),
        *map(list_file, LISTS.values()),
    )
}
