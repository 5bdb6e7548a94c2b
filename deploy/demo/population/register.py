"""The register: its households, and what they add up to."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from deploy.demo.population.families import YEAR
from deploy.demo.population.incomes import BAND, LINE, draw_incomes
from deploy.demo.population.people import Person, draw_members
from deploy.demo.population.places import draw_villages
from services.monitoring.domain.income.figures import AMOUNTS, Income, is_below
from services.monitoring.domain.register.households import ABLE, HouseholdKind, Relation
from shared.kernel.areas import county_of

SEED = 5309
_LIFTED_OUT = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A household of the register: its line (from 1), its number, its village, and its income in yuan of twelve months."""

    line: int
    number: str
    village: str
    kind: HouseholdKind
    income: Income
    members: tuple[Person, ...]

    @property
    def county(self) -> str:
        return county_of(self.village)

    @property
    def head(self) -> Person:
        return next(person for person in self.members if person.relation == Relation.HEAD)

    @property
    def adults(self) -> list[Person]:
        """List who is of age for the whole year, the head first."""
        return sorted((person for person in self.members if YEAR - person.born > 18), key=lambda person: person.relation != Relation.HEAD)

    @property
    def able(self) -> bool:
        """Say whether anybody in it can work, if weakly."""
        return any(person.labour in ABLE for person in self.members)

    @property
    def below_line(self) -> bool:
        """Say whether its reference income per head lies below the line of 2020."""
        return is_below(self.income, LINE)

    def body(self) -> dict[str, Any]:
        """Give the body that registers it; amounts are texts in yuan."""
        income = {amount: str(getattr(self.income, amount)) for amount in AMOUNTS}
        return {"village": self.village, "kind": self.kind, "income": income, "members": [person.body() for person in self.members]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a register adds up to: fractions, except `people` (a number) and `net_per_head` (yuan)."""

    people: int
    below_band: float
    below_line: float
    wage_share: float
    net_per_head: float
    able_people: float
    able_households: float


@dataclass(frozen=True)
class Register:
    households: tuple[Listed, ...]

    def where(
        self, *, county: str | None = None, able: bool | None = None, below_line: bool | None = None, kind: HouseholdKind | None = None
    ) -> list[Listed]:
        """List the households that are all of what is asked, in the order of the register."""
        wanted = {"county": county, "able": able, "below_line": below_line, "kind": kind}
        asked = {name: value for name, value in wanted.items() if value is not None}
        return [household for household in self.households if all(getattr(household, name) == value for name, value in asked.items())]

    @cached_property
    def id_numbers(self) -> frozenset[str]:
        return frozenset(person.id_number for household in self.households for person in household.members)

    def figures(self) -> Figures:
        """Count what the plan states for the end of 2020."""
        incomes = [household.income for household in self.households]
        people = sum(income.people for income in incomes)
        gross = sum(income.gross for income in incomes)
        return Figures(
            people=people,
            below_band=sum(income.people for income in incomes if income.net_per_head < BAND) / people,
            below_line=sum(income.people for income in incomes if is_below(income, LINE)) / people,
            wage_share=float(sum(income.wage_income for income in incomes) / gross),
            net_per_head=float(sum(income.net for income in incomes) / people),
            able_people=sum(person.labour in ABLE for household in self.households for person in household.members) / people,
            able_households=sum(household.able for household in self.households) / len(self.households),
        )


def draw_register(*, households: int = 2_000, seed: int = SEED) -> Register:
    """Draw the households, then share out the income among those of each kind."""
    rng = Random(seed)
    homes = draw_villages(households, rng)
    taken: set[str] = set()
    people = [draw_members(village, rng, taken) for village in homes]
    kinds = [HouseholdKind.LIFTED_OUT if rng.random() < _LIFTED_OUT else HouseholdKind.GENERAL for _ in homes]
    incomes = draw_incomes(people, kinds, rng)
    return Register(
        tuple(
            Listed(line=n, number=number, village=village, kind=kind, income=income, members=members)
            for n, (number, village, kind, income, members) in enumerate(zip(_numbers(homes), homes, kinds, incomes, people, strict=True), start=1)
        )
    )


def _numbers(homes: Iterable[str]) -> Iterator[str]:
    """Number the households of each village (户编号): its code and a serial."""
    serials: Counter[str] = Counter()
    for village in homes:
        serials[village] += 1
        yield f"{village}{serials[village]:04}"
