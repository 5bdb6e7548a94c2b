"""How long and how much, by environment. The defaults keep the whole run below ten minutes; `BENCH_SECONDS=2` is a quick try."""

import os
from dataclasses import dataclass

ROUNDS = 3
CONNECTIONS = 8
FLAGS_PER_SECOND = 50
PAGES_PER_SECOND = 100
_USUAL_SECONDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """`seconds` is how long each side is measured in each round.

    :param people: of the files that are measured in rounds; a department's list is as long.
    :param many: of the file that is measured once.
    :param registered: among how many people a list is screened, one after the other.
    :param readers: among how many people it is read, in turn.
    """

    seconds: int
    households: int
    burst: int
    people: int
    many: int
    registered: tuple[int, int]
    readers: tuple[int, ...]


def scale() -> Scale:
    """Read the sizes; below the usual time everything is smaller."""
    seconds = int(os.environ.get("BENCH_SECONDS", _USUAL_SECONDS))
    whole = seconds >= _USUAL_SECONDS
    return Scale(
        seconds=seconds,
        households=int(os.environ.get("BENCH_HOUSEHOLDS", 100_000 if whole else 10_000)),
        burst=int(os.environ.get("BENCH_BURST", 20_000 if whole else 2_000)),
        people=int(os.environ.get("BENCH_PEOPLE", 100_000 if whole else 20_000)),
        many=int(os.environ.get("BENCH_MANY", 1_000_000 if whole else 100_000)),
        registered=(384_835, 1_832_000) if whole else (40_000, 160_000),
        readers=tuple(int(people) for people in os.environ.get("BENCH_READ_PEOPLE", "400000,10000000" if whole else "80000,400000").split(",")),
    )
