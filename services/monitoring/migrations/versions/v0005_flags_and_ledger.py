"""Risk flags, categories, and the ledger of what each flag owes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard

revision = "0005"
down_revision = "0004"

APP, WORKER = "monitoring_app", "monitoring_worker"


def upgrade() -> None:
    op.create_table(
        "risk_flag",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'open'"), nullable=False),
        sa.Column("risks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_why", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("status IN ('open', 'withdrawn', 'eliminated')", name=op.f("ck_risk_flag_status")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_risk_flag_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_risk_flag")),
    )
    op.create_index("ix_risk_flag_county", "risk_flag", ["county_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_risk_flag_township", "risk_flag", ["county_code", "township_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_risk_flag_village", "risk_flag", ["county_code", "area_code", "status", "due_at", "id"], unique=False)
    op.create_index("uq_risk_flag_open", "risk_flag", ["county_code", "household_id"], unique=True, postgresql_where=sa.text("status = 'open'"))
    op.create_table(
        "monitored_category",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("category", sa.Text(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("category IN ('unstable_lifted_out', 'marginal', 'sudden_difficulty')", name=op.f("ck_monitored_category_category")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_monitored_category_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_monitored_category")),
    )
    op.create_index(
        "uq_monitored_category_present",
        "monitored_category",
        ["county_code", "household_id"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "owed_measure",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("measure", sa.Text(collation="C"), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(collation="C"), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('opened', 'started', 'declined', 'finished', 'withdrawn')", name=op.f("ck_owed_measure_status")),
        sa.ForeignKeyConstraint(
            ["county_code", "flag_id"], ["risk_flag.county_code", "risk_flag.id"], name=op.f("fk_owed_measure_county_code_flag_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_owed_measure")),
    )
    op.create_index("ix_owed_measure_flag_id", "owed_measure", ["county_code", "flag_id"], unique=False)
    op.create_index(
        "ix_owed_measure_unanswered", "owed_measure", ["county_code", "owed_at"], unique=False, postgresql_where=sa.text("status IS NULL")
    )
    op.create_index(
        "ix_owed_measure_under_way",
        "owed_measure",
        ["county_code", "flag_id"],
        unique=False,
        postgresql_where=sa.text("status IN ('opened', 'started')"),
    )
    op.create_table(
        "unknown_answer",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owed_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county_code", "owed_id", name=op.f("pk_unknown_answer")),
    )
    op.create_table(
        "ledger_figure",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("oldest_gap_seconds", sa.Integer(), nullable=False),
        sa.Column("unknown_answers", sa.Integer(), nullable=False),
        sa.Column("repairs", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county_code", name=op.f("pk_ledger_figure")),
    )

    guard("risk_flag", roles=[APP, WORKER])
    audit("risk_flag", hidden=["cleared_why"])
    guard("monitored_category", roles=[APP])
    audit("monitored_category")
    guard("owed_measure", roles=[APP, WORKER])
    audit("owed_measure")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON unknown_answer TO {WORKER}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON ledger_figure TO {WORKER}")
    distribute("monitoring", "risk_flag", "monitored_category", "owed_measure", "unknown_answer", "ledger_figure")


def downgrade() -> None:
    op.execute("DROP TABLE ledger_figure")
    op.execute("DROP TABLE unknown_answer")
    op.execute("DROP TABLE owed_measure")
    op.execute("DROP TABLE monitored_category")
    op.execute("DROP TABLE risk_flag")
