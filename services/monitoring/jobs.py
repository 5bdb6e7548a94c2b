"""What monitoring does when time passes or long work is due, and what its workers watch."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import partial

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.files import care_assignments, department_lists, household_register, place_list
from services.monitoring.domain.files.department_lists import LISTS, DepartmentList
from services.monitoring.domain.files.list_sheets import CASE_LIST, LEAD_LIST, RISK_FLAG_LIST
from services.monitoring.domain.flags import FlagStatus
from services.monitoring.domain.leads import LeadStatus
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.queries.department_rows import answers_to_rows
from services.monitoring.queries.exports import case_page, flag_page, lead_page, register_page
from services.monitoring.queries.figures import ledger_figures
from services.monitoring.usecases.files.load_care import CareLoad, seal_cadre
from services.monitoring.usecases.files.load_list import ListLoad, seal_row_of
from services.monitoring.usecases.files.load_places import PlaceLoad, seal_nothing
from services.monitoring.usecases.files.load_register import RegisterLoad, seal_person
from services.monitoring.usecases.flags.announce_flags import announce_gaps, announce_under_way
from services.monitoring.usecases.places.ask_for_rehoming import REHOMING, ask_for_what_is_due
from services.monitoring.usecases.places.rehome_next import count_to_rehome, rehome_next
from shared.database.transaction import Transaction
from shared.kernel.actors import Role
from shared.kernel.jobs import Job
from shared.kernel.sheets import Outcome, Sheet
from shared.service.jobs.counties import Taken, county_by_county
from shared.service.jobs.kinds import FileKind
from shared.service.jobs.lists import ListKind, Page
from shared.service.jobs.runner import Work as LongWork
from shared.service.metrics import Metrics
from shared.service.worker import Duty, Work

_REGISTRARS = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER})

REGISTER_FILE = FileKind(
    sheet=household_register.HOUSEHOLD_REGISTER,
    senders=_REGISTRARS,
    unit="household_number",
    secret=("id_number", "phone"),
    seal=seal_person,
    faults=household_register.FAULTS,
    load=RegisterLoad,
)


def list_file(kind: DepartmentList) -> FileKind:
    """Declare the file of a department's list; a county officer sends it for a department that has nobody."""
    return FileKind(
        sheet=kind.sheet,
        senders=frozenset({Role.DEPARTMENT_USER, Role.COUNTY_OFFICER}),
        department=kind.department,
        secret=("id_number", "phone"),
        seals=("source_number", *kind.matter),
        seal=seal_row_of(kind),
        faults=department_lists.FAULTS,
        load=partial(ListLoad, kind),
        answers=answers_to_rows,
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
FILE_KINDS = {kind.sheet.kind: kind for kind in (REGISTER_FILE, CARE_FILE, PLACE_FILE, *map(list_file, LISTS.values()))}

_READERS = _REGISTRARS | {Role.AUDITOR}


def list_out(sheet: Sheet, operation: str, default: StrEnum, page: Page) -> ListKind:
    """Declare a list that is exported, for whoever may read it."""
    return ListKind(sheet=sheet, operation=operation, readers=_READERS, statuses=type(default), default=default, page=page)


LISTS_OUT = {
    "households": list_out(household_register.HOUSEHOLD_REGISTER, "household_export", HouseholdStatus.MONITORED, register_page),
    "leads": list_out(LEAD_LIST, "lead_export", LeadStatus.REGISTERED, lead_page),
    "cases": list_out(CASE_LIST, "case_export", CaseStatus.OPENED, case_page),
    "risk-flags": list_out(RISK_FLAG_LIST, "risk_flag_export", FlagStatus.OPEN, flag_page),
}


REHOMED_AT_ONCE = 500
"""Households in a slice: all that belongs to them moves in a dozen statements."""


async def _households_to_rehome(job: Job, tx: Transaction) -> int:
    return await count_to_rehome(tx)


async def _rehome(job: Job, tx: Transaction, slices: int) -> Taken:
    moved = await rehome_next(tx, at_most=REHOMED_AT_ONCE)
    return Taken(counts={Outcome.UPDATED: moved}, more=moved == REHOMED_AT_ONCE)


WORKS: Mapping[str, LongWork] = {REHOMING: county_by_county(_households_to_rehome, _rehome)}


def duties(*, reconcile_seconds: float) -> list[Duty]:
    """The reconciler: every minute the gaps, once a day of real time everything that is not over; and villages whose day has come."""

    async def rehome_what_is_due(tx: Transaction) -> None:
        await ask_for_what_is_due(tx)

    async def reconcile(tx: Transaction) -> None:
        await announce_gaps(tx, patience=timedelta(seconds=reconcile_seconds))

    return [
        Duty(name="reconcile", every=timedelta(seconds=reconcile_seconds), work=reconcile),
        Duty(name="announce_under_way", every=timedelta(days=1), work=announce_under_way),
        Duty(name="rehome", every=timedelta(hours=1), work=rehome_what_is_due),
    ]


def watched(metrics: Metrics) -> Work:
    """Keep the ledger's gauges fresh in every worker, whichever of them did the last round."""

    async def show(tx: Transaction) -> None:
        figures = await ledger_figures(tx)
        metrics.owed.set(figures.owed)
        metrics.confirmed.set(figures.confirmed)
        metrics.oldest_gap.set(figures.oldest_gap_seconds)
        metrics.unknown_answers.set(figures.unknown_answers)
        metrics.repairs.set(figures.repairs)

    return show
