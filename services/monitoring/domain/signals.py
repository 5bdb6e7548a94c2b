"""What in a department's list calls for a lead: rules in data (预警规则; R57, plan ch.3 s.3), dated, of an area, with a document.

The first form: one column of a list held against a value, for one group of people or for all. The nearest area's rules of a list win, then the
latest; within a list any rule that holds is enough.
"""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Whom a rule is about."""

    ANY = "any"
    LIFTED_OUT = "lifted_out"  # 脱贫户
    GENERAL = "general"  # 一般农户，含未登记的人


class Operator(StrEnum):
    ANY = "any"  # whoever is on the list
    AT_LEAST = "at_least"  # a number not smaller than the value
    AMONG = "among"  # one of the values, separated by commas


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRule:
    """A rule in force: when `indicator`, a column of the list, stands so to `value`, there is a lead."""

    kind: str
    population: Group
    indicator: str
    operator: Operator
    value: str
    document_number: str
