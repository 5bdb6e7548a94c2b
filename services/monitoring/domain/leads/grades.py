"""How urgent a lead is (分级分类; R43, plan ch.3 s.1): red, orange or yellow by what is said in it, by dated rows of an area.

The type of a lead is its hardship; its level is the length of its area: county, township or village.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.monitoring.domain.signals import Grade, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRule:
    """A row in force: what a hardship of a group of people is graded."""

    hardship: str
    population: Group
    grade: Grade
    document_number: str


def grade_for(hardships: Iterable[str], population: Group, rules: Sequence[GradeRule]) -> Grade:
    """Grade a lead: the most urgent that any of its hardships calls for; what no rule names is yellow."""
    named = set(hardships)
    called = {rule.grade for rule in rules if rule.hardship in named and rule.population in (Group.ANY, population)}
    return next((grade for grade in Grade if grade in called), Grade.YELLOW)
