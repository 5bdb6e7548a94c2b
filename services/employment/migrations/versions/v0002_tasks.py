"""Assistance tasks."""

from shared.database.distribution import distribute
from shared.database.migrations.tasks import create_tasks, drop_tasks

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_tasks(app="employment_app", worker="employment_worker")
    distribute("employment", "task")


def downgrade() -> None:
    drop_tasks()
