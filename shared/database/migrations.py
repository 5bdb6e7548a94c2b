"""What a revision needs beyond Alembic: plumbing, functions, policies, grants, triggers. One statement per `op.execute`.

Revisions are history: a function that one has called is never changed, only succeeded by one of a new name.

Promises: a table that is guarded shows no row outside the scope, and one that is audited changes nothing unseen.
Not for data that an office publishes: those are rows that come by the API.
"""

from collections.abc import Sequence

from alembic import context, op
from sqlalchemy import MetaData

# `coalesce` keeps the range a mere filter: as bare comparisons the planner multiplies its selectivity with the question's own
# (county and township say the same thing), expects three rows, and sorts the whole list.
INSIDE = "coalesce(area_code >= current_setting('app.lo', true) AND area_code < current_setting('app.hi', true), false)"

# A hidden column appears in the audit only as the word "changed", and only when it was.
_RECORD_AUDIT = """
    CREATE FUNCTION record_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        hidden text[] := coalesce(TG_ARGV, '{}');  -- NULL, not empty, when there are no arguments
        actor text := coalesce(nullif(current_setting('app.actor', true), ''), session_user);
        request text := coalesce(current_setting('app.request_id', true), '');
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO audit (county_code, actor, request_id, relation, act, after)
            SELECT county_code, actor, request, TG_TABLE_NAME, TG_OP, to_jsonb(new_rows) - hidden FROM new_rows;
        ELSIF TG_OP = 'DELETE' THEN
            INSERT INTO audit (county_code, actor, request_id, relation, act, before)
            SELECT county_code, actor, request, TG_TABLE_NAME, TG_OP, to_jsonb(old_rows) - hidden FROM old_rows;
        ELSE
            INSERT INTO audit (county_code, actor, request_id, relation, act, before, after)
            SELECT n.county_code, actor, request, TG_TABLE_NAME, TG_OP, to_jsonb(o) - hidden,
                   to_jsonb(n) - hidden || (SELECT coalesce(jsonb_object_agg(name, 'changed'), '{}') FROM unnest(hidden) AS name
                                            WHERE to_jsonb(o) -> name IS DISTINCT FROM to_jsonb(n) -> name)
            FROM new_rows n JOIN old_rows o USING (county_code, id);
        END IF;
        RETURN NULL;
    END $$
    """

_PLUMBING = (
    """
    CREATE TABLE outbox (
        county_code text COLLATE "C" NOT NULL, created_on date NOT NULL DEFAULT CURRENT_DATE, event_id uuid NOT NULL,
        topic text NOT NULL, key text NOT NULL, type text NOT NULL, entity_id uuid NOT NULL, entity_version int NOT NULL, epoch int NOT NULL,
        headers jsonb NOT NULL, payload bytea NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
        claimed_until timestamptz, published_at timestamptz,
        CONSTRAINT pk_outbox PRIMARY KEY (county_code, created_on, event_id))
    """,
    "CREATE INDEX ix_outbox_unpublished ON outbox (created_at) WHERE published_at IS NULL",
    """
    CREATE TABLE seen (
        county_code text COLLATE "C" NOT NULL, consumer text NOT NULL, entity_id uuid NOT NULL, epoch int NOT NULL, version int NOT NULL,
        CONSTRAINT pk_seen PRIMARY KEY (county_code, consumer, entity_id))
    """,
    """
    CREATE TABLE dead_letter (
        county_code text COLLATE "C" NOT NULL, id uuid NOT NULL, consumer text NOT NULL, topic text NOT NULL, key text NOT NULL, entity_id uuid,
        headers jsonb NOT NULL, payload bytea NOT NULL, reason text NOT NULL, died_at timestamptz NOT NULL DEFAULT now(), resolved_at timestamptz,
        CONSTRAINT pk_dead_letter PRIMARY KEY (county_code, id))
    """,
    "CREATE INDEX ix_dead_letter_unresolved ON dead_letter (county_code, consumer, entity_id) WHERE resolved_at IS NULL",
    """
    CREATE TABLE idempotency (
        county_code text COLLATE "C" NOT NULL, actor text NOT NULL, key text NOT NULL, fingerprint bytea NOT NULL, status int, body bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_idempotency PRIMARY KEY (county_code, actor, key))
    """,
    "CREATE INDEX ix_idempotency_created_at ON idempotency (county_code, created_at)",
    """
    CREATE TABLE audit (
        county_code text COLLATE "C" NOT NULL, id uuid NOT NULL DEFAULT uuidv7(), at timestamptz NOT NULL DEFAULT now(), actor text NOT NULL,
        request_id text NOT NULL, relation text NOT NULL, act text NOT NULL, before jsonb, after jsonb,
        CONSTRAINT pk_audit PRIMARY KEY (county_code, id))
    """,
    """
    CREATE TABLE round (
        county_code text COLLATE "C" NOT NULL, name text NOT NULL, begun_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_round PRIMARY KEY (county_code, name))
    """,
    """
    CREATE TABLE deployment (
        one boolean NOT NULL, clock_offset_seconds int NOT NULL DEFAULT 0, epoch int NOT NULL DEFAULT 1,
        CONSTRAINT pk_deployment PRIMARY KEY (one))
    """,
    "INSERT INTO deployment (one) VALUES (true)",
    """
    CREATE FUNCTION business_now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT now() + make_interval(secs => clock_offset_seconds) FROM deployment'
    """,
    """
    CREATE FUNCTION scope(lo text, hi text, actor text, request_id text, OUT now timestamptz, OUT real_now timestamptz, OUT epoch int)
    LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format('SET LOCAL app.lo = %L', lo);
        EXECUTE format('SET LOCAL app.hi = %L', hi);
        EXECUTE format('SET LOCAL app.actor = %L', actor);
        EXECUTE format('SET LOCAL app.request_id = %L', request_id);
        SELECT business_now(), now(), deployment.epoch INTO scope.now, scope.real_now, scope.epoch FROM deployment;
    END $$
    """,
    _RECORD_AUDIT,
    """
    CREATE FUNCTION record_read(county text, relation text, id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO audit (county_code, actor, request_id, relation, act, after)
        VALUES (county, coalesce(nullif(current_setting('app.actor', true), ''), session_user),
                coalesce(current_setting('app.request_id', true), ''), relation, 'READ', jsonb_build_object('id', id));
    END $$
    """,
)


