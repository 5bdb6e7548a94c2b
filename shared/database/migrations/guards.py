"""Policies and grants: who sees which rows of a table, and what a question that sees further may read."""

from collections.abc import Sequence

from alembic import op

# `coalesce` keeps the range a mere filter: as bare comparisons the planner multiplies its selectivity with the question's own
# (county and township say the same thing), expects three rows, and sorts the whole list.
INSIDE = "coalesce(area_code >= current_setting('app.lo', true) AND area_code < current_setting('app.hi', true), false)"
INSIDE_DEPARTMENT = f"{INSIDE} AND coalesce(current_setting('app.department', true) IN ('*', department), false)"


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


def guard_department(table: str, *, roles: Sequence[str], rights: str = "SELECT, INSERT, UPDATE") -> None:
    """Force the area policy on a table whose rows are some department's: that department's users see no other's."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY inside_area ON {table} USING ({INSIDE_DEPARTMENT})")
    op.execute(f"GRANT {rights} ON {table} TO {', '.join(roles)}")


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
