"""Leads, self-reports, cases and their steps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.distribution import distribute
from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard

revision = "0004"
down_revision = "0003"

APP, WORKER = "monitoring_app", "monitoring_worker"


def upgrade() -> None:
    op.create_table(
        "lead",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'registered'"), nullable=False),
        sa.Column("hardships", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("registered_elsewhere", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("risks", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.String(), nullable=True),
        sa.Column("dismissal_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("channel IN ('self_report', 'home_visit', 'department', 'hotline', 'disaster')", name=op.f("ck_lead_channel")),
        sa.CheckConstraint("status IN ('registered', 'confirmed', 'dismissed')", name=op.f("ck_lead_status")),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_lead_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_lead")),
    )
    op.create_index("ix_lead_case_id", "lead", ["county_code", "case_id"], unique=False)
    op.create_index("ix_lead_county", "lead", ["county_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_lead_township", "lead", ["county_code", "township_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_lead_village", "lead", ["county_code", "area_code", "status", "due_at", "id"], unique=False)
    op.create_index(
        "ix_lead_waiting", "lead", ["county_code", "household_id"], unique=False, postgresql_where=sa.text("status = 'confirmed' AND case_id IS NULL")
    )
    op.create_table(
        "self_report",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("hardships", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_index", sa.LargeBinary(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"], name=op.f("fk_self_report_county_code_lead_id")),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_self_report")),
    )
    op.create_table(
        "client_id",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_id")),
    )
    op.create_table(
        "monitoring_case",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.Text(collation="C"), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(collation="C"), server_default=sa.text("'opened'"), nullable=False),
        sa.Column("risks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("category", sa.Text(collation="C"), nullable=False),
        sa.Column("basis", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appraised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appraised_by", sa.String(), nullable=True),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("flag_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("category IN ('unstable_lifted_out', 'marginal', 'sudden_difficulty')", name=op.f("ck_monitoring_case_category")),
        sa.CheckConstraint(
            "status IN ('opened', 'appraised', 'on_notice', 'notice_over', 'reviewed', 'approved', 'refused', 'cancelled')",
            name=op.f("ck_monitoring_case_status"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "household_id"], ["household.county_code", "household.id"], name=op.f("fk_monitoring_case_county_code_household_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_monitoring_case")),
    )
    op.create_index("ix_monitoring_case_county", "monitoring_case", ["county_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_monitoring_case_township", "monitoring_case", ["county_code", "township_code", "status", "due_at", "id"], unique=False)
    op.create_index("ix_monitoring_case_village", "monitoring_case", ["county_code", "area_code", "status", "due_at", "id"], unique=False)
    op.create_index(
        "uq_monitoring_case_open",
        "monitoring_case",
        ["county_code", "household_id"],
        unique=True,
        postgresql_where=sa.text("status NOT IN ('approved', 'refused', 'cancelled')"),
    )
    op.create_table(
        "case_step",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("act", sa.Text(collation="C"), nullable=False),
        sa.Column("became", sa.Text(collation="C"), nullable=False),
        sa.Column("acted_by", sa.String(), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("basis", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "act IN ('village_appraisal', 'notice', 'notice_removal', 'township_review', 'county_approval', 'cancellation')",
            name=op.f("ck_case_step_act"),
        ),
        sa.CheckConstraint(
            "became IN ('opened', 'appraised', 'on_notice', 'notice_over', 'reviewed', 'approved', 'refused', 'cancelled')",
            name=op.f("ck_case_step_became"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "case_id"], ["monitoring_case.county_code", "monitoring_case.id"], name=op.f("fk_case_step_county_code_case_id")
        ),
        sa.PrimaryKeyConstraint("county_code", "id", name=op.f("pk_case_step")),
    )
    op.create_index("ix_case_step_case_id", "case_step", ["county_code", "case_id"], unique=False)

    op.create_index("ix_self_report_lead_id", "self_report", ["county_code", "lead_id"], unique=False)
    guard("lead", roles=[APP])
    audit("lead", hidden=["secrets", "dismissal_reason"])
    guard("self_report", roles=[APP], rights="SELECT, INSERT")
    audit("self_report", hidden=["secrets"])
    op.execute(f"GRANT INSERT ON client_id TO {APP}")
    guard("monitoring_case", roles=[APP])
    audit("monitoring_case")
    guard("case_step", roles=[APP], rights="SELECT, INSERT")
    audit("case_step", hidden=["opinion", "record"])
    distribute("monitoring", "lead", "self_report", "client_id", "monitoring_case", "case_step")


def downgrade() -> None:
    op.execute("DROP TABLE case_step")
    op.execute("DROP TABLE monitoring_case")
    op.execute("DROP TABLE client_id")
    op.execute("DROP TABLE self_report")
    op.execute("DROP TABLE lead")
