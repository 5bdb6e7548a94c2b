"""Where every table lives once one machine is outgrown and the schema runs on Citus; on plain PostgreSQL nothing is done.

A test fails for a table of any service that is not listed here.
"""

from enum import StrEnum

from alembic import op
from sqlalchemy import text


class Place(StrEnum):
    COUNTY = "county"  # beside the county's other rows, by `county_code`
    BLIND_INDEX = "by blind index"  # a register wider than a county, unique on a keyed hash
    CLIENT_ID = "by client id"  # a register wider than a county, unique on an id that the client made
    REFERENCE = "reference"  # a copy on every node
    COORDINATOR = "coordinator"  # one machine's own


PLUMBING = {
    "outbox": Place.COUNTY,
    "seen": Place.COUNTY,
    "dead_letter": Place.COUNTY,
    "idempotency": Place.COUNTY,
    "audit": Place.COUNTY,
    "round": Place.COUNTY,
    "deployment": Place.REFERENCE,
}

JOBS = {
    "job": Place.COUNTY,
    "job_run": Place.COUNTY,
    "job_part": Place.COUNTY,
    "job_result": Place.COUNTY,
    "job_item": Place.COUNTY,
    "import_row": Place.COUNTY,
    "import_fault": Place.COUNTY,
}

PLACES: dict[str, dict[str, Place]] = {
    "monitoring": PLUMBING
    | JOBS
    | {
        "area": Place.REFERENCE,
        "area_change": Place.REFERENCE,
        "area_succession": Place.REFERENCE,
        "work_calendar": Place.REFERENCE,
        "bottom_line": Place.REFERENCE,
        "parameter": Place.REFERENCE,
        "measure_rule": Place.REFERENCE,
        "signal_rule": Place.REFERENCE,
        "income_item": Place.REFERENCE,
        "base_figure": Place.REFERENCE,
        "department_row": Place.COUNTY,
        "person_directory": Place.BLIND_INDEX,
        "client_id": Place.CLIENT_ID,
        "household": Place.COUNTY,
        "household_income": Place.COUNTY,
        "quarterly_income": Place.COUNTY,
        "household_standing": Place.COUNTY,
        "standing_queue": Place.COUNTY,
        "match_queue": Place.COUNTY,
        "line_simulation": Place.COUNTY,
        "line_simulation_household": Place.COUNTY,
        "line_simulation_count": Place.COUNTY,
        "person": Place.COUNTY,
        "membership": Place.COUNTY,
        "household_lineage": Place.COUNTY,
        "household_transfer": Place.COUNTY,
        "change_request": Place.COUNTY,
        "household_form": Place.COUNTY,
        "person_form": Place.COUNTY,
        "duplicate_pair": Place.COUNTY,
        "self_report": Place.COUNTY,
        "place_list": Place.REFERENCE,
        "place": Place.REFERENCE,
        "key_group": Place.REFERENCE,
        "household_group": Place.COUNTY,
        "care_assignment": Place.COUNTY,
        "visit": Place.COUNTY,
        "lead": Place.COUNTY,
        "lead_answer": Place.COUNTY,
        "lead_step": Place.COUNTY,
        "lead_grade_rule": Place.REFERENCE,
        "quality_rule": Place.REFERENCE,
        "quality_finding": Place.COUNTY,
        "screening_round": Place.COUNTY,
        "screening_household": Place.COUNTY,
        "incident": Place.COUNTY,
        "county_boundary": Place.REFERENCE,
        "incident_household": Place.COUNTY,
        "relief": Place.COUNTY,
        "incident_tracking": Place.COUNTY,
        "green_channel": Place.COUNTY,
        "green_channel_household": Place.COUNTY,
        "monitoring_case": Place.COUNTY,
        "case_step": Place.COUNTY,
        "risk_flag": Place.COUNTY,
        "monitored_category": Place.COUNTY,
        "owed_measure": Place.COUNTY,
        "unknown_answer": Place.COUNTY,
        "ledger_figure": Place.COUNTY,
        "escalation": Place.COUNTY,
        "industry": Place.REFERENCE,
        "regional_rule": Place.REFERENCE,
        "regional_event": Place.COUNTY,
        "occurrence": Place.COUNTY,
        "occurrence_queue": Place.COUNTY,
        "regional_count": Place.COUNTY,
        "regional_cell_queue": Place.COUNTY,
        "regional_alarm": Place.COUNTY,
        "regional_alarm_household": Place.COUNTY,
        "pause": Place.COUNTY,
        "step_taken": Place.COUNTY,
        "area_figure": Place.COUNTY,
        "figure_change": Place.COUNTY,
    },
    "projects": PLUMBING | {"task": Place.COUNTY},
    "employment": PLUMBING | {"task": Place.COUNTY},
}

_COLUMN = {Place.COUNTY: "county_code", Place.BLIND_INDEX: "id_number_index", Place.CLIENT_ID: "id"}


def distribute(service: str, *tables: str) -> None:
    """Put tables in their places, where there is more than one place. A migration step."""
    if not op.get_bind().execute(text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")).scalar():
        return
    for table in tables:
        place = PLACES[service][table]
        if place is Place.REFERENCE:
            op.execute(f"SELECT create_reference_table('{table}')")
        elif place is not Place.COORDINATOR:
            op.execute(f"SELECT create_distributed_table('{table}', '{_COLUMN[place]}')")
