"""What holds from a day on until the next such row begins (R52, plan ch.3 s.3): a late correction goes between what is there, by its day.

Promises: of what is there, nothing that begins later is changed; at most the row that held on the day ends there.
Not for memberships, which end without a successor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

EVER = date(1900, 1, 1)
"""Before every day that may be told: from then on holds what nobody said since when."""


class Dated(Protocol):
    """Something that holds from a day on, up to but without the day of its end; the present has no end."""

    @property
    def valid_from(self) -> date: ...

    @property
    def valid_to(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a row goes that begins on a day.

    :param valid_to: when it ends: when the next one begins, if there is a next one.
    :param ends: the beginning of the row that held until then and ends with it.
    :param replaces: one begins on this very day, and its content is replaced.
    """

    valid_from: date
    valid_to: date | None
    ends: date | None
    replaces: bool


def on(rows: Sequence[D], day: date) -> D | None:
    """Find what held on a day, among rows in order."""
    return next((row for row in rows if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)), None)


def place_of(rows: Sequence[Dated], day: date) -> Place:
    """Say where a row goes that begins on a day, among rows in order."""
    held = on(rows, day)
    if held and held.valid_from == day:
        return Place(valid_from=day, valid_to=held.valid_to, ends=None, replaces=True)
    following = min((row.valid_from for row in rows if row.valid_from > day), default=None)
    return Place(valid_from=day, valid_to=following, ends=held.valid_from if held else None, replaces=False)
