"""People who may be registered twice, because one of them has no ID number (R52, plan ch.3 s.3). The machine finds pairs; a person decides.

open ─decision─▶ same | different
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from rapidfuzz.distance import LCSseq

from services.monitoring.domain.register.households import Relation
from services.monitoring.domain.register.people import Sex
from shared.kernel.actors import Role
from shared.kernel.errors import Conflict
from shared.kernel.procedure import Procedure, Step


class DuplicateStatus(StrEnum):
    OPEN = "open"  # 待核定
    SAME = "same"  # 同一人
    DIFFERENT = "different"  # 不是同一人


class Decision(StrEnum):
    SAME = "same"  # 同一人
    DIFFERENT = "different"  # 不是同一人


_OFFICERS = frozenset({Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER})
DECIDING: Procedure[DuplicateStatus, Decision] = Procedure(
    steps={(DuplicateStatus.OPEN, decision): Step(to=DuplicateStatus(decision), by=_OFFICERS) for decision in Decision}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What is compared of somebody."""

    name: str
    born_on: date | None
    sex: Sex | None
    area_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two people who may be one. `person_a` has no ID number, and gives way if they are; of two without one it is the later.

    :param score: how alike they are, 0 to 1.
    """

    id: UUID
    county_code: str
    area_code: str
    person_a: UUID
    person_b: UUID
    score: Decimal
    status: DuplicateStatus
    due_at: datetime
    version: int


class HeadCannotEnd(Conflict):
    sentence = "此人是户主，请先变更户主或注销该户，再认定为同一人。"
    english = "This person is the head of a household: change the head, or strike the household off, first."


class SameAsAnother(Conflict):
    sentence = "此人已认定与另一人为同一人。"
    english = "This person has been found to be the same as somebody else."


class OtherOutside(Conflict):
    sentence = "另一人不在您的辖区内，请由县级核定。"
    english = "The other person lies outside your area: the county decides."


# Of a hundred: how much a name counts, and what it is told apart by where names are common.
_NAME, _BORN_ON, _SEX, _VILLAGE = 60, 20, 10, 10


def likeness(one: Likeness, other: Likeness) -> Decimal:
    """Say how alike two people are, from 0 to 1 with two places, rounded down; the same whichever is the one."""
    score = _of_names(one.name, other.name)
    score += _BORN_ON * (one.born_on is not None and one.born_on == other.born_on)
    score += _SEX * (one.sex is not None and one.sex == other.sex)
    score += _VILLAGE * (one.area_code == other.area_code)
    return Decimal(score) / 100


def give_way(one: tuple[UUID, bool], other: tuple[UUID, bool]) -> tuple[UUID, UUID]:
    """Say which of two gives way to which, each with whether it has an ID number: who has none; of two without one the later."""
    (a, a_numbered), (b, b_numbered) = one, other
    if a_numbered is not b_numbered:
        return (b, a) if a_numbered else (a, b)
    return (max(a, b), min(a, b))


def decide(pair: Pair, decision: Decision, *, by: Role, relation: Relation | None, same_as: UUID | None, other_is_seen: bool) -> DuplicateStatus:
    """Decide about a pair.

    :param relation: what the one who would give way is in a household, if still a member of one.
    :raises Conflict: it is decided already; Forbidden: it is another office's act.
    :raises OtherOutside: the other person is not the decider's to see.
    :raises HeadCannotEnd: a household would lose its head; SameAsAnother: it was decided with somebody else.
    """
    step = DECIDING.step(pair.status, decision, by)
    if not other_is_seen:
        raise OtherOutside
    if decision is Decision.SAME and same_as is not None:
        raise SameAsAnother
    if decision is Decision.SAME and relation is Relation.HEAD:
        raise HeadCannotEnd
    return step.to


def _of_names(one: str, other: str) -> int:
    """Compare two names: twice the most characters that both have in the same order, over all of them; of a hundred what a name counts."""
    return _NAME * 2 * LCSseq.similarity(one, other) // max(len(one) + len(other), 1)
