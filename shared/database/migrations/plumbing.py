"""The tables that every service has: outbox, gate, dead letters, keys, audit, rounds, the clock; and the scope of a transaction."""

from alembic import op

from shared.database.migrations.audit import RECORD_AUDIT

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
    RECORD_AUDIT,
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


def add_department_to_scope() -> None:
    """Let a scope say for which department its actor is at work."""
    op.execute(_SCOPE_WITH_DEPARTMENT)


def drop_department_from_scope() -> None:
    op.execute("DROP FUNCTION scope(text, text, text, text, text)")
