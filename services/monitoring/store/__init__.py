"""How monitoring's facts are kept: each module holds its tables and the named questions to them."""

from services.monitoring.store import cases, law, signals
from services.monitoring.store.base import Base
from services.monitoring.store.care import assignments, groups, visits
from services.monitoring.store.deadlines import escalations, pauses, step_taken
from services.monitoring.store.files import register as register_files
from services.monitoring.store.flags import flags, ledger
from services.monitoring.store.income import incomes, quarters, simulations, standings
from services.monitoring.store.jobs import jobs
from services.monitoring.store.leads import answers, lead_steps, leads, self_reports
from services.monitoring.store.places import areas, changes, lists
from services.monitoring.store.quality import findings
from services.monitoring.store.reading import area_figures
from services.monitoring.store.regional import alarms, counts, events, occurrences
from services.monitoring.store.register import categories, change_requests, county_transfers, duplicates, forms, households, lineage, people
from services.monitoring.store.screening import households as screening_households
from services.monitoring.store.screening import rounds as screening_rounds

__all__ = [
    "Base",
    "alarms",
    "answers",
    "area_figures",
    "areas",
    "assignments",
    "cases",
    "categories",
    "change_requests",
    "changes",
    "counts",
    "county_transfers",
    "duplicates",
    "escalations",
    "events",
    "findings",
    "flags",
    "forms",
    "groups",
    "households",
    "incomes",
    "jobs",
    "law",
    "lead_steps",
    "leads",
    "ledger",
    "lineage",
    "lists",
    "occurrences",
    "pauses",
    "people",
    "quarters",
    "register_files",
    "screening_households",
    "screening_rounds",
    "self_reports",
    "signals",
    "simulations",
    "standings",
    "step_taken",
    "visits",
]
