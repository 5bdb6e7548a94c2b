"""All that belongs to a household follows it to another village, and its key groups to another county."""

from alembic import op

revision = "0016"
down_revision = "0015"

APP, WORKER = "monitoring_app", "monitoring_worker"

# What a household's move changes beside what earlier revisions granted, and what must be read to find it. A transfer is a request, and the worker
# lets households follow a village that went over to another.
MOVES = {
    (WORKER, "lead_answer"): "UPDATE (area_code, township_code, version)",
    (WORKER, "change_request"): "UPDATE (area_code, township_code, household_version)",
}
# A transfer across counties ends the key groups in the one and begins them in the other.
GROUPS = "SELECT, INSERT, UPDATE ON household_group"
GROUPS_BEFORE = "SELECT (county_code, id, household_id, area_code, version), UPDATE (area_code, version) ON household_group"
# Of a lead the worker moves limits and place, and what a department's rows say of it; what a visit has found it never writes.
OF_LEADS = (
    *("due_at", "step_due_at", "step_round", "step_paused_days", "paused_at", "paused_days", "area_code", "township_code", "household_id", "version"),
    *("status", "dismissal_reason", "verified_by", "hardships", "registered_elsewhere", "began_on", "withdrawn_at", "source_corrected", "grade"),
)
OF_LEADS_BEFORE = (
    *("due_at", "step_due_at", "paused_at", "paused_days", "step_paused_days", "step_round", "version"),
    *("area_code", "township_code"),
)


def upgrade() -> None:
    for (role, table), rights in MOVES.items():
        op.execute(f"GRANT {rights} ON {table} TO {role}")
    op.execute(f"GRANT {GROUPS} TO {WORKER}")
    op.execute(f"REVOKE UPDATE ON lead FROM {WORKER}")
    op.execute(f"GRANT UPDATE ({', '.join(OF_LEADS)}) ON lead TO {WORKER}")


def downgrade() -> None:
    op.execute(f"REVOKE UPDATE ON lead FROM {WORKER}")
    op.execute(f"GRANT UPDATE ON lead TO {WORKER}")
    op.execute(f"GRANT UPDATE ({', '.join(OF_LEADS_BEFORE)}) ON lead TO {WORKER}")
    op.execute(f"REVOKE {GROUPS} FROM {WORKER}")
    op.execute(f"GRANT {GROUPS_BEFORE} TO {WORKER}")  # what is taken of a table is taken of its columns
    for (role, table), rights in MOVES.items():
        op.execute(f"REVOKE {rights} ON {table} FROM {role}")