def create_plumbing(service: str) -> None:
    """Create the tables that every service has, the business clock, the scope and the audit, and say who may use them.

    Nobody but the audit's own functions may read or write the audit; the app may add to the outbox, the worker relays it.
    """
    for statement in _PLUMBING:
        op.execute(statement)
    app, worker = f"{service}_app", f"{service}_worker"
    op.execute("REVOKE EXECUTE ON FUNCTION record_read(text, text, uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION record_read(text, text, uuid) TO {app}, {worker}")
    for role, privilege, table in (
        (app, "INSERT", "outbox"),
        (app, "SELECT, INSERT, UPDATE", "idempotency"),
        (app, "SELECT", "deployment"),
        (worker, "SELECT, INSERT, UPDATE, DELETE", "outbox"),
        (worker, "SELECT, DELETE", "idempotency"),
        (worker, "SELECT, INSERT, UPDATE", "seen"),
        (worker, "SELECT, INSERT, UPDATE", "dead_letter"),
        (worker, "SELECT, INSERT, UPDATE", "round"),
        (worker, "SELECT", "deployment"),
        (app, "SELECT", "alembic_version"),
        (worker, "SELECT", "alembic_version"),
    ):
        op.execute(f"GRANT {privilege} ON {table} TO {role}")


def drop_plumbing() -> None:
    for function in ("record_read(text, text, uuid)", "record_audit()", "scope(text, text, text, text)", "business_now()"):
        op.execute(f"DROP FUNCTION {function}")
    for table in ("deployment", "round", "audit", "idempotency", "dead_letter", "seen", "outbox"):
        op.execute(f"DROP TABLE {table}")


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


def guard(table: str, *, roles: Sequence[str], rights: str = "SELECT, INSERT, UPDATE") -> None:
    """Force the area policy on a table and let the roles use it; nobody may delete."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY inside_area ON {table} USING ({INSIDE})")
    op.execute(f"GRANT {rights} ON {table} TO {', '.join(roles)}")


def guard_law(table: str, *, writer: str, readers: Sequence[str]) -> None:
    """Let everybody read a table of the law, and write it only inside their area."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY readable ON {table} FOR SELECT USING (true)")
    op.execute(f"CREATE POLICY inside_area ON {table} FOR INSERT WITH CHECK ({INSIDE})")
    op.execute(f"GRANT SELECT ON {table} TO {', '.join(readers)}")
    op.execute(f"GRANT INSERT ON {table} TO {writer}")


