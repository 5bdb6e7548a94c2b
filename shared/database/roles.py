"""The login roles of a service. They belong to the cluster, not to a schema: made before the first revision, never by one.

`<service>_app` answers requests, `<service>_worker` relays and listens, `<service>_lookup` owns the look-ups that pass the policies.
None of them owns a table. Making `_lookup` needs a superuser (BYPASSRLS).

Promises: no role of a service may do what another process does, and none waits for ever.
Not for people: they are known by their tokens, never by a database login.
"""

from collections.abc import Iterator

# A frozen process inside a transaction would otherwise block its successors for as long as it sleeps.
LIMITS = (
    "random_page_cost = 1.1",
    "lock_timeout = '2s'",
    "statement_timeout = '30s'",
    "idle_in_transaction_session_timeout = '5s'",
    "transaction_timeout = '60s'",  # the only limit that ends a process frozen in the middle of a statement
    "jit = off",
)


def role_statements(service: str, *, app_password: str | None, worker_password: str | None) -> Iterator[str]:
    """Give the statements that make the roles, or bring them up to date."""
    for role, password in ((f"{service}_app", app_password), (f"{service}_worker", worker_password)):
        yield _made(role, "LOGIN")
        yield f"ALTER ROLE {role} PASSWORD {'NULL' if password is None else _quoted(password)}"
        for limit in LIMITS:
            yield f"ALTER ROLE {role} SET {limit}"
    yield _made(f"{service}_lookup", "NOLOGIN BYPASSRLS")


def clock_statement(service: str, *, moves: bool) -> str:
    """Let the app move the business clock, or forbid it."""
    verb, word = ("GRANT", "TO") if moves else ("REVOKE", "FROM")
    return f"{verb} UPDATE (clock_offset_seconds) ON deployment {word} {service}_app"


def _made(role: str, rights: str) -> str:
    return f"DO $$ BEGIN CREATE ROLE {role} {rights}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"


def _quoted(password: str) -> str:
    return "'" + password.replace("'", "''") + "'"
