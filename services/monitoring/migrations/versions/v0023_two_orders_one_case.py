"""What the orders for one household leave on its case, and whom a disaster hit who goes into a household that it spared."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_index(
        "ix_green_channel_household_case_id",
        "green_channel_household",
        ["county_code", "case_id"],
        unique=False,
        postgresql_where="case_id IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_index("ix_green_channel_household_case_id", table_name="green_channel_household")
