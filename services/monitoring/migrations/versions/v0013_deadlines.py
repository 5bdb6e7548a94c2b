"""Limits of every step, pauses of them, and what is said of them to each level."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard
from shared.kernel.ids import derived_id

revision = "0013"
down_revision = "0012"

APP, WORKER = "monitoring_app", "monitoring_worker"
LAW = UUID("5309b6a0-0000-7000-8000-000000000002")
DEFAULT = "系统默认值，州市未发布前适用"
# Defaults until the prefecture publishes its own: value, and the document that it comes from. The steps fit into the fifteen days of the whole
# (7 + 1 + 0 + 5 of the notice + 1 + 1), which cuts whatever reaches beyond it.
PARAMETERS = {
    "lead.verification.days": ("7", DEFAULT),
    "lead.verification.day_kind": ("calendar", DEFAULT),
    "case.appraisal.days": ("1", DEFAULT),
    "case.notice_posting.days": ("0", DEFAULT),
    "case.notice_removal.days": ("1", DEFAULT),
    "case.township_review.days": ("1", DEFAULT),
    "case.county_approval.days": ("1", DEFAULT),
    "case.step.day_kind": ("calendar", DEFAULT),
    "deadline.warning.days": ("2", DEFAULT),
    "escalation.step.days": ("2", DEFAULT),
    "pause.max_days": ("30", DEFAULT),
    "identification.pause.extends_total": ("yes", DEFAULT),
}
# The worker moves limits and ends pauses; it decides nothing.
MOVED = "due_at, step_due_at, paused_at, paused_days, step_paused_days, step_round, version"
RUNNING = {
    "lead": "status = 'registered' AND paused_at IS NULL",
    "monitoring_case": "status NOT IN ('approved', 'refused', 'cancelled') AND paused_at IS NULL",
}
NEW_COLUMNS = ("paused_at", "paused_days", "step_paused_days", "step_round", "step_day_kind", "step_due_at")


def upgrade() -> None:
    for table, runs in RUNNING.items():
        op.add_column(table, sa.Column("step_due_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("step_day_kind", sa.Text(collation="C"), server_default=sa.text("'calendar'"), nullable=False))
        op.add_column(table, sa.Column("step_round", sa.Integer(), server_default=sa.text("1"), nullable=False))
        op.add_column(table, sa.Column("step_paused_days", sa.Integer(), server_default=sa.text("0"), nullable=False))
        op.add_column(table, sa.Column("paused_days", sa.Integer(), server_default=sa.text("0"), nullable=False))
        op.add_column(table, sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_step_day_kind"), table, "step_day_kind IN ('calendar', 'workday')")
        # A step without a limit of its own, of an earlier release, ends with the whole.
        op.create_index(
            f"ix_{table}_step_due", table, ["county_code", sa.text("coalesce(step_due_at, due_at)")], unique=False, postgresql_where=sa.text(runs)
        )
    op.create_index(
        "ix_owed_measure_not_begun",
        "owed_measure",
        ["county_code", "due_at"],
        unique=False,
        postgresql_where=sa.text("service <> 'monitoring' AND (status IS NULL OR status = 'opened')"),
    )
    _pause()
    _escalation()
    for table in RUNNING:
        op.execute(f"GRANT UPDATE ({MOVED}) ON {table} TO {WORKER}")
    op.execute(f"GRANT SELECT ON monitoring_case TO {WORKER}")
    distribute("monitoring", "pause", "escalation")
    _load_parameters()


def downgrade() -> None:
    op.execute("ALTER TABLE parameter DISABLE TRIGGER USER")
    op.execute(f"DELETE FROM parameter WHERE key IN ({', '.join(repr(key) for key in PARAMETERS)})")
    op.execute("ALTER TABLE parameter ENABLE TRIGGER USER")
    for table in RUNNING:
        op.execute(f"REVOKE UPDATE ({MOVED}) ON {table} FROM {WORKER}")
        op.execute(f"GRANT UPDATE (version) ON {table} TO {WORKER}")  # which a household's move needs, as it did before
    op.execute("DROP TABLE escalation")
    op.execute("DROP TABLE pause")
    op.execute("DROP INDEX ix_owed_measure_not_begun")
    for table in RUNNING:
        op.execute(f"DROP INDEX ix_{table}_step_due")
        for column in NEW_COLUMNS:
            op.drop_column(table, column)


def _pause() -> None:
    op.create_table(
        "pause",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("subject_kind", sa.Text(collation="C"), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(collation="C"), nullable=False),
        sa.Column("waiting_on", sa.Text(collation="C"), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_by", sa.String(), nullable=False),
        sa.Column("ends_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ending", sa.Text(collation="C"), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("step_days", sa.Integer(), nullable=True),
        sa.CheckConstraint("ending IN ('resumed', 'acted', 'ran_out')", name=op.f("ck_pause_ending")),
        sa.CheckConstraint("subject_kind IN ('lead', 'case', 'measure')", name=op.f("ck_pause_subject_kind")),
        sa.CheckConstraint("waiting_on IN ('department', 'household', 'upper_level', 'other_county')", name=op.f("ck_pause_waiting_on")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_pause")),
    )
    op.create_index("uq_pause_present", "pause", ["county_code", "subject_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL"))
    op.create_index("ix_pause_ends_by", "pause", ["county_code", "ends_by"], unique=False, postgresql_where=sa.text("ended_at IS NULL"))
    guard("pause", roles=[APP, WORKER])
    audit("pause", hidden=["secrets", "evidence"])


def _escalation() -> None:
    op.create_table(
        "escalation",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("subject_kind", sa.Text(collation="C"), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("step", sa.Text(collation="C"), nullable=False),
        sa.Column("step_round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("level", sa.Text(collation="C"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'open'"), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("kind IN ('warning', 'overdue', 'pause_over')", name=op.f("ck_escalation_kind")),
        sa.CheckConstraint("level IN ('village', 'township', 'county', 'prefecture')", name=op.f("ck_escalation_level")),
        sa.CheckConstraint("status IN ('open', 'acknowledged', 'over')", name=op.f("ck_escalation_status")),
        sa.CheckConstraint("subject_kind IN ('lead', 'case', 'measure')", name=op.f("ck_escalation_subject_kind")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_escalation")),
        sa.UniqueConstraint(
            "county_code",
            "subject_id",
            "step",
            "step_round",
            "kind",
            "level",
            name=op.f("uq_escalation_county_code_subject_id_step_step_round_kind_level"),
        ),
    )
    op.create_index("ix_escalation_county", "escalation", ["county_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_escalation_township", "escalation", ["county_code", "township_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_escalation_village", "escalation", ["county_code", "area_code", "status", "due_at", "id"], unique=False)
    op.create_index(
        "ix_escalation_open", "escalation", ["county_code", "subject_kind", "level"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    guard("escalation", roles=[WORKER])
    op.execute(f"GRANT SELECT, UPDATE ON escalation TO {APP}")
    audit("escalation", hidden=["secrets"])


def _load_parameters() -> None:
    place = {"county_code": "5309", "area_code": "5309", "effective_from": date(2020, 1, 1)}
    rows = [
        {**place, "id": derived_id(LAW, key), "key": key, "value": value, "document_number": document}
        for key, (value, document) in PARAMETERS.items()
    ]
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid()}
    op.bulk_insert(sa.table("parameter", *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)
