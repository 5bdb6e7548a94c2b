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
from shared.wire import AreaCode, Year

TASK = r"^[a-z]{1,20}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

BODILESS = frozenset({"GET"})
"""Methods whose requests have no body here."""

IDS: dict[str, Any] = {
    "report_id": UUID,
    "household_id": UUID,
    "assignment_id": UUID,
    "lead_id": UUID,
    "case_id": UUID,
    "flag_id": UUID,
    "job_id": UUID,
    "list_code": Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
    "place": Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$")],
    "group": Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
    "kind": Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
    "task_id": Annotated[str, StringConstraints(pattern=TASK)],
    "area": AreaCode,
    "year": Year,
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
    Passage("household", "GET", "/v1/households/{household_id}"),
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
    Passage("lead", "GET", "/v1/leads/{lead_id}"),
    Passage("lead_verification", "POST", "/v1/leads/{lead_id}/verification"),
    Passage("cases", "GET", "/v1/cases"),
    Passage("case_export", "GET", "/v1/cases/export", streams=True),
    Passage("case", "GET", "/v1/cases/{case_id}"),
    Passage("case_appraisal", "POST", "/v1/cases/{case_id}/appraisal"),
    Passage("case_notice", "POST", "/v1/cases/{case_id}/notice"),
    Passage("case_notice_removal", "POST", "/v1/cases/{case_id}/notice-removal"),
    Passage("case_township_review", "POST", "/v1/cases/{case_id}/township-review"),
    Passage("case_county_approval", "POST", "/v1/cases/{case_id}/county-approval"),
    Passage("risk_flags", "GET", "/v1/risk-flags"),
    Passage("risk_flag_export", "GET", "/v1/risk-flags/export", streams=True),
    Passage("risk_flag", "GET", "/v1/risk-flags/{flag_id}"),
    Passage("risk_flag_fan_out", "GET", "/v1/risk-flags/{flag_id}/fan-out"),
    Passage("risk_flag_withdrawal", "POST", "/v1/risk-flags/{flag_id}/withdrawal"),
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
    Passage("parameter", "PUT", "/v1/parameters/{area}/{key}"),
    Passage("task_start", "POST", "/v1/tasks/{task_id}/start", TASK_SERVICES),
    Passage("task_finish", "POST", "/v1/tasks/{task_id}/finish", TASK_SERVICES),
    Passage("task_decline", "POST", "/v1/tasks/{task_id}/decline", TASK_SERVICES),
)
