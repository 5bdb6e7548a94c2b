"""How urgent the leads are that a list opens, in many villages at once."""

from collections.abc import Mapping, Sequence

from services.monitoring.domain.grades import grade_for
from services.monitoring.domain.signals import Grade, Group
from services.monitoring.store import law
from shared.database.transaction import Transaction

Grades = Mapping[Group, Grade]
"""What one hardship is graded, by whom it befalls: of a lifted-out household, or of any other."""


async def graded_in(villages: Sequence[str], hardship: str, tx: Transaction) -> Mapping[str, Grades]:
    """Say what a hardship is graded in each village by what is in force there today: one question, however many villages."""
    if not villages:
        return {}
    rules = await law.grade_rules_of(villages, tx)
    return {village: {group: grade_for([hardship], group, rules[village]) for group in (Group.LIFTED_OUT, Group.GENERAL)} for village in villages}