def look_up(signature: str, returns: str, query: str, *, reads: Sequence[str], role: str, lookup_role: str) -> None:
    """Create a question that sees further than its caller: owned by a role of its own that passes the policies and reads these columns only.

    The body is a text: as SQL it would record dependencies, and no table of it could be dropped.
    """
    op.execute(f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $${query}$$")
    for columns in reads:
        op.execute(f"GRANT SELECT {columns} TO {lookup_role}")
    op.execute(f"ALTER FUNCTION {signature} OWNER TO {lookup_role}")
    op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {role}")


def audit(table: str, *, hidden: Sequence[str] = ()) -> None:
    """Record every statement on a table, bulk and COPY too; of a hidden column only that it changed."""
    arguments = ", ".join(f"'{column}'" for column in hidden)
    for act, rows in (
        ("INSERT", "NEW TABLE AS new_rows"),
        ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("DELETE", "OLD TABLE AS old_rows"),
    ):
        op.execute(
            f"CREATE TRIGGER audit_{act.lower()} AFTER {act} ON {table} REFERENCING {rows} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION record_audit({arguments})"
        )


# To draw a UUID for each row cost more than the rest of the entry: a statement draws one, and its rows count up the last eight digits.
_RECORD_AUDIT_OF_MANY = """
    CREATE OR REPLACE FUNCTION record_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        hidden text[] := coalesce(TG_ARGV, '{}');
        actor text := coalesce(nullif(current_setting('app.actor', true), ''), session_user);
        request text := coalesce(current_setting('app.request_id', true), '');
        statement text := left(CAST(uuidv7() AS text), 28);
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO audit (county_code, id, actor, request_id, relation, act, after)
            SELECT county_code, CAST(statement || lpad(to_hex(row_number() OVER ()), 8, '0') AS uuid), actor, request, TG_TABLE_NAME, TG_OP,
                   to_jsonb(new_rows) - hidden FROM new_rows;
        ELSIF TG_OP = 'DELETE' THEN
            INSERT INTO audit (county_code, id, actor, request_id, relation, act, before)
            SELECT county_code, CAST(statement || lpad(to_hex(row_number() OVER ()), 8, '0') AS uuid), actor, request, TG_TABLE_NAME, TG_OP,
                   to_jsonb(old_rows) - hidden FROM old_rows;
        ELSE
            INSERT INTO audit (county_code, id, actor, request_id, relation, act, before, after)
            SELECT n.county_code, CAST(statement || lpad(to_hex(row_number() OVER ()), 8, '0') AS uuid), actor, request, TG_TABLE_NAME, TG_OP,
                   to_jsonb(o) - hidden,
                   to_jsonb(n) - hidden || (SELECT coalesce(jsonb_object_agg(name, 'changed'), '{}') FROM unnest(hidden) AS name
                                            WHERE to_jsonb(o) -> name IS DISTINCT FROM to_jsonb(n) -> name)
            FROM new_rows n JOIN old_rows o USING (county_code, id);
        END IF;
        RETURN NULL;
    END $$
"""


def number_audit_by_statement() -> None:
    """Let the audit draw one id for a statement and count its rows from there: a bulk statement's entries cost half, and look the same."""
    op.execute(_RECORD_AUDIT_OF_MANY)


def number_audit_by_row() -> None:
    """Let the audit draw an id for each row, as before."""
    op.execute(_RECORD_AUDIT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))


# The department joins the scope: `*` for who belongs to none and sees the rows of all. Unset, a department's rows are nobody's.
_SCOPE_WITH_DEPARTMENT = """
    CREATE FUNCTION scope(lo text, hi text, department text, actor text, request_id text,
                          OUT now timestamptz, OUT real_now timestamptz, OUT epoch int)
    LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format('SET LOCAL app.department = %L', department);
        SELECT s.now, s.real_now, s.epoch INTO scope.now, scope.real_now, scope.epoch FROM scope(lo, hi, actor, request_id) s;
    END $$
"""
INSIDE_DEPARTMENT = f"{INSIDE} AND coalesce(current_setting('app.department', true) IN ('*', department), false)"


def add_department_to_scope() -> None:
    """Let a scope say for which department its actor is at work."""
    op.execute(_SCOPE_WITH_DEPARTMENT)


def drop_department_from_scope() -> None:
    op.execute("DROP FUNCTION scope(text, text, text, text, text)")


def guard_department(table: str, *, roles: Sequence[str], rights: str = "SELECT, INSERT, UPDATE") -> None:
    """Force the area policy on a table whose rows are some department's: that department's users see no other's."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY inside_area ON {table} USING ({INSIDE_DEPARTMENT})")
    op.execute(f"GRANT {rights} ON {table} TO {', '.join(roles)}")


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


def run_env(metadata: MetaData) -> None:
    """The whole of a service's `env.py`."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()
