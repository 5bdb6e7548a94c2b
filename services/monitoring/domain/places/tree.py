"""The area tree (行政区划) on every day: each area with the days on which it exists (R18; plan ch.1 s.2).

Promises of a tree that changes went through: on any day an area exists at most once, and so does what contains it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.areas import COUNTY, TOWNSHIP, VILLAGE
from shared.kernel.errors import Invalid


class Level(StrEnum):
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


LENGTHS: Mapping[Level, int] = {Level.COUNTY: COUNTY, Level.TOWNSHIP: TOWNSHIP, Level.VILLAGE: VILLAGE}
_WIDER: Mapping[int, int] = {VILLAGE: TOWNSHIP, TOWNSHIP: COUNTY}


class NoSuchArea(Invalid):
    sentence = "没有这个区划代码。"
    english = "There is no area of this code."


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """An area under one name, from a day on; the day on which it ends is not its own any more."""

    code: str
    name: str
    level: str
    parent_code: str
    valid_from: date
    valid_to: date | None

    def is_there(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def reaches(self, day: date) -> bool:
        """Say whether it exists on some day from one on."""
        return self.valid_to is None or day < self.valid_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """What became of an area that ended, or what was taken out of one that goes on."""

    old_code: str
    new_code: str


class Tree:
    """The areas of one county with all their days, the county among them."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._of: dict[str, list[Area]] = {}
        self._inside: dict[str, list[Area]] = {}
        for area in sorted(areas, key=lambda each: (each.code, each.valid_from)):
            self._of.setdefault(area.code, []).append(area)
            self._inside.setdefault(area.parent_code, []).append(area)

    def periods(self, code: str) -> Sequence[Area]:
        """List the names that an area has had, the earliest first; none if its code was never given."""
        return self._of.get(code, [])

    def on(self, code: str, day: date) -> Area | None:
        return next((each for each in self.periods(code) if each.is_there(day)), None)

    def lasts(self, code: str, since: date) -> bool:
        """Say whether an area exists on a day and on every day after it, under whatever names."""
        until = since
        for each in self.periods(code):
            if each.is_there(until):
                if each.valid_to is None:
                    return True
                until = each.valid_to
        return False

    def inside(self, code: str, since: date) -> Sequence[Area]:
        """List what lies one level below an area on some day from one on."""
        return [each for each in self._inside.get(code, []) if each.reaches(since)]


def parent_of(code: str) -> str:
    """Name what contains a township or a village: a code is the prefix of every code inside it."""
    return code[: _WIDER[len(code)]]


def level_of(code: str) -> Level:
    return next(level for level, length in LENGTHS.items() if length == len(code))


def homes_of(successions: Iterable[Succession], living: frozenset[str]) -> dict[str, str]:
    """Say for each area that has ended which living one it went over to whole; one that was split went over to none."""
    following: dict[str, set[str]] = {}
    for each in successions:
        following.setdefault(each.old_code, set()).add(each.new_code)
    found: dict[str, str] = {}
    for code in following:
        home = _home(code, following, living)
        if home is not None and home != code:
            found[code] = home
    return found


def _home(code: str, following: Mapping[str, set[str]], living: frozenset[str]) -> str | None:
    for _ in range(len(following) + 1):
        if code in living:
            return code
        nexts = following.get(code, set())
        if len(nexts) != 1:
            return None
        (code,) = nexts
    return None
