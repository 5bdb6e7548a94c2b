"""Who may do what: one line per operation. The README prints this table and a test executes it."""

from shared.kernel.actors import Permissions, Role

_COUNTY = frozenset({Role.COUNTY_OFFICER})
_PREFECTURE = frozenset({Role.PREFECTURE_OFFICER})
_VILLAGE = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER})
_LOCAL = _VILLAGE | _COUNTY
_OFFICIALS = _LOCAL | _PREFECTURE
_OFFICERS = _OFFICIALS - {Role.VILLAGE_CADRE}
_OVERSEERS = _OFFICERS | {Role.AUDITOR}
_READERS = _OFFICIALS | {Role.AUDITOR}
_REGISTRARS = _LOCAL - {Role.VILLAGE_CADRE}  # who changes what is registered
_LAWMAKERS = _COUNTY | _PREFECTURE
_SIMULATED = _LAWMAKERS | {Role.AUDITOR}  # who reads what a line would change
_SENDERS = _OFFICIALS | {Role.DEPARTMENT_USER}
_ASKERS = _SENDERS | _READERS  # of jobs: files in, lists out

PERMISSIONS: Permissions = {
    # the register
    "new_household": _VILLAGE,
    "households": _READERS,
    "household_search": _OFFICIALS,
    "household": _READERS,
    "household_export": _READERS,
    "household_batch": _VILLAGE,
    "household_form": _VILLAGE,
    "person_form": _VILLAGE,
    "person_correction": _REGISTRARS,
    "new_member": _LOCAL,
    "member_departure": _LOCAL,
    "household_lineage": _READERS,
    # households that change
    "household_split": _REGISTRARS,
    "household_merge": _REGISTRARS,
    "household_transfer": _REGISTRARS,
    "household_strike_off": _REGISTRARS,
    "household_county_transfer": _PREFECTURE,
    "county_transfer": _PREFECTURE,
    "county_transfer_resumption": _PREFECTURE,
    "county_transfer_withdrawal": _PREFECTURE,
    "new_change_request": _LOCAL,
    "change_requests": _READERS,
    "change_request": _READERS,
    "change_request_export": _READERS,
    "change_request_approval": _OFFICERS,
    "change_request_refusal": _OFFICERS,
    "change_request_withdrawal": _LOCAL,
    # people found twice
    "duplicates": _READERS,
    "duplicate_export": _READERS,
    "duplicate_decision": _REGISTRARS,
    "duplicate_search": _OFFICERS,
    # care
    "new_assignment": _REGISTRARS,
    "household_assignments": _READERS,
    "assignment_end": _REGISTRARS,
    "assignments": _READERS,
    "new_visit": _LOCAL,
    "household_visits": _READERS,
    "visit_coverage": _READERS,
    "key_groups": _READERS,
    "key_group_households": _READERS,
    "household_groups": _READERS,
    "household_group": _LOCAL,
    "household_group_end": _LOCAL,
    # income and the line
    "new_income": _VILLAGE,
    "incomes": _READERS,
    "income_items": _READERS,
    "income_item": _LAWMAKERS,
    "new_line_simulation": _LAWMAKERS,
    "line_simulations": _SIMULATED,
    "line_simulation": _SIMULATED,
    "line_simulation_households": _SIMULATED,
    "line_simulation_household_export": _SIMULATED,
    "new_income_screening": _OFFICERS,
    # reports, signals and leads
    "self_report": frozenset({Role.MOBILE_APP}),
    "own_self_report": frozenset({Role.MOBILE_APP}),
    "new_signals": frozenset({Role.DEPARTMENT_USER}),
    "signal_rules": _ASKERS,
    "signal_rule": _LAWMAKERS,
    "signal_rule_trial": _LAWMAKERS,
    "base_figure": _PREFECTURE,
    "new_lead": _OFFICIALS,
    "leads": _READERS,
    "lead": _READERS,
    "lead_by_source": _READERS,
    "lead_export": _READERS,
    "lead_verification": _VILLAGE,
    "lead_pause": _VILLAGE,
    "lead_resumption": _VILLAGE,
    "lead_dispatch": _OFFICERS,
    "lead_referral_back": _OFFICIALS,
    "lead_answers": _READERS,
    "lead_answer_return": _OFFICERS,
    "lead_answer_export": _READERS,
    "lead_grade_rules": _READERS,
    "lead_grade_rule": _LAWMAKERS,
    # rounds of screening
    "new_screening_round": _OFFICERS,
    "screening_rounds": _OVERSEERS,
    "screening_round": _OVERSEERS,
    "screening_coverage": _OVERSEERS,
    "screening_round_households": _OVERSEERS,
    "screening_round_refresh": _OFFICERS,
    "screening_round_closure": _OFFICERS,
    "screening_visit": _VILLAGE,
    "screening_excuse": _OFFICERS,
    "screening_households": _READERS,
    "screening_household_export": _READERS,
    # cases and flags
    "cases": _READERS,
    "case": _READERS,
    "case_export": _READERS,
    "case_appraisal": _VILLAGE,
    "case_notice": _VILLAGE,
    "case_notice_removal": _VILLAGE,
    "case_township_review": frozenset({Role.TOWNSHIP_OFFICER}),
    "case_county_approval": _COUNTY,
    "case_pause": _LOCAL,
    "case_resumption": _LOCAL,
    "risk_flags": _READERS,
    "risk_flag": _READERS,
    "risk_flag_export": _READERS,
    "risk_flag_fan_out": _READERS,
    "risk_flag_withdrawal": _COUNTY,
    # limits that ran out
    "escalations": _READERS,
    "escalation": _READERS,
    "escalation_export": _READERS,
    "escalation_acknowledgement": _OFFICIALS,
    # what waits, and how an area stands
    "work": _READERS,
    "work_export": _READERS,
    "dashboard": _READERS,
    "dashboard_trends": _READERS,
    "dashboard_income": _READERS,
    "dashboard_export": _READERS,
    "figure_recount": _LAWMAKERS,
    # places and what the law says
    "areas": frozenset(Role),
    "areas_unplaced": _READERS,
    "area_change": _PREFECTURE,
    "place_lists": frozenset(Role),
    "place_list": frozenset(Role),
    "place": _LAWMAKERS,
    "place_end": _LAWMAKERS,
    "bottom_line": _PREFECTURE,
    "parameter": _PREFECTURE,
    # jobs and files
    "import_template": _SENDERS,
    "new_import": _SENDERS,
    "jobs": _ASKERS,
    "job": _ASKERS,
    "job_events": _ASKERS,
    "job_commit": _SENDERS,
    "job_cancellation": _ASKERS,
    "job_rows": _SENDERS,
    "job_report": _SENDERS,
    "new_export": _READERS,
    "job_file": _READERS,
}
