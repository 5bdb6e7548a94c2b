"""Who may do what: one line per operation. The README prints this table and a test executes it."""

from shared.kernel.actors import Permissions, Role

_VILLAGE = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER})
_OFFICIALS = _VILLAGE | {Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER}
_READERS = _OFFICIALS | {Role.AUDITOR}

_SENDERS = _OFFICIALS | {Role.DEPARTMENT_USER}
_ASKERS = _SENDERS | _READERS  # of jobs: files in, lists out

PERMISSIONS: Permissions = {
    "self_report": frozenset({Role.MOBILE_APP}),
    "own_self_report": frozenset({Role.MOBILE_APP}),
    "new_household": _VILLAGE,
    "households": _READERS,
    "household_search": _OFFICIALS,
    "household": _READERS,
    "new_assignment": frozenset({Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER}),
    "household_assignments": _READERS,
    "assignment_end": frozenset({Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER}),
    "assignments": _READERS,
    "new_visit": _VILLAGE | {Role.COUNTY_OFFICER},
    "household_visits": _READERS,
    "visit_coverage": _READERS,
    "new_lead": _VILLAGE | {Role.COUNTY_OFFICER},
    "leads": _READERS,
    "lead": _READERS,
    "lead_verification": _VILLAGE,
    "cases": _READERS,
    "case": _READERS,
    "case_appraisal": _VILLAGE,
    "case_notice": _VILLAGE,
    "case_notice_removal": _VILLAGE,
    "case_township_review": frozenset({Role.TOWNSHIP_OFFICER}),
    "case_county_approval": frozenset({Role.COUNTY_OFFICER}),
    "risk_flags": _READERS,
    "risk_flag": _READERS,
    "risk_flag_fan_out": _READERS,
    "risk_flag_withdrawal": frozenset({Role.COUNTY_OFFICER}),
    "areas": frozenset(Role),
    "areas_unplaced": _READERS,
    "area_change": frozenset({Role.PREFECTURE_OFFICER}),
    "bottom_line": frozenset({Role.PREFECTURE_OFFICER}),
    "parameter": frozenset({Role.PREFECTURE_OFFICER}),
    "import_template": _SENDERS,
    "new_import": _SENDERS,
    "jobs": _ASKERS,
    "job": _ASKERS,
    "job_events": _ASKERS,
    "job_commit": _SENDERS,
    "job_cancellation": _ASKERS,
    "job_rows": _SENDERS,
    "job_report": _SENDERS,
    "household_export": _READERS,
    "lead_export": _READERS,
    "case_export": _READERS,
    "risk_flag_export": _READERS,
    "new_export": _READERS,
    "job_file": _READERS,
    "household_batch": _VILLAGE,
}
