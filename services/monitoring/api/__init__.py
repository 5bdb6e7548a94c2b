"""What people may ask of monitoring. A route is named for its path, a use case for its verb."""

from services.monitoring.api.care.assignments import assignments
from services.monitoring.api.care.groups import groups
from services.monitoring.api.care.visits import visits
from services.monitoring.api.cases import cases
from services.monitoring.api.flags import flags
from services.monitoring.api.law import law
from services.monitoring.api.leads import leads
from services.monitoring.api.places.areas import areas
from services.monitoring.api.places.lists import place_lists
from services.monitoring.api.register.households import households
from services.monitoring.api.self_reports import self_reports

ROUTERS = (self_reports, households, assignments, visits, groups, leads, cases, flags, areas, place_lists, law)

__all__ = ["ROUTERS"]
