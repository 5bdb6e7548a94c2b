"""What a row of a file says of a household in a key group, held against when it belonged to it (R38; plan ch.3 s.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.monitoring.domain.care.groups import GroupSource, InGroup
from services.monitoring.domain.files.verdicts import Verdict, refused
from services.monitoring.domain.periods import Period
from shared.kernel.jobs import Strategy
from shared.kernel.sheets import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A period in a group, as a row says it. What a row leaves out stays as it is registered."""

    valid_from: date
    valid_to: date | None
    source: GroupSource | None


class Act(StrEnum):
    """What a row asks for."""

    LEAVE = "leave"
    BEGIN = "begin"
    END = "end"


def judged(said: Said, held: Sequence[InGroup], strategy: Strategy) -> tuple[Verdict, Act]:
    """Say what becomes of a row, and what is done.

    :param held: the household's periods in the group.
    """
    same = next((each for each in held if each.valid_from == said.valid_from), None)
    fault = _fault(said, same, held)
    if not fault and same is None and strategy is Strategy.UPDATE:
        fault = ("household_number", "not_grouped_yet")
    if fault:
        return refused([fault]), Act.LEAVE
    if same is None:
        return Verdict(outcome=Outcome.CREATED, faults=()), Act.BEGIN
    if said.valid_to in (None, same.valid_to) or strategy is Strategy.CREATE:
        return Verdict(outcome=Outcome.UNCHANGED, faults=()), Act.LEAVE
    return Verdict(outcome=Outcome.UPDATED, faults=()), Act.END


def _fault(said: Said, same: InGroup | None, held: Sequence[InGroup]) -> tuple[str, str] | None:
    if said.valid_to is not None and said.valid_to <= said.valid_from:
        return "valid_to", "period_reversed"
    if same is not None:
        other_end = same.valid_to is not None and said.valid_to not in (None, same.valid_to)
        return ("valid_from", "grouped_already") if other_end or said.source not in (None, same.source) else None
    if said.valid_to is None and any(each.valid_to is None for each in held):
        return "valid_from", "grouped_already"
    period = Period(valid_from=said.valid_from, valid_to=said.valid_to)
    overlaps = any(period.meets(Period(valid_from=each.valid_from, valid_to=each.valid_to)) for each in held)
    return ("valid_from", "period_overlaps") if overlaps else None
