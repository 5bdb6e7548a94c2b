"""The tables of long work and of files."""

from alembic import op

from shared.database.migrations.audit import audit
from shared.database.migrations.guards import guard, guard_department

_JOBS = (
    """
    CREATE TABLE job (
        county_code text COLLATE "C" NOT NULL, id uuid NOT NULL, area_code text COLLATE "C" NOT NULL, department text COLLATE "C",
        kind text COLLATE "C" NOT NULL, what text COLLATE "C" NOT NULL, arguments jsonb NOT NULL, state text COLLATE "C" NOT NULL, problem jsonb,
        created_by varchar NOT NULL, created_role text COLLATE "C" NOT NULL, created_at timestamptz NOT NULL, finished_at timestamptz,
        keep_until timestamptz NOT NULL, version int NOT NULL DEFAULT 1,
        CONSTRAINT pk_job PRIMARY KEY (county_code, id),
        CONSTRAINT ck_job_state CHECK (state IN ('queued', 'running', 'validated', 'done', 'failed', 'cancelled')))
    """,
    "CREATE INDEX ix_job_waiting ON job (county_code, id) WHERE state IN ('queued', 'running')",
    """
    CREATE TABLE job_run (
        county_code text COLLATE "C" NOT NULL, id uuid NOT NULL, area_code text COLLATE "C" NOT NULL, claim uuid, claimed_until timestamptz,
        failures int NOT NULL, phase text COLLATE "C" NOT NULL, began_at timestamptz NOT NULL, total int, done int NOT NULL,
        position double precision NOT NULL,
        CONSTRAINT pk_job_run PRIMARY KEY (county_code, id),
        CONSTRAINT ck_job_run_phase CHECK (phase IN ('waiting', 'reading', 'checking', 'applying', 'reporting', 'writing')))
    """,
    """
    CREATE TABLE job_part (
        county_code text COLLATE "C" NOT NULL, id uuid NOT NULL, area_code text COLLATE "C" NOT NULL, claim uuid, position int NOT NULL,
        total int NOT NULL, created int NOT NULL, updated int NOT NULL, unchanged int NOT NULL, refused int NOT NULL,
        CONSTRAINT pk_job_part PRIMARY KEY (county_code, id),
        CONSTRAINT ck_job_part_position CHECK (position >= 0))
    """,
    """
    CREATE TABLE job_result (
        county_code text COLLATE "C" NOT NULL, job_id uuid NOT NULL, row int NOT NULL, area_code text COLLATE "C" NOT NULL,
        outcome text COLLATE "C" NOT NULL, faults jsonb, subject_id uuid,
        CONSTRAINT pk_job_result PRIMARY KEY (county_code, job_id, row),
        CONSTRAINT ck_job_result_outcome CHECK (outcome IN ('created', 'updated', 'unchanged', 'refused')))
    """,
    "CREATE INDEX ix_job_result_refused ON job_result (county_code, job_id, row) WHERE outcome = 'refused'",
    """
    CREATE UNLOGGED TABLE import_row (
        county_code text COLLATE "C" NOT NULL, job_id uuid NOT NULL, unit int NOT NULL, row int NOT NULL, area_code text COLLATE "C" NOT NULL,
        unit_id uuid NOT NULL, record_id uuid NOT NULL, person_index bytea, name varchar, secrets bytea, content_index bytea, note bytea,
        fields jsonb NOT NULL, faults jsonb,
        CONSTRAINT pk_import_row PRIMARY KEY (county_code, job_id, unit, row))
    """,
    "CREATE INDEX ix_import_row_person ON import_row (county_code, job_id, person_index)",
    """
    CREATE UNLOGGED TABLE import_fault (
        county_code text COLLATE "C" NOT NULL, job_id uuid NOT NULL, row int NOT NULL, field varchar, code text COLLATE "C" NOT NULL,
        CONSTRAINT pk_import_fault PRIMARY KEY (county_code, job_id, row, code))
    """,
)


def create_jobs(*, app: str, worker: str) -> None:
    """Create the tables of long work and of files; what a job is about is audited, how far it is is not.

    The stage has no policy: COPY takes no table that has one. Only the worker may touch it.
    """
    for statement in _JOBS:
        op.execute(statement)
    guard_department("job", roles=[app, worker])
    audit("job")
    for table in ("job_run", "job_part"):
        guard(table, roles=[app, worker])
    guard("job_result", roles=[worker], rights="SELECT, INSERT, UPDATE, DELETE")
    op.execute(f"GRANT SELECT ON job_result TO {app}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON import_row, import_fault TO {worker}")


def drop_jobs() -> None:
    for table in ("import_fault", "import_row", "job_result", "job_part", "job_run", "job"):
        op.execute(f"DROP TABLE {table}")
