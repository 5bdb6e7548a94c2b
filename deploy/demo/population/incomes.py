"""What they live on: a distribution through the plan's figures, and its division into what a household declares."""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from random import Random
from statistics import NormalDist
from typing import NamedTuple

from deploy.demo.population.people import Person
from services.monitoring.domain.income.figures import AMOUNTS, Income
from services.monitoring.domain.register.households import ABLE, HouseholdKind

LINE = Decimal(6000)  # yuan; the line of 2020 (plan ch.3 s.1)
BAND = Decimal(10_000)  # yuan; who lies below it is watched (plan ch.1 s.2)

_LOWEST = 3_800  # yuan per head; with it a few per cent lie below the line
_MEAN = 10_610  # yuan per head (plan ch.1 s.1)
_BELOW_BAND = 0.5342  # of the people (plan ch.1 s.2)
_SHARES = (0.4748, 0.4143, 0.0075, 0.1034)  # of gross income: wage, production, property, transfer (plan ch.1)
_EXPENSE = 1 - _MEAN * _SHARES[1] / 5_161  # of gross income: 5,161 yuan of production income a head are 41.43 %
_ROUNDS = 20


class _Purse(NamedTuple):
    """Net income in fen, the two adjustments in fen, and how gross income divides before it is matched with the plan."""

    net: int
    claim: int
    self_paid: int
    weights: tuple[float, ...]
    expense: float  # of production income


def draw_incomes(people: Sequence[Sequence[Person]], kinds: Sequence[HouseholdKind], rng: Random) -> list[Income]:
    """Give every household its place in the distribution of its kind, and divide what it has."""
    scores = [_score(members, rng) for members in people]
    purses: dict[int, _Purse] = {}
    for kind in HouseholdKind:
        ranked = sorted((n for n in range(len(people)) if kinds[n] == kind), key=lambda n: scores[n])
        purses.update(_purses(ranked, people, rng))
    drawn = [purses[n] for n in range(len(people))]
    factors = _factors(drawn)
    return [_income(purse, len(members), factors) for purse, members in zip(drawn, people, strict=True)]


def _score(members: Sequence[Person], rng: Random) -> float:
    able = sum(person.labour in ABLE for person in members)
    return rng.gauss(0, 1) + able / len(members) - (0 if able else 0.6)


def _purses(ranked: Sequence[int], people: Sequence[Sequence[Person]], rng: Random) -> Iterator[tuple[int, _Purse]]:
    """Fill the purses from the poorest up; every sixteenth was paid a claim, every twelfth paid for illness or schooling itself."""
    total = sum(len(people[n]) for n in ranked)
    before = 0
    for place, n in enumerate(ranked):
        net = round(100 * _per_head((before + len(people[n]) / 2) / total)) * len(people[n])
        before += len(people[n])
        claim = round(net * rng.uniform(0.08, 0.6)) if place % 16 == 1 else 0
        self_paid = round(net * rng.uniform(0.05, 0.5)) if place % 12 == 3 else 0
        yield n, _Purse(net, claim, self_paid, _weights(people[n], rng), rng.uniform(0.2, 0.5))


def _per_head(place: float) -> float:
    """Give the net income per head at a place between 0 and 1, in yuan: log-normal above the lowest, through the plan's two figures."""
    at_band = NormalDist().inv_cdf(_BELOW_BAND)
    band = float(BAND) - _LOWEST
    spread = at_band + math.sqrt(at_band**2 + 2 * math.log((_MEAN - _LOWEST) / band))
    return _LOWEST + band * math.exp(spread * (NormalDist().inv_cdf(place) - at_band))


def _weights(members: Sequence[Person], rng: Random) -> tuple[float, ...]:
    """Draw how income divides: without labour no wage, and half of the households own nothing that yields."""
    wage, production, property_, transfer = (share * rng.lognormvariate(0, 0.5) for share in _SHARES)
    pays = rng.random() < 0.9
    owns = 2.0 if rng.random() < 0.5 else 0.0
    if any(person.labour in ABLE for person in members):
        return wage * pays, production, property_ * owns, transfer
    return 0.0, production * 0.5, property_ * owns, transfer * 4


def _factors(purses: Sequence[_Purse]) -> list[float]:
    """Find what each weight, and last the expense, has to be multiplied by so that the sums are the plan's."""
    factors = [1.0] * 5
    wanted = [*_SHARES, _EXPENSE]
    for _ in range(_ROUNDS):
        sums = [0.0] * 5
        for purse in purses:
            for n, part in enumerate(_divided(purse, factors)):
                sums[n] += part
        gross = sum(sums[:4])
        factors = [factor * share * gross / part if part else factor for factor, share, part in zip(factors, wanted, sums, strict=True)]
    return factors


def _divided(purse: _Purse, factors: Sequence[float]) -> tuple[float, float, float, float, float]:
    """Divide a purse into wage, production, property, transfer and expense, in fen; net stays what it is."""
    wage, production, property_, transfer = (weight * factor for weight, factor in zip(purse.weights, factors, strict=False))
    rate = min(0.8, purse.expense * factors[4])
    unit = purse.net / (wage + production * (1 - rate) + property_ + transfer)
    return wage * unit, production * unit, property_ * unit, transfer * unit, production * rate * unit


def _income(purse: _Purse, people: int, factors: Sequence[float]) -> Income:
    """Round the parts to fen; production takes up what rounding leaves, so that net is exact."""
    wage, _, property_, transfer, expense = (round(part) for part in _divided(purse, factors))
    production = purse.net + expense - wage - property_ - transfer
    amounts = (wage, production, property_, transfer, expense, purse.claim, purse.self_paid)
    return Income(people=people, **{name: Decimal(fen).scaleb(-2) for name, fen in zip(AMOUNTS, amounts, strict=True)})
