"""Periodic duties: of several workers, one does each round.

Promises: within an interval of database time one caller at most is told to begin.
Does not promise that a round ends: whoever began may die, so every round must be repeatable.
Not for what must happen exactly once or at an exact moment.
"""

from datetime import timedelta

from sqlalchemy import text

from shared.database.transaction import Transaction

_BEGIN = text("""
    INSERT INTO round (county_code, name, begun_at) VALUES (:county_code, :name, :now)
    ON CONFLICT (county_code, name) DO UPDATE SET begun_at = excluded.begun_at WHERE round.begun_at <= :latest
    RETURNING true
""")


async def is_due(name: str, tx: Transaction, *, every: timedelta) -> bool:
    """Take the round of a duty in the transaction's county, if its interval of real time has passed."""
    turn = {"county_code": tx.actor.scope.county, "name": name, "now": tx.real_now, "latest": tx.real_now - every}
    return bool((await tx.execute(_BEGIN, turn)).scalar())
