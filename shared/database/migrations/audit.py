"""The audit: every statement on a table is recorded, in the transaction that changes it."""

from collections.abc import Sequence

from alembic import op

# A hidden column appears in the audit only as the word "changed", and only when it was.
RECORD_AUDIT = """
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
    op.execute(RECORD_AUDIT.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
