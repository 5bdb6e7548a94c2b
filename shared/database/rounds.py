"""Periodic duties: of several workers, one does each round.

Promises: within an interval of database time one caller at most is told to begin.
Does not promise that a round ends: whoever began may die, so every round must be repeatable.
Not for what must happen exactly once or at an exact moment.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ARRAY, bindparam, text

from shared.database.columns import CODE
from shared.database.transaction import Transaction

_BEGIN = text("""
    INSERT INTO round (county_code, name, begun_at) VALUES (:county_code, :name, :now)
    ON CONFLICT (county_code, name) DO UPDATE SET begun_at = excluded.begun_at WHERE round.begun_at <= :latest
    RETURNING true
""")

_BEGUN = text("SELECT county_code FROM round WHERE county_code = ANY(:counties) AND name = :name AND begun_at > :latest").bindparams(
    bindparam("counties", type_=ARRAY(CODE))
)


async def due_in(name: str, counties: Sequence[str], tx: Transaction, *, every: timedelta) -> list[str]:
    """Name those of some counties in which a duty may be due, without taking its round: one question instead of a transaction in each."""
    begun = set((await tx.execute(_BEGUN, {"counties": list(counties), "name": name, "latest": tx.real_now - every})).scalars())
    return [county for county in counties if county not in begun]


async def is_due(name: str, tx: Transaction, *, every: timedelta) -> bool:
    """Take the round of a duty in the transaction's county, if its interval of real time has passed."""
    turn = {"county_code": tx.actor.scope.county, "name": name, "now": tx.real_now, "latest": tx.real_now - every}
    return bool((await tx.execute(_BEGIN, turn)).scalar())
