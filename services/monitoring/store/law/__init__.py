"""Tables of the law: lines, income items, parameters, measures, working days. Readable by every role; only their writes are guarded.

Rows are added and never changed: what was in force on a past day can always be asked.
"""

from services.monitoring.store.law.calendar import add_workdays, calendar_for, calendars_of
from services.monitoring.store.law.figures import has_base, publish_figure
from services.monitoring.store.law.grades import grade_rules_for, grade_rules_of, publish_grade_rule
from services.monitoring.store.law.items import items_for, publish_item
from services.monitoring.store.law.lines import NoLine, line_for, lines_over, lines_that_have_come, publish_line
from services.monitoring.store.law.measures import measures_for
from services.monitoring.store.law.parameters import parameters_for, parameters_of, parameters_within, publish_parameter
from services.monitoring.store.law.publishing import PublishedAlready
from services.monitoring.store.law.quality import RuleInForce, publish_quality_rule, quality_numbers, quality_rules_for, quality_titles
from services.monitoring.store.law.regional import as_rule, industries_for, publish_regional_rule, regional_rules_for
from services.monitoring.store.law.signals import publish_signal_rule, signal_rules_for

__all__ = [
    "NoLine",
    "PublishedAlready",
    "RuleInForce",
    "add_workdays",
    "as_rule",
    "calendar_for",
    "calendars_of",
    "grade_rules_for",
    "grade_rules_of",
    "has_base",
    "industries_for",
    "items_for",
    "line_for",
    "lines_over",
    "lines_that_have_come",
    "measures_for",
    "parameters_for",
    "parameters_of",
    "parameters_within",
    "publish_figure",
    "publish_grade_rule",
    "publish_item",
    "publish_line",
    "publish_parameter",
    "publish_quality_rule",
    "publish_regional_rule",
    "publish_signal_rule",
    "quality_numbers",
    "quality_rules_for",
    "quality_titles",
    "regional_rules_for",
    "signal_rules_for",
]
