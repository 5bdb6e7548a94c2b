"""How urgent the leads are that are opened in many villages at once."""

from collections.abc import Mapping, Sequence

from services.monitoring.domain.leads.grades import grade_for
from services.monitoring.domain.signals import Grade, Group
from services.monitoring.store import law
from shared.database.transaction import Transaction

Grades = Mapping[Group, Grade]
"""What one hardship is graded, by whom it befalls: of a lifted-out household, or of any other."""


async def graded_in(named: Sequence[tuple[str, str]], tx: Transaction) -> Mapping[tuple[str, str], Grades]:
    """Say what hardships are graded in villages by what is in force there today: one question, however many.

    :param named: each village with each hardship.
    """
    if not named:
        return {}
    rules = await law.grade_rules_of(sorted({village for village, _ in named}), tx)
    return {
        (village, hardship): {group: grade_for([hardship], group, rules[village]) for group in (Group.LIFTED_OUT, Group.GENERAL)}
        for village, hardship in named
    }
