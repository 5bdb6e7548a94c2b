"""A scope says for which department its actor is at work."""

from shared.database.migrations.plumbing import add_department_to_scope, drop_department_from_scope

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    add_department_to_scope()


def downgrade() -> None:
    drop_department_from_scope()
