"""What people may ask of monitoring. A route is named for its path, a use case for its verb."""

from services.monitoring.api.care.assignments import assignments
from services.monitoring.api.care.groups import groups
from services.monitoring.api.care.visits import visits
from services.monitoring.api.cases import cases
from services.monitoring.api.deadlines.escalations import escalations
from services.monitoring.api.deadlines.pauses import pauses
from services.monitoring.api.flags import flags
from services.monitoring.api.incidents import green_channels, incidents
from services.monitoring.api.income.incomes import incomes
from services.monitoring.api.income.lines import lines
from services.monitoring.api.law import law
from services.monitoring.api.leads.lead_answers import lead_answers
from services.monitoring.api.leads.leads import leads
from services.monitoring.api.leads.self_reports import self_reports
from services.monitoring.api.places.areas import areas
from services.monitoring.api.places.lists import place_lists
from services.monitoring.api.quality import quality
from services.monitoring.api.reading.dashboards import dashboards
from services.monitoring.api.reading.worklist import worklist
from services.monitoring.api.regional import regional
from services.monitoring.api.register.change_requests import change_requests
from services.monitoring.api.register.changes import changes
from services.monitoring.api.register.duplicates import duplicates
from services.monitoring.api.register.households import households
from services.monitoring.api.screening import screening
from services.monitoring.api.signals import signals

REGISTER = (households, changes, change_requests, duplicates, incomes, assignments, visits, groups)
LEADS = (self_reports, signals, screening, leads, lead_answers)
INCIDENTS = (incidents, green_channels)
DECISIONS = (cases, pauses, escalations, flags)
REGIONS = (regional,)
QUALITY = (quality,)
LAW = (areas, place_lists, law, lines)
READING = (worklist, dashboards)
ROUTERS = (*REGISTER, *LEADS, *INCIDENTS, *DECISIONS, *REGIONS, *QUALITY, *READING, *LAW)

__all__ = ["ROUTERS"]
