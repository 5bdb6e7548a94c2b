"""The allow-list: what may pass, and to which service. Nothing else does.

A path is built anew from its template and the ids read from it, each of a type; what the caller wrote never travels on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from services.gateway.clients.upstreams import MONITORING, TASK_SERVICES
from shared.kernel.errors import NotFound
from shared.wire import AreaCode, SourceNumber, Year

TASK = r"^[a-z]{1,20}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

BODILESS = frozenset({"GET"})
"""Methods whose requests have no body here."""

IDS: dict[str, Any] = {
    "report_id": UUID,
    "household_id": UUID,
    "person_id": UUID,
    "duplicate_id": UUID,
    "assignment_id": UUID,
    "lead_id": UUID,
    "answer_id": UUID,
    "case_id": UUID,
    "flag_id": UUID,
    "round_id": UUID,
    "incident_id": UUID,
    "tracking_id": UUID,
    "order_id": UUID,
    "escalation_id": UUID,
    "finding_id": UUID,
    "transfer_id": UUID,
    "request_id": UUID,
    "job_id": UUID,
    "alarm_id": UUID,
    "simulation_id": UUID,
    "code": Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,40}(\.[A-Za-z0-9_]{1,40})?$")],
    "channel": Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}$")],
    "source_number": SourceNumber,
    "list_code": Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
    "place": Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$")],
    "group": Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
    "kind": Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
    "task_id": Annotated[str, StringConstraints(pattern=TASK)],
    "area": AreaCode,
    "year": Year,
    "number": Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{1,6}(_[0-9]{1,4}){1,3}$")],
    "figure": Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
    "hardship": Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
    "key": Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[a-z_]+)+$", max_length=100)],
}


@dataclass(frozen=True, slots=True)
class Passage:
    """One operation that may pass. Its name is the operation's id, its services are those that may own what is named in the path.

    What streams goes through as it comes, both ways: a file, or events.
    """

    name: str
    method: str
    path: str
    services: tuple[str, ...] = (MONITORING,)
    streams: bool = False

    @property
    def takes_a_file(self) -> bool:
        return self.streams and self.method not in BODILESS

    @property
    def ids(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", self.path)

    def service_for(self, ids: Mapping[str, Any]) -> str:
        """Name the service that owns what the path names; a task's id begins with it.

        :raises NotFound: none does.
        """
        service = ids["task_id"].partition(".")[0] if "task_id" in ids else self.services[0]
        if service not in self.services:
            raise NotFound
        return service


PASSAGES = (
    Passage("self_report", "PUT", "/v1/self-reports/{report_id}"),
    Passage("own_self_report", "GET", "/v1/self-reports/{report_id}"),
    Passage("new_household", "POST", "/v1/households"),
    Passage("households", "GET", "/v1/households"),
    Passage("household_search", "POST", "/v1/households/search"),
    Passage("household_batch", "POST", "/v1/households/batch"),
    Passage("household_export", "GET", "/v1/households/export", streams=True),  # before the household, whose id it is not
    Passage("household_form_export", "GET", "/v1/household-forms/export", streams=True),
    Passage("person_form_export", "GET", "/v1/person-forms/export", streams=True),
    Passage("household", "GET", "/v1/households/{household_id}"),
    Passage("new_income", "POST", "/v1/households/{household_id}/incomes"),
    Passage("incomes", "GET", "/v1/households/{household_id}/incomes"),
    Passage("household_split", "POST", "/v1/households/{household_id}/split"),
    Passage("household_merge", "POST", "/v1/households/{household_id}/merge"),
    Passage("household_transfer", "POST", "/v1/households/{household_id}/transfer"),
    Passage("household_county_transfer", "POST", "/v1/households/{household_id}/county-transfer"),
    Passage("household_strike_off", "POST", "/v1/households/{household_id}/strike-off"),
    Passage("new_member", "POST", "/v1/households/{household_id}/members"),
    Passage("member_departure", "POST", "/v1/households/{household_id}/members/{person_id}/departure"),
    Passage("household_lineage", "GET", "/v1/households/{household_id}/lineage"),
    Passage("person_correction", "POST", "/v1/people/{person_id}/correction"),
    Passage("county_transfer", "GET", "/v1/household-transfers/{transfer_id}"),
    Passage("county_transfer_resumption", "POST", "/v1/household-transfers/{transfer_id}/resumption"),
    Passage("county_transfer_withdrawal", "POST", "/v1/household-transfers/{transfer_id}/withdrawal"),
    Passage("new_change_request", "POST", "/v1/change-requests"),
    Passage("change_requests", "GET", "/v1/change-requests"),
    Passage("change_request_export", "GET", "/v1/change-requests/export", streams=True),
    Passage("change_request", "GET", "/v1/change-requests/{request_id}"),
    Passage("change_request_approval", "POST", "/v1/change-requests/{request_id}/approval"),
    Passage("change_request_refusal", "POST", "/v1/change-requests/{request_id}/refusal"),
    Passage("change_request_withdrawal", "POST", "/v1/change-requests/{request_id}/withdrawal"),
    Passage("household_form", "PUT", "/v1/households/{household_id}/form"),
    Passage("person_form", "PUT", "/v1/people/{person_id}/form"),
    Passage("duplicates", "GET", "/v1/duplicates"),
    Passage("duplicate_export", "GET", "/v1/duplicates/export", streams=True),
    Passage("duplicate_decision", "POST", "/v1/duplicates/{duplicate_id}/decision"),
    Passage("duplicate_search", "POST", "/v1/duplicate-searches"),
    Passage("new_assignment", "POST", "/v1/households/{household_id}/assignments"),
    Passage("household_assignments", "GET", "/v1/households/{household_id}/assignments"),
    Passage("assignment_end", "POST", "/v1/assignments/{assignment_id}/end"),
    Passage("assignments", "GET", "/v1/assignments"),
    Passage("new_visit", "POST", "/v1/households/{household_id}/visits"),
    Passage("household_visits", "GET", "/v1/households/{household_id}/visits"),
    Passage("visit_coverage", "GET", "/v1/visit-coverage"),
    Passage("household_groups", "GET", "/v1/households/{household_id}/groups"),
    Passage("household_group", "PUT", "/v1/households/{household_id}/groups/{group}"),
    Passage("household_group_end", "POST", "/v1/households/{household_id}/groups/{group}/end"),
    Passage("key_groups", "GET", "/v1/key-groups"),
    Passage("key_group_households", "GET", "/v1/key-groups/{group}/households"),
    Passage("new_lead", "POST", "/v1/leads"),
    Passage("leads", "GET", "/v1/leads"),
    Passage("lead_export", "GET", "/v1/leads/export", streams=True),
    Passage("lead_by_source", "GET", "/v1/leads/by-source/{channel}/{source_number}"),
    Passage("lead", "GET", "/v1/leads/{lead_id}"),
    Passage("lead_verification", "POST", "/v1/leads/{lead_id}/verification"),
    Passage("lead_dispatch", "POST", "/v1/leads/{lead_id}/dispatch"),
    Passage("new_lead_dispatches", "POST", "/v1/lead-dispatches"),
    Passage("lead_referral_back", "POST", "/v1/leads/{lead_id}/referral-back"),
    Passage("lead_answers", "GET", "/v1/lead-answers"),
    Passage("lead_answer_export", "GET", "/v1/lead-answers/export", streams=True),
    Passage("lead_answer_return", "POST", "/v1/lead-answers/{answer_id}/return"),
    Passage("new_screening_round", "POST", "/v1/screening-rounds"),
    Passage("screening_rounds", "GET", "/v1/screening-rounds"),
    Passage("screening_round", "GET", "/v1/screening-rounds/{round_id}"),
    Passage("screening_coverage", "GET", "/v1/screening-rounds/{round_id}/coverage"),
    Passage("screening_round_households", "GET", "/v1/screening-rounds/{round_id}/households"),
    Passage("screening_round_refresh", "POST", "/v1/screening-rounds/{round_id}/refresh"),
    Passage("screening_round_closure", "POST", "/v1/screening-rounds/{round_id}/closure"),
    Passage("screening_visit", "POST", "/v1/screening-rounds/{round_id}/households/{household_id}/visit"),
    Passage("screening_excuse", "POST", "/v1/screening-rounds/{round_id}/households/{household_id}/excuse"),
    Passage("screening_households", "GET", "/v1/screening-households"),
    Passage("screening_household_export", "GET", "/v1/screening-households/export", streams=True),
    Passage("new_incident", "POST", "/v1/incidents"),
    Passage("incidents", "GET", "/v1/incidents"),
    Passage("incident", "GET", "/v1/incidents/{incident_id}"),
    Passage("incident_figures", "GET", "/v1/incidents/{incident_id}/figures"),
    Passage("incident_laying_down", "POST", "/v1/incidents/{incident_id}/households"),
    Passage("incident_closure", "POST", "/v1/incidents/{incident_id}/closure"),
    Passage("incident_green_channel", "POST", "/v1/incidents/{incident_id}/green-channel"),
    Passage("incident_household", "GET", "/v1/incidents/{incident_id}/households/{household_id}"),
    Passage("incident_check", "POST", "/v1/incidents/{incident_id}/households/{household_id}/check"),
    Passage("incident_relief", "POST", "/v1/incidents/{incident_id}/households/{household_id}/relief"),
    Passage("incident_households", "GET", "/v1/incident-households"),
    Passage("incident_household_export", "GET", "/v1/incident-households/export", streams=True),
    Passage("incident_trackings", "GET", "/v1/incident-trackings"),
    Passage("incident_tracking_export", "GET", "/v1/incident-trackings/export", streams=True),
    Passage("incident_tracking_visit", "POST", "/v1/incident-trackings/{tracking_id}/visit"),
    Passage("green_channel", "GET", "/v1/green-channels/{order_id}"),
    Passage("green_channel_cases", "GET", "/v1/green-channel-cases"),
    Passage("green_channel_case_export", "GET", "/v1/green-channel-cases/export", streams=True),
    Passage("lead_pause", "POST", "/v1/leads/{lead_id}/pause"),
    Passage("lead_resumption", "POST", "/v1/leads/{lead_id}/resumption"),
    Passage("cases", "GET", "/v1/cases"),
    Passage("case_export", "GET", "/v1/cases/export", streams=True),
    Passage("case", "GET", "/v1/cases/{case_id}"),
    Passage("case_appraisal", "POST", "/v1/cases/{case_id}/appraisal"),
    Passage("case_notice", "POST", "/v1/cases/{case_id}/notice"),
    Passage("case_notice_removal", "POST", "/v1/cases/{case_id}/notice-removal"),
    Passage("case_township_review", "POST", "/v1/cases/{case_id}/township-review"),
    Passage("case_county_approval", "POST", "/v1/cases/{case_id}/county-approval"),
    Passage("new_case_decisions", "POST", "/v1/case-decisions"),
    Passage("case_pause", "POST", "/v1/cases/{case_id}/pause"),
    Passage("case_resumption", "POST", "/v1/cases/{case_id}/resumption"),
    Passage("escalations", "GET", "/v1/escalations"),
    Passage("escalation_export", "GET", "/v1/escalations/export", streams=True),
    Passage("escalation", "GET", "/v1/escalations/{escalation_id}"),
    Passage("escalation_acknowledgement", "POST", "/v1/escalations/{escalation_id}/acknowledgement"),
    Passage("new_regional_event", "POST", "/v1/regional-events"),
    Passage("industries", "GET", "/v1/industries"),
    Passage("regional_rules", "GET", "/v1/regional-rules"),
    Passage("regional_rule", "PUT", "/v1/regional-rules/{area}/{code}"),
    Passage("new_regional_check", "POST", "/v1/regional-checks"),
    Passage("new_regional_recount", "POST", "/v1/regional-recounts"),
    Passage("regional_alarms", "GET", "/v1/regional-alarms"),
    Passage("regional_alarm_export", "GET", "/v1/regional-alarms/export", streams=True),
    Passage("regional_alarm", "GET", "/v1/regional-alarms/{alarm_id}"),
    Passage("regional_alarm_households", "GET", "/v1/regional-alarms/{alarm_id}/households"),
    Passage("regional_alarm_household_export", "GET", "/v1/regional-alarms/{alarm_id}/households/export", streams=True),
    Passage("regional_alarm_answer", "POST", "/v1/regional-alarms/{alarm_id}/answer"),
    Passage("regional_alarm_leads", "POST", "/v1/regional-alarms/{alarm_id}/leads"),
    Passage("risk_flags", "GET", "/v1/risk-flags"),
    Passage("risk_flag_export", "GET", "/v1/risk-flags/export", streams=True),
    Passage("risk_flag", "GET", "/v1/risk-flags/{flag_id}"),
    Passage("risk_flag_fan_out", "GET", "/v1/risk-flags/{flag_id}/fan-out"),
    Passage("risk_flag_withdrawal", "POST", "/v1/risk-flags/{flag_id}/withdrawal"),
    Passage("new_risk_flag_withdrawals", "POST", "/v1/risk-flag-withdrawals"),
    Passage("worklist", "GET", "/v1/worklist"),
    Passage("worklist_export", "GET", "/v1/worklist/export", streams=True),
    Passage("dashboard", "GET", "/v1/dashboard"),
    Passage("dashboard_trends", "GET", "/v1/dashboard/trends"),
    Passage("dashboard_income", "GET", "/v1/dashboard/income"),
    Passage("dashboard_export", "GET", "/v1/dashboard/export", streams=True),
    Passage("figure_recount", "POST", "/v1/figure-recounts"),
    Passage("import_template", "GET", "/v1/import-templates/{kind}", streams=True),
    Passage("new_import", "POST", "/v1/imports", streams=True),
    Passage("new_export", "POST", "/v1/exports"),
    Passage("jobs", "GET", "/v1/jobs"),
    Passage("job", "GET", "/v1/jobs/{job_id}"),
    Passage("job_events", "GET", "/v1/jobs/{job_id}/events", streams=True),
    Passage("job_commit", "POST", "/v1/jobs/{job_id}/commit"),
    Passage("job_cancellation", "POST", "/v1/jobs/{job_id}/cancellation"),
    Passage("job_rows", "GET", "/v1/jobs/{job_id}/rows"),
    Passage("job_report", "GET", "/v1/jobs/{job_id}/report.xlsx", streams=True),
    Passage("job_file", "GET", "/v1/jobs/{job_id}/file", streams=True),
    Passage("areas", "GET", "/v1/areas"),
    Passage("areas_unplaced", "GET", "/v1/areas/unplaced"),
    Passage("area_change", "POST", "/v1/area-changes"),
    Passage("place_lists", "GET", "/v1/place-lists"),
    Passage("place_list", "GET", "/v1/place-lists/{list_code}"),
    Passage("place", "PUT", "/v1/place-lists/{list_code}/places/{place}"),
    Passage("place_end", "POST", "/v1/place-lists/{list_code}/places/{place}/end"),
    Passage("bottom_line", "PUT", "/v1/bottom-lines/{area}/{year}"),
    Passage("income_items", "GET", "/v1/income-items"),
    Passage("income_item", "PUT", "/v1/income-items/{area}/{code}"),
    Passage("new_income_screening", "POST", "/v1/income-screenings"),
    Passage("new_line_simulation", "POST", "/v1/line-simulations"),
    Passage("line_simulations", "GET", "/v1/line-simulations"),
    Passage("line_simulation", "GET", "/v1/line-simulations/{simulation_id}"),
    Passage("line_simulation_households", "GET", "/v1/line-simulations/{simulation_id}/households"),
    Passage("line_simulation_household_export", "GET", "/v1/line-simulations/{simulation_id}/households/export", streams=True),
    Passage("parameter", "PUT", "/v1/parameters/{area}/{key}"),
    Passage("lead_grade_rules", "GET", "/v1/lead-grade-rules"),
    Passage("lead_grade_rule", "PUT", "/v1/lead-grade-rules/{area}/{hardship}"),
    Passage("new_signals", "POST", "/v1/signals"),
    Passage("quality_facts", "GET", "/v1/quality-facts"),
    Passage("quality_rules", "GET", "/v1/quality-rules"),
    Passage("quality_rule_trial", "POST", "/v1/quality-rules/trials"),
    Passage("quality_rule", "PUT", "/v1/quality-rules/{area}/{number}"),
    Passage("new_quality_check", "POST", "/v1/quality-checks"),
    Passage("quality_findings", "GET", "/v1/quality-findings"),
    Passage("quality_finding_export", "GET", "/v1/quality-findings/export", streams=True),
    Passage("quality_finding", "GET", "/v1/quality-findings/{finding_id}"),
    Passage("quality_finding_recheck", "POST", "/v1/quality-findings/{finding_id}/recheck"),
    Passage("quality_finding_excuse", "POST", "/v1/quality-findings/{finding_id}/excuse"),
    Passage("quality_summary", "GET", "/v1/quality-summary"),
    Passage("signal_rules", "GET", "/v1/signal-rules"),
    Passage("signal_rule_trial", "POST", "/v1/signal-rules/trial"),
    Passage("signal_rule", "PUT", "/v1/signal-rules/{area}/{code}"),
    Passage("base_figure", "PUT", "/v1/base-figures/{area}/{figure}/{year}"),
    Passage("task_start", "POST", "/v1/tasks/{task_id}/start", TASK_SERVICES),
    Passage("task_finish", "POST", "/v1/tasks/{task_id}/finish", TASK_SERVICES),
    Passage("task_decline", "POST", "/v1/tasks/{task_id}/decline", TASK_SERVICES),
)
