"""How monitoring's facts are kept: each module holds its tables and the named questions to them."""

from services.monitoring.store import areas, cases, categories, flags, households, incomes, law, leads, ledger, people, self_reports
from services.monitoring.store.base import Base

__all__ = ["Base", "areas", "cases", "categories", "flags", "households", "incomes", "law", "leads", "ledger", "people", "self_reports"]
