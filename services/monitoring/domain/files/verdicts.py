"""What becomes of a row of a file that the domain decides about."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.kernel.sheets import Outcome

Fault = tuple[str | None, str]
"""A column, or none where the whole row is meant, and a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a row. `faults` of one that is taken are notes, and refuse nothing."""

    outcome: Outcome
    faults: Sequence[Fault]

    @property
    def changes(self) -> bool:
        """Whether something is kept."""
        return self.outcome in (Outcome.CREATED, Outcome.UPDATED)


def refused(faults: Sequence[Fault]) -> Verdict:
    return Verdict(outcome=Outcome.REFUSED, faults=faults)
