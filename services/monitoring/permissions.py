"""Who may do what: one line per operation. The README prints this table and a test executes it."""

from shared.kernel.actors import Permissions, Role

_VILLAGE = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER})
_OFFICIALS = _VILLAGE | {Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER}
_READERS = _OFFICIALS | {Role.AUDITOR}

_REGISTRARS = frozenset({Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER})  # who changes what is registered
_PREFECTURE = frozenset({Role.PREFECTURE_OFFICER})

_SENDERS = _OFFICIALS | {Role.DEPARTMENT_USER}
_ASKERS = _SENDERS | _READERS  # of jobs: files in, lists out

PERMISSIONS: Permissions = {
    "self_report": frozenset({Role.MOBILE_APP}),
    "own_self_report": frozenset({Role.MOBILE_APP}),
    "new_household": _VILLAGE,
    "households": _READERS,
    "household_search": _OFFICIALS,
    "household": _READERS,
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
    "household_split": _REGISTRARS,
    "household_merge": _REGISTRARS,
    "household_transfer": _REGISTRARS,
    "household_county_transfer": _PREFECTURE,
    "household_strike_off": _REGISTRARS,
    "new_member": _VILLAGE | {Role.COUNTY_OFFICER},
    "member_departure": _VILLAGE | {Role.COUNTY_OFFICER},
    "household_lineage": _READERS,
    "person_correction": _REGISTRARS,
    "county_transfer": _PREFECTURE,
    "county_transfer_resumption": _PREFECTURE,
    "new_change_request": _VILLAGE | {Role.COUNTY_OFFICER},
    "change_requests": _READERS,
    "change_request": _READERS,
    "change_request_export": _READERS,
    "change_request_approval": _REGISTRARS | _PREFECTURE,
    "change_request_refusal": _REGISTRARS | _PREFECTURE,
    "change_request_withdrawal": _VILLAGE | {Role.COUNTY_OFFICER},
}
