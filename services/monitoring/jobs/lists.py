"""The lists that monitoring gives out as files."""

from enum import StrEnum

from services.monitoring.domain.cases import CaseStatus
from services.monitoring.domain.deadlines.escalations import EscalationStatus
from services.monitoring.domain.files.household_forms import HOUSEHOLD_FORMS
from services.monitoring.domain.files.household_register import HOUSEHOLD_REGISTER
from services.monitoring.domain.files.lists_out.cases import CASE_LIST, GREEN_CASE_LIST, RISK_FLAG_LIST
from services.monitoring.domain.files.lists_out.deadlines import ESCALATION_LIST
from services.monitoring.domain.files.lists_out.incidents import EFFECT_LIST, TRACKING_LIST
from services.monitoring.domain.files.lists_out.leads import ANSWER_LIST, LEAD_LIST
from services.monitoring.domain.files.lists_out.quality import QUALITY_LIST
from services.monitoring.domain.files.lists_out.regional import ALARM_LIST
from services.monitoring.domain.files.lists_out.register import CHANGE_REQUEST_LIST, DUPLICATE_LIST
from services.monitoring.domain.files.lists_out.screening import SCREENING_LIST
from services.monitoring.domain.files.lists_out.worklist import WORK_LIST
from services.monitoring.domain.files.person_forms import PERSON_FORMS
from services.monitoring.domain.flags.flags import FlagStatus
from services.monitoring.domain.incidents.effects import EffectStatus
from services.monitoring.domain.incidents.tracking import TrackingStatus
from services.monitoring.domain.leads.answers import AnswerStatus
from services.monitoring.domain.leads.leads import LeadStatus
from services.monitoring.domain.quality.findings import FindingStatus
from services.monitoring.domain.reading.work import Matter
from services.monitoring.domain.regional.alarms import AlarmStatus
from services.monitoring.domain.register.change_requests import RequestStatus
from services.monitoring.domain.register.duplicates import DuplicateStatus
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.domain.screening import ScreeningStatus
from services.monitoring.queries.exports import (
    alarm_page,
    answer_page,
    case_page,
    change_request_page,
    duplicate_page,
    effect_page,
    escalation_page,
    finding_page,
    flag_page,
    green_case_page,
    lead_page,
    screening_page,
    tracking_page,
)
from services.monitoring.queries.reading.work import work_page
from services.monitoring.queries.register.exports import household_form_page, person_form_page, register_page
from shared.kernel.actors import Role
from shared.kernel.sheets import Sheet
from shared.service.jobs.lists import ListKind, Page

_READERS = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER, Role.AUDITOR})


def list_out(sheet: Sheet, operation: str, default: StrEnum, page: Page) -> ListKind:
    """Declare a list that is exported, for whoever may read it."""
    return ListKind(sheet=sheet, operation=operation, readers=_READERS, statuses=type(default), default=default, page=page)


LISTS_OUT = {
    "households": list_out(HOUSEHOLD_REGISTER, "household_export", HouseholdStatus.MONITORED, register_page),
    "household-forms": list_out(HOUSEHOLD_FORMS, "household_form_export", HouseholdStatus.MONITORED, household_form_page),
    "person-forms": list_out(PERSON_FORMS, "person_form_export", HouseholdStatus.MONITORED, person_form_page),
    "change-requests": list_out(CHANGE_REQUEST_LIST, "change_request_export", RequestStatus.REQUESTED, change_request_page),
    "duplicates": list_out(DUPLICATE_LIST, "duplicate_export", DuplicateStatus.OPEN, duplicate_page),
    "leads": list_out(LEAD_LIST, "lead_export", LeadStatus.REGISTERED, lead_page),
    "lead-answers": list_out(ANSWER_LIST, "lead_answer_export", AnswerStatus.TO_RETURN, answer_page),
    "screening-households": list_out(SCREENING_LIST, "screening_household_export", ScreeningStatus.TO_SCREEN, screening_page),
    "incident-households": list_out(EFFECT_LIST, "incident_household_export", EffectStatus.TO_CHECK, effect_page),
    "incident-trackings": list_out(TRACKING_LIST, "incident_tracking_export", TrackingStatus.TO_VISIT, tracking_page),
    "green-channel-cases": list_out(GREEN_CASE_LIST, "green_channel_case_export", CaseStatus.OPENED, green_case_page),
    "escalations": list_out(ESCALATION_LIST, "escalation_export", EscalationStatus.OPEN, escalation_page),
    "regional-alarms": list_out(ALARM_LIST, "regional_alarm_export", AlarmStatus.OPEN, alarm_page),
    "quality-findings": list_out(QUALITY_LIST, "quality_finding_export", FindingStatus.OPEN, finding_page),
    "cases": list_out(CASE_LIST, "case_export", CaseStatus.OPENED, case_page),
    "worklist": list_out(WORK_LIST, "worklist_export", Matter.ALL, work_page),
    "risk-flags": list_out(RISK_FLAG_LIST, "risk_flag_export", FlagStatus.OPEN, flag_page),
}
