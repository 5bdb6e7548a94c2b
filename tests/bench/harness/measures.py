"""What was measured: rounds of a side, the two sides of a line, and what their ratio is held against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

Measure = Callable[["Round"], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One side in one round. Latencies are in milliseconds; whatever was refused, lost or miscounted is a failure."""

    seconds: float
    latencies: Sequence[float]
    failures: int = 0
    done: int = 0

    @property
    def rate(self) -> float:
        return (self.done or len(self.latencies)) / self.seconds

    @property
    def p50(self) -> float:
        return self.at(0.50)

    @property
    def p99(self) -> float:
        return self.at(0.99)

    def at(self, part: float) -> float:
        """Give the latency that a part of all did not exceed."""
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, int(part * len(ranked)))] if ranked else 0.0


@dataclass(slots=True, kw_only=True)
class Side:
    """What is measured in every round: the limit, or ours."""

    what: str
    workers: str
    connections: str
    rounds: list[Round] = field(default_factory=list)

    def summary(self, measure: Measure) -> dict[str, Any]:
        """Say the median over the rounds of what is measured and of the 99th percentile, and the spread of what is measured."""
        values = [measure(each) for each in self.rounds]
        return {
            "what": self.what,
            "median": round(median(values), 2),
            "p50_ms": round(median(each.p50 for each in self.rounds), 2),
            "p99": round(median(each.p99 for each in self.rounds), 2),
            "spread": [round(min(values), 2), round(max(values), 2)],
        }

    @property
    def failures(self) -> int:
        return sum(each.failures for each in self.rounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A bound of the ratio; a line without a goal is there to be read."""

    at_least: float | None = None
    at_most: float | None = None

    def met(self, ratio: float) -> bool | None:
        if self.at_least is None and self.at_most is None:
            return None
        return (self.at_least is None or ratio >= self.at_least) and (self.at_most is None or ratio <= self.at_most)

    def __str__(self) -> str:
        bounds = [f">= {self.at_least:g}" if self.at_least is not None else "", f"<= {self.at_most:g}" if self.at_most is not None else ""]
        return " and ".join(bound for bound in bounds if bound)


NO_GOAL = Goal()
ALTERNATIONS = 3
PER_SECOND, SECONDS, P50, P99 = "per second", "seconds", "p50 ms", "p99 ms"
_MEASURES: dict[str, Measure] = {
    PER_SECOND: lambda each: each.rate,
    SECONDS: lambda each: each.seconds,
    P50: lambda each: each.p50,
    P99: lambda each: each.p99,
}


def line(name: str, limit: Side, ours: Side, *, goal: Goal, rows: int, unit: str = PER_SECOND, rounds: int = ALTERNATIONS) -> dict[str, Any]:
    """Hold ours against the limit, round by round: the ratio is the median of the rounds' ratios.

    :param rounds: fewer of them do where one alone takes minutes.
    """
    measure = _MEASURES[unit]
    pairs = zip(limit.rounds, ours.rounds, strict=True)
    return compared(
        name, limit, ours, ratios=[measure(mine) / measure(theirs) for theirs, mine in pairs], goal=goal, rows=rows, unit=unit, rounds=rounds
    )


def compared(
    name: str, limit: Side, ours: Side, *, ratios: Sequence[float], goal: Goal, rows: int, unit: str, rounds: int = ALTERNATIONS
) -> dict[str, Any]:
    """The same, where the ratio of a round is not one figure by another."""
    ratio, failures = median(ratios), limit.failures + ours.failures
    return {
        "name": name,
        "unit": unit,
        "limit": limit.summary(_MEASURES[unit]),
        "ours": ours.summary(_MEASURES[unit]),
        "ratio": round(ratio, 3),
        "ratio_spread": [round(min(ratios), 3), round(max(ratios), 3)],
        "goal": str(goal),
        "met": goal.met(ratio),
        "counts": failures == 0 and len(ratios) >= rounds,
        "rows": rows,
        "failures": failures,
        "workers": {"limit": limit.workers, "ours": ours.workers},
        "connections": {"limit": limit.connections, "ours": ours.connections},
    }


def held(name: str, value: float, *, at_most: float, unit: str, rows: int, failures: int) -> dict[str, Any]:
    """Hold one figure, such as memory, against the most that it may be."""
    goal = Goal(at_most=at_most)
    return {
        "name": name,
        "unit": unit,
        "limit": {"what": "the most that it may be", "median": at_most},
        "ours": {"what": "measured once", "median": round(value, 2), "p99": ""},
        "ratio": round(value / at_most, 3),
        "ratio_spread": ["", ""],
        "goal": str(goal),
        "met": goal.met(value),
        "counts": failures == 0,
        "rows": rows,
        "failures": failures,
    }
