"""Figures for operators: of the ledger what is owed, confirmed and repaired; of limits what nobody has acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.store.deadlines import escalations
from services.monitoring.store.flags import ledger
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


async def open_escalations(tx: Transaction) -> Mapping[Level, int]:
    """Count by level what was said of limits and nobody has acknowledged."""
    return await escalations.open_by_level(tx)
