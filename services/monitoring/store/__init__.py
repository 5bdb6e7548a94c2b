"""How monitoring's facts are kept: each module holds its tables and the named questions to them."""

from services.monitoring.store import (
    areas,
    cases,
    categories,
    department_files,
    flags,
    households,
    incomes,
    law,
    leads,
    ledger,
    people,
    register_files,
    self_reports,
)
from services.monitoring.store.base import Base
from services.monitoring.store.jobs import jobs

__all__ = [
    "Base",
    "areas",
    "cases",
    "categories",
    "department_files",
    "flags",
    "households",
    "incomes",
    "jobs",
    "law",
    "leads",
    "ledger",
    "people",
    "register_files",
    "self_reports",
]
