"""What the orders for one household leave on its case, and whom a disaster hit who goes into a household that it spared."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

STATUSES = ("waiting", "flagged", "risk_added", "refused")
ONE_EACH = ["county_code", "incident_id", "household_id"]


def upgrade() -> None:
    _statuses(*STATUSES, "had_before")
    op.add_column("monitoring_case", sa.Column("green_channel_added", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("owed_measure", sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("GRANT UPDATE (green_channel_added) ON monitoring_case TO monitoring_worker")
    op.create_index(
        "ix_green_channel_household_case_id",
        "green_channel_household",
        ["county_code", "case_id"],
        unique=False,
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.drop_constraint("uq_incident_household_county_code_incident_id_household_id", "incident_household", type_="unique")
    op.create_index("uq_incident_household", "incident_household", ONE_EACH, unique=True, postgresql_where=sa.text("status <> 'dropped'"))


def downgrade() -> None:
    for setting in ("DISABLE TRIGGER USER", "NO FORCE ROW LEVEL SECURITY"):
        op.execute(f"ALTER TABLE green_channel_household {setting}")
    op.execute("UPDATE green_channel_household SET status = 'risk_added' WHERE status = 'had_before'")
    for setting in ("FORCE ROW LEVEL SECURITY", "ENABLE TRIGGER USER"):
        op.execute(f"ALTER TABLE green_channel_household {setting}")
    _statuses(*STATUSES)
    op.drop_column("owed_measure", "taken_back_at")
    op.drop_column("monitoring_case", "green_channel_added")
    op.drop_index("uq_incident_household", table_name="incident_household")
    op.create_unique_constraint("uq_incident_household_county_code_incident_id_household_id", "incident_household", ONE_EACH)
    op.drop_index("ix_green_channel_household_case_id", table_name="green_channel_household")


def _statuses(*words: str) -> None:
    op.execute("ALTER TABLE green_channel_household DROP CONSTRAINT ck_green_channel_household_status")
    listed = ", ".join(f"'{word}'" for word in words)
    op.execute(f"ALTER TABLE green_channel_household ADD CONSTRAINT ck_green_channel_household_status CHECK (status IN ({listed}))")
