"""Assistance tasks."""

from shared.database.distribution import distribute
from shared.database.migrations.tasks import create_tasks, drop_tasks

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_tasks(app="projects_app", worker="projects_worker")
    distribute("projects", "task")


def downgrade() -> None:
    drop_tasks()
