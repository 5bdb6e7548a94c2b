"""Jobs and files; households have numbers, and what is sealed of a person has a keyed hash that says whether it changed."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from shared.database.distribution import JOBS, distribute
from shared.database.migrations.guards import look_up
from shared.database.migrations.jobs import create_jobs, drop_jobs
from shared.database.migrations.plumbing import add_department_to_scope, drop_department_from_scope
from shared.kernel.ids import derived_id

revision = "0006"
down_revision = "0005"

APP, WORKER = "monitoring_app", "monitoring_worker"
LOOKUP = "monitoring_lookup"
LAW = UUID("5309b6a0-0000-7000-8000-000000000002")
# The default until the prefecture publishes its own: value, and the document that it comes from.
PARAMETERS = {"files.keep.days": ("30", "个人信息保护法第十九条")}
PERSONAL = ("household", "household_income", "person", "membership")


def upgrade() -> None:
    op.add_column("household", sa.Column("number", sa.Text(collation="C"), nullable=True))
    op.execute("ALTER TABLE household DISABLE TRIGGER USER")
    op.execute("UPDATE household SET number = id::text")
    op.execute("ALTER TABLE household ENABLE TRIGGER USER")
    op.alter_column("household", "number", nullable=False)
    op.create_unique_constraint(op.f("uq_household_county_code_number"), "household", ["county_code", "number"])
    op.add_column("person", sa.Column("content_index", sa.LargeBinary(), nullable=True))

    add_department_to_scope()
    create_jobs(app=APP, worker=WORKER)
    for table in PERSONAL:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {WORKER}")
    op.execute(f"GRANT INSERT ON person_directory TO {WORKER}")
    look_up(
        "directory_of(indexes bytea[])",
        "TABLE (id_number_index bytea, county_code text, person_id uuid)",
        "SELECT d.id_number_index, d.county_code, d.person_id FROM person_directory d WHERE d.id_number_index = ANY(indexes)",
        reads=["(id_number_index, county_code, person_id) ON person_directory"],
        role=WORKER,
        lookup_role=LOOKUP,
    )
    look_up(
        "households_numbered(county text, numbers text[])",
        "TABLE (number text, id uuid, area_code text, status text, kind text)",
        "SELECT h.number, h.id, h.area_code, h.status, h.kind FROM household h WHERE h.county_code = county AND h.number = ANY(numbers)",
        reads=["(county_code, number, id, area_code, status, kind) ON household"],
        role=WORKER,
        lookup_role=LOOKUP,
    )
    distribute("monitoring", *JOBS)
    _load_parameters()


def downgrade() -> None:
    op.execute("ALTER TABLE parameter DISABLE TRIGGER USER")
    op.execute("DELETE FROM parameter WHERE key = 'files.keep.days'")
    op.execute("ALTER TABLE parameter ENABLE TRIGGER USER")
    op.execute("DROP FUNCTION households_numbered(text, text[])")
    op.execute("DROP FUNCTION directory_of(bytea[])")
    op.execute(f"REVOKE SELECT (number, area_code, kind) ON household FROM {LOOKUP}")
    op.execute(f"REVOKE SELECT (county_code) ON person_directory FROM {LOOKUP}")
    op.execute(f"REVOKE INSERT ON person_directory FROM {WORKER}")
    for table in PERSONAL:
        op.execute(f"REVOKE SELECT, INSERT, UPDATE ON {table} FROM {WORKER}")
    drop_jobs()
    drop_department_from_scope()
    op.drop_column("person", "content_index")
    op.drop_column("household", "number")


def _load_parameters() -> None:
    """How long files and stages are kept, until the prefecture publishes its own."""
    place = {"county_code": "5309", "area_code": "5309", "effective_from": date(2020, 1, 1)}
    rows = [
        {**place, "id": derived_id(LAW, key), "key": key, "value": value, "document_number": document}
        for key, (value, document) in PARAMETERS.items()
    ]
    kinds = {"effective_from": sa.Date(), "id": sa.Uuid()}
    op.bulk_insert(sa.table("parameter", *(sa.column(name, kinds.get(name)) for name in rows[0])), rows)
