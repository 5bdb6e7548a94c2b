"""The table of a service's assistance tasks."""

from alembic import op

from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard

_TASKS = (
    """
    CREATE TABLE task (
        county_code text COLLATE "C" NOT NULL, id uuid NOT NULL, owed_id uuid NOT NULL, flag_id uuid NOT NULL, household_id uuid NOT NULL,
        township_code text COLLATE "C" NOT NULL, area_code text COLLATE "C" NOT NULL, measure text COLLATE "C" NOT NULL, kind varchar NOT NULL,
        status text COLLATE "C" NOT NULL, due_at timestamptz NOT NULL, opened_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
        note text, record jsonb, version int NOT NULL DEFAULT 1,
        CONSTRAINT pk_task PRIMARY KEY (county_code, id),
        CONSTRAINT uq_task_county_code_owed_id UNIQUE (county_code, owed_id),
        CONSTRAINT ck_task_status CHECK (status IN ('opened', 'started', 'declined', 'finished', 'withdrawn')))
    """,
    "CREATE INDEX ix_task_county ON task (county_code, status, due_at, id)",
    "CREATE INDEX ix_task_township ON task (county_code, township_code, status, due_at, id)",
    "CREATE INDEX ix_task_village ON task (county_code, area_code, status, due_at, id)",
    "CREATE INDEX ix_task_flag_id ON task (county_code, flag_id)",
)


def create_tasks(*, app: str, worker: str) -> None:
    """Create the table of a service's assistance tasks, guarded and audited; of what was said only that it changed."""
    for statement in _TASKS:
        op.execute(statement)
    guard("task", roles=[app, worker])
    audit("task", hidden=["note", "record"])


def drop_tasks() -> None:
    op.execute("DROP TABLE task")
