"""What is to be repaired is found by whose it is, in order of its due day."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

LEVELS = {"county": (), "township": ("township_code",), "village": ("area_code",)}


def upgrade() -> None:
    for level, column in LEVELS.items():
        op.create_index(
            f"ix_quality_finding_work_{level}",
            "quality_finding",
            ["county_code", *column, "owner", sa.text("due_at"), "id"],
            unique=False,
            postgresql_where=sa.text("status = 'open'"),
        )


def downgrade() -> None:
    for level in LEVELS:
        op.execute(f"DROP INDEX ix_quality_finding_work_{level}")
