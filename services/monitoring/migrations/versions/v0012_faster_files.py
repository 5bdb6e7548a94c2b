"""Files come in faster: the audit numbers its entries by statement, and the stage loses its notes and an index that one question used."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import number_audit_by_row, number_audit_by_statement

revision = "0012"
down_revision = "0007"


def upgrade() -> None:
    number_audit_by_statement()
    op.drop_index("ix_import_row_person", "import_row")
    op.drop_column("import_row", "note")


def downgrade() -> None:
    op.add_column("import_row", sa.Column("note", sa.LargeBinary(), nullable=True))
    op.create_index("ix_import_row_person", "import_row", ["county_code", "job_id", "person_index"])
    number_audit_by_row()
