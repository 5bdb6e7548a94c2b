"""The ledger's figures for operators: what is owed, what is confirmed, and how often anything had to be repaired."""

from dataclasses import dataclass

from services.monitoring.store import ledger
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    owed: int
    confirmed: int
    oldest_gap_seconds: int
    unknown_answers: int
    repairs: int


async def ledger_figures(tx: Transaction) -> Figures:
    """Add up what the last rounds found in every county."""
    return Figures(**(await ledger.totals(COUNTIES, tx))._asdict())
