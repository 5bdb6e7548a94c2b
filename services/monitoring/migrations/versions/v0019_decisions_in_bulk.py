"""Decisions about many cases or leads as one job: its items, what the worker may do in the asker's name, and how many go into one."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from shared.database.distribution import distribute
from shared.database.migrations.guards import guard
from shared.kernel.ids import derived_id

revision = "0019"
down_revision = "0018"

APP, WORKER = "monitoring_app", "monitoring_worker"
LAW = UUID("5309b6a0-0000-7000-8000-000000000002")
PARAMETERS = {"decisions.max_items": ("5000", "系统默认值，州市未发布前适用")}
# What an act on a case sets, beside what moving limits and helping first set already.
OF_CASES = "status, appraised_at, notice_posted_at, notice_ends_at, decided_at, appraised_by, reviewed_by, step_day_kind"
# Who decides many decides by a worker: it takes the step, opens the household's next case for leads that wait, and sends leads down.
RIGHTS = (
    f"UPDATE ({OF_CASES}) ON monitoring_case",
    "INSERT ON case_step",
    "INSERT ON lead_step",
    "EXECUTE ON FUNCTION move_lead(text, uuid, text, int)",
)


def upgrade() -> None:
    op.create_table(
        "job_item",
        sa.Column("county_code", sa.Text(collation="C"), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.Text(collation="C"), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("own", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("county_code", "job_id", "row", name=op.f("pk_job_item")),
    )
    guard("job_item", roles=[APP], rights="SELECT, INSERT")
    op.execute(f"GRANT SELECT, DELETE ON job_item TO {WORKER}")
    distribute("monitoring", "job_item")
    for right in RIGHTS:
        op.execute(f"GRANT {right} TO {WORKER}")
    _load_parameters()


def downgrade() -> None:
    op.execute("ALTER TABLE parameter DISABLE TRIGGER USER")
    op.execute(f"DELETE FROM parameter WHERE key IN ({', '.join(repr(key) for key in PARAMETERS)})")
    op.execute("ALTER TABLE parameter ENABLE TRIGGER USER")
    for right in RIGHTS:
        op.execute(f"REVOKE {right} FROM {WORKER}")
    op.execute("DROP TABLE job_item")


def _load_parameters() -> None:
    place = {"county_code": "5309", "area_code": "5309", "effective_from": date(2020, 1, 1)}
    rows = [
        {**place, "id": derived_id(LAW, key), "key": key, "value": value, "document_number": document}
        for key, (value, document) in PARAMETERS.items()
    ]
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid()}
    op.bulk_insert(sa.table("parameter", *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)
