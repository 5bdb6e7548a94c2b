"""Searching people by a part of their name: from the first to the fourth character on, or after the point of a long name (阿依古丽·买买提)."""

from dataclasses import dataclass
from uuid import UUID

from shared.kernel.errors import Invalid

POINT = "·"
LAST_START = 4
"""A part is found if it begins with one of the first four characters, or just behind the point."""
AFTER_POINT = LAST_START + 1

_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


class SearchByOne(Invalid):
    sentence = "请按身份证号码或姓名查找，二者选一；辖区与翻页只用于姓名。"
    english = "Search by ID number or by a part of a name, not both; area and cursor belong to names."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A place among what was found: the county, where in the name the part begins, and who.

    It names nobody: an id says where the next page begins.
    """

    county: str
    start: int
    person: UUID

    def __str__(self) -> str:
        return f"{self.county}.{self.start}.{self.person.hex}"

    @classmethod
    def parse(cls, cursor: str) -> "Found":
        """Read a cursor that has the form of ours."""
        county, start, person = cursor.split(".")
        return cls(county=county, start=int(start), person=UUID(hex=person))


def end_of(part: str) -> str | None:
    """Give the first text behind all that begin with a part, in the order of code points; None if nothing is behind them.

    A part is never a pattern: what begins with it lies between it and this.
    """
    for place in range(len(part) - 1, -1, -1):
        following = ord(part[place]) + 1
        if following in _SURROGATES:
            following = _SURROGATES.stop
        if following <= _LAST_CHARACTER:
            return part[:place] + chr(following)
    return None


def start_of(name: str, part: str) -> int | None:
    """Say where a part begins in a name, as the search finds it: 1 to 4, or 5 for behind the point."""
    for start in range(1, LAST_START + 1):
        if name[start - 1 :].startswith(part):
            return start
    point = name.find(POINT) + 1
    return AFTER_POINT if point >= LAST_START and name[point:].startswith(part) else None
