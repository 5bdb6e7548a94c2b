"""Procedures as tables of allowed steps: who may do which act in which state, and what state follows.

The graph of steps is code. Days, kinds of day, quorums and who must differ are dated parameters keyed by procedure and step.

Promises: what the table does not list is refused.
Does not promise that two people do not act at once: the conditional update in the store does.
Not for days and people: those are dated parameters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from shared.kernel.actors import Role
from shared.kernel.errors import Conflict, Forbidden, Stale

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


class SamePerson(Forbidden):
    sentence = "同一事项的评议、审核、审定不得由同一人办理。"
    english = "One person may not take two of the deciding acts on one matter."


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """The state that an act leads to, the state that a refusal leads to where refusing is possible, and the roles that may act."""

    to: S
    by: frozenset[Role]
    refused: S | None = None


@dataclass(frozen=True, slots=True)
class Procedure(Generic[S, A]):
    """Every step that is allowed; what is not listed is refused."""

    steps: Mapping[tuple[S, A], Step[S]]

    def step(self, status: S, act: A, by: Role) -> Step[S]:
        """Find the step that an act takes from a state.

        :raises Conflict: the act is not possible in this state.
        :raises Forbidden: it is another role's act.
        """
        step = self.steps.get((status, act))
        if step is None:
            raise Conflict
        if by not in step.by:
            raise Forbidden
        return step


def as_seen(version: int, expected: int, *, field: str = "header.if-match") -> None:
    """Hold the version that the caller saw against the present one, before anything else is decided on it.

    :param field: where the caller says which it saw.
    :raises Stale: somebody changed it.
    """
    if version != expected:
        raise Stale(field)


def must_differ(person: str, others: Iterable[str]) -> None:
    """Hold a deciding person against those who took the other deciding acts.

    :raises SamePerson: this person already decided.
    """
    if person in others:
        raise SamePerson
