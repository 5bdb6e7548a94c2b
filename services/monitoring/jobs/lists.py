"""The lists that monitoring gives out as files."""

from enum import StrEnum

from services.monitoring.domain.answers import AnswerStatus
from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.deadlines.escalations import EscalationStatus
from services.monitoring.domain.files.household_register import HOUSEHOLD_REGISTER
from services.monitoring.domain.files.list_sheets import (
    ANSWER_LIST,
    CASE_LIST,
    CHANGE_REQUEST_LIST,
    DUPLICATE_LIST,
    ESCALATION_LIST,
    LEAD_LIST,
    RISK_FLAG_LIST,
    SCREENING_LIST,
    WORK_LIST,
)
from services.monitoring.domain.flags import FlagStatus
from services.monitoring.domain.leads import LeadStatus
from services.monitoring.domain.register.change_requests import RequestStatus
from services.monitoring.domain.register.duplicates import DuplicateStatus
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.domain.screening import ScreeningStatus
from services.monitoring.domain.work import Matter
from services.monitoring.queries.exports import (
    answer_page,
    case_page,
    change_request_page,
    duplicate_page,
    escalation_page,
    flag_page,
    lead_page,
    register_page,
    screening_page,
)
from services.monitoring.queries.work import work_page
from shared.kernel.actors import Role
from shared.kernel.sheets import Sheet
from shared.service.jobs.lists import ListKind, Page

_READERS = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER, Role.AUDITOR})


def list_out(sheet: Sheet, operation: str, default: StrEnum, page: Page) -> ListKind:
    """Declare a list that is exported, for whoever may read it."""
    return ListKind(sheet=sheet, operation=operation, readers=_READERS, statuses=type(default), default=default, page=page)


LISTS_OUT = {
    "households": list_out(HOUSEHOLD_REGISTER, "household_export", HouseholdStatus.MONITORED, register_page),
    "change-requests": list_out(CHANGE_REQUEST_LIST, "change_request_export", RequestStatus.REQUESTED, change_request_page),
    "duplicates": list_out(DUPLICATE_LIST, "duplicate_export", DuplicateStatus.OPEN, duplicate_page),
    "leads": list_out(LEAD_LIST, "lead_export", LeadStatus.REGISTERED, lead_page),
    "lead-answers": list_out(ANSWER_LIST, "lead_answer_export", AnswerStatus.TO_RETURN, answer_page),
    "screening-households": list_out(SCREENING_LIST, "screening_household_export", ScreeningStatus.TO_SCREEN, screening_page),
    "escalations": list_out(ESCALATION_LIST, "escalation_export", EscalationStatus.OPEN, escalation_page),
    "cases": list_out(CASE_LIST, "case_export", CaseStatus.OPENED, case_page),
    "work": list_out(WORK_LIST, "work_export", Matter.ALL, work_page),
    "risk-flags": list_out(RISK_FLAG_LIST, "risk_flag_export", FlagStatus.OPEN, flag_page),
}
