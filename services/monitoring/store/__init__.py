"""How monitoring's facts are kept: each module holds its tables and the named questions to them."""

from services.monitoring.store import cases, department_files, flags, law, leads, ledger, register_files, self_reports
from services.monitoring.store.base import Base
from services.monitoring.store.care import assignments, groups, visits
from services.monitoring.store.income import incomes
from services.monitoring.store.jobs import jobs
from services.monitoring.store.places import areas, changes, lists
from services.monitoring.store.register import categories, households, people

__all__ = [
    "Base",
    "areas",
    "assignments",
    "cases",
    "categories",
    "changes",
    "department_files",
    "flags",
    "groups",
    "households",
    "incomes",
    "jobs",
    "law",
    "leads",
    "ledger",
    "lists",
    "people",
    "register_files",
    "self_reports",
    "visits",
]
