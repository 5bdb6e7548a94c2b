"""How long and how much, by environment. The defaults keep the whole run below ten minutes; `BENCH_SECONDS=2` is a quick try."""

import os
from dataclasses import dataclass

ROUNDS = 3
CONNECTIONS = 8
FLAGS_PER_SECOND = 50
_USUAL_SECONDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """`seconds` is how long each side is measured in each round."""

    seconds: int
    households: int
    burst: int


def scale() -> Scale:
    """Read the sizes; below the usual time everything is smaller."""
    seconds = int(os.environ.get("BENCH_SECONDS", _USUAL_SECONDS))
    whole = seconds >= _USUAL_SECONDS
    return Scale(
        seconds=seconds,
        households=int(os.environ.get("BENCH_HOUSEHOLDS", 100_000 if whole else 10_000)),
        burst=int(os.environ.get("BENCH_BURST", 20_000 if whole else 2_000)),
    )
