"""Files come in faster: entries of the audit are numbered by statement, and the stage has no index that only one question used."""

from alembic import op

from shared.database.migrations import number_audit_by_row, number_audit_by_statement

revision = "0012"
down_revision = "0007"


def upgrade() -> None:
    number_audit_by_statement()
    op.drop_index("ix_import_row_person", "import_row")


def downgrade() -> None:
    op.create_index("ix_import_row_person", "import_row", ["county_code", "job_id", "person_index"])
    number_audit_by_row()
