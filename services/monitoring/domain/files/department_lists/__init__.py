"""The lists that departments send (行业部门名单; R41, R43, R57; plan ch.3): one row for each person and matter, under the department's own number.

What in a row calls for a lead is not said here: that is a rule in data (`domain/signals.py`).
"""

from services.monitoring.domain.files.department_lists.declared import FAULTS, JUDGED, DepartmentList, by_kind
from services.monitoring.domain.files.department_lists.disasters import DISASTER, DISASTERS
from services.monitoring.domain.files.department_lists.earnings import EARNINGS
from services.monitoring.domain.files.department_lists.holdings import HOLDINGS
from services.monitoring.domain.files.department_lists.homes import HOMES
from services.monitoring.domain.files.department_lists.illness import ILLNESS, MEDICAL_INSURANCE
from services.monitoring.domain.files.department_lists.people import PEOPLE
from services.monitoring.domain.files.department_lists.schooling import SCHOOLING

LISTS = by_kind(ILLNESS, SCHOOLING, HOMES, DISASTERS, PEOPLE, EARNINGS, HOLDINGS)

__all__ = ["DISASTER", "FAULTS", "JUDGED", "LISTS", "MEDICAL_INSURANCE", "DepartmentList"]
