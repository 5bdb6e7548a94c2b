"""What the orders for one household leave on its case, and whom a disaster hit who goes into a household that it spared."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

ONE_EACH = ["county_code", "incident_id", "household_id"]


def upgrade() -> None:
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
    op.drop_column("owed_measure", "taken_back_at")
    op.drop_column("monitoring_case", "green_channel_added")
    op.drop_index("uq_incident_household", table_name="incident_household")
    op.create_unique_constraint("uq_incident_household_county_code_incident_id_household_id", "incident_household", ONE_EACH)
    op.drop_index("ix_green_channel_household_case_id", table_name="green_channel_household")
