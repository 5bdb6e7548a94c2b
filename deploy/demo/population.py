"""A synthetic register of households for the demo. Nobody in it exists.

The plan's figures for the end of 2020 hold over it (plan ch.1): the people below 10,000 yuan a head and the mean net income
per head, also within each kind of household, and what gross income is made of. The same number of households and the same
seed make the same bytes.

    python -m deploy.demo.population --households 2000 --out build/demo/register.jsonl
"""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from random import Random
from statistics import NormalDist
from typing import Any, NamedTuple

import orjson
import typer
from stdnum.cn import ric

from services.monitoring.domain.households import ABLE, HouseholdKind, Labour, Relation
from services.monitoring.domain.income import Income, is_below
from shared.kernel.areas import COUNTIES, county_of

SEED = 5309
YEAR = 2021
LINE = Decimal(6000)  # yuan; the line of 2020 (plan ch.3 s.1)
BAND = Decimal(10_000)  # yuan; who lies below it is watched (plan ch.1 s.2)
MOST_MEMBERS = 7

_AREAS = Path(__file__).parents[2] / "services" / "monitoring" / "migrations" / "data" / "areas-2023.csv"
_PRISON = "530922401"  # a place of the code list where no household is registered
_WEIGHTS = (9, 18, 18, 18, 8, 8, 11, 10)  # per cent of the households, in the order of COUNTIES; plausible, from no census
_LIFTED_OUT = 0.85
_NOBODY_ABLE = 0.12
_LATE = 0.008  # of those born before 2003: registered later, under today's address code
_NEW_CODES_FROM = 2003

_LOWEST = 3_800  # yuan per head; with it a few per cent lie below the line
_MEAN = 10_610  # yuan per head (plan ch.1 s.1)
_BELOW_BAND = 0.5342  # of the people (plan ch.1 s.2)
_SHARES = (0.4748, 0.4143, 0.0075, 0.1034)  # of gross income: wage, production, property, transfer (plan ch.1)
_EXPENSE = 1 - _MEAN * _SHARES[1] / 5_161  # of gross income: 5,161 yuan of production income a head are 41.43 %
_ROUNDS = 20

_SURNAMES = "李李李李李王王王张张张杨杨杨杨罗罗罗赵赵周周陈陈字字鲁鲁俸俸鲍鲍肖肖田田毕毕施段普董何刘黄徐马郭茶阿祝唐卫魏彭钟穆袁邓沈欧苏尹吴"
_OF_MEN = "文国华明军学忠福兴山海春德光荣生平林龙建正开发有成志永世金松伟斌"
_OF_WOMEN = "英芳兰秀珍美琼丽莲凤翠桂花梅玉仙香芬艳琴萍菊芝红霞慧娟银会"
_OF_CHILDREN = "子轩雨欣浩宇梓涵思佳俊杰怡晨睿诗琪家豪语桐奕辰"
_SYLLABLES = "温罕香相叫光坎龙应拉糯摆惹嘎旺丙南恩"
_OF_ANOTHER_NAME = frozenset(
    {Relation.SPOUSE, Relation.MOTHER, Relation.FATHER_IN_LAW, Relation.MOTHER_IN_LAW, Relation.SON_IN_LAW, Relation.DAUGHTER_IN_LAW, Relation.OTHER}
)
_FIRST = {"dai": ("岩", "玉"), "wa": ("艾尼赛达", "叶伊安娥"), "lahu": ("扎", "娜")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A synthetic member; `body` is what the register's JSON says of it."""

    name: str
    id_number: str
    phone: str | None
    relation: Relation
    labour: Labour

    @property
    def born(self) -> int:
        """Give the year of birth."""
        return int(self.id_number[6:10])

    def body(self) -> dict[str, Any]:
        return {"name": self.name, "id_number": self.id_number, "phone": self.phone, "relation": self.relation, "labour": self.labour}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A household of the register: its line in the file (from 1), its village, and its income in yuan of twelve months."""

    line: int
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
        income = {amount: str(getattr(self.income, amount)) for amount in _AMOUNTS}
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
        """List the households that are all of what is asked, in the order of the file."""
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


def write_register(file: Path, *, households: int = 2_000, seed: int = SEED) -> Register:
    """Draw a register and write it, one body of `POST /v1/households` a line."""
    register = draw_register(households=households, seed=seed)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as lines:
        lines.writelines(orjson.dumps(household.body(), option=orjson.OPT_APPEND_NEWLINE) for household in register.households)
    return register


def draw_register(*, households: int = 2_000, seed: int = SEED) -> Register:
    """Draw the households, then share out the income among those of each kind."""
    rng = Random(seed)
    villages = _villages_of(households, rng)
    taken: set[str] = set()
    people = [_people(village, rng, taken) for village in villages]
    kinds = [HouseholdKind.LIFTED_OUT if rng.random() < _LIFTED_OUT else HouseholdKind.GENERAL for _ in villages]
    incomes = _incomes(people, kinds, rng)
    return Register(
        tuple(
            Listed(line=n, village=village, kind=kind, income=income, members=members)
            for n, (village, kind, income, members) in enumerate(zip(villages, kinds, incomes, people, strict=True), start=1)
        )
    )


# Where they live.


def villages() -> list[str]:
    """List the codes of the real villages of all counties."""
    with _AREAS.open(encoding="utf-8", newline="") as rows:
        return [row["code"] for row in csv.DictReader(rows) if row["level"] == "village" and not row["code"].startswith(_PRISON)]


def _villages_of(households: int, rng: Random) -> list[str]:
    """Draw a village for each household; each county has its part of them whatever the seed."""
    by_county = {county: [code for code in villages() if county_of(code) == county] for county in COUNTIES}
    ends = [round(households * sum(_WEIGHTS[: n + 1]) / sum(_WEIGHTS)) for n in range(len(COUNTIES))]
    parts = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    drawn = [rng.choice(by_county[county]) for county, part in zip(COUNTIES, parts, strict=True) for _ in range(part)]
    rng.shuffle(drawn)
    return drawn


# Who they are.


class _Seat(NamedTuple):
    relation: Relation
    man: bool
    born: int


def draw_stranger(village: str, rng: Random, *, known: frozenset[str]) -> Person:
    """Draw a grown person of a village who holds none of the known ID numbers."""
    seat = _Seat(Relation.HEAD, rng.random() < 0.5, YEAR - rng.randint(25, 60))
    return _person(seat, Labour.ORDINARY, village, rng, style="han", surname=rng.choice(_SURNAMES), taken={number[:17] for number in known})


def _people(village: str, rng: Random, taken: set[str]) -> tuple[Person, ...]:
    able = rng.random() >= _NOBODY_ABLE
    seats = (_family(rng) if able else _left_behind(rng))[:MOST_MEMBERS]
    labour = [_labour(seat, rng) for seat in seats] if able else [_no_labour(seat, rng) for seat in seats]
    if able and not any(held in ABLE for held in labour):
        labour[0] = Labour.ORDINARY
    style = rng.choices(("han", "wa", "dai", "lahu"), (82, 8, 5, 5))[0]
    surname = rng.choice(_SURNAMES)
    pairs = zip(seats, labour, strict=True)
    return tuple(_person(seat, held, village, rng, style=style, surname=surname, taken=taken) for seat, held in pairs)


def _person(seat: _Seat, labour: Labour, village: str, rng: Random, *, style: str, surname: str, taken: set[str]) -> Person:
    return Person(
        name=_name(seat, style, surname, rng),
        id_number=_id_number(seat, county_of(village), rng, taken),
        phone=_phone(seat, rng),
        relation=seat.relation,
        labour=labour,
    )


def _family(rng: Random) -> list[_Seat]:
    """Draw a household that somebody can work for: a head of 25 to 69 years, and up to four generations."""
    head = _Seat(Relation.HEAD, rng.random() < 0.86, YEAR - round(rng.triangular(25, 69, 46)))
    spouse = [_spouse(head, rng)] if rng.random() < 0.83 else []
    return [head, *spouse, *_parents(head, rng), *_descendants([head, *spouse], rng), *_kin(head, rng)]


def _left_behind(rng: Random) -> list[_Seat]:
    """Draw a household of the old or the ill, some with a child in their care."""
    old = rng.random() < 0.75
    head = _Seat(Relation.HEAD, rng.random() < 0.6, YEAR - (rng.randint(66, 75) if old else rng.randint(30, 65)))
    spouse = [_spouse(head, rng)] if rng.random() < (0.5 if old else 0.2) else []
    child = Relation.GRANDCHILD if old else rng.choice((Relation.SON, Relation.DAUGHTER))
    years = (52, 60) if old else (18, 40)
    born = max(seat.born for seat in (head, *spouse)) + rng.randint(*years)
    in_care = rng.random() < 0.3 and YEAR - 15 <= born <= YEAR and born - head.born <= years[1]
    return [head, *spouse, *([_Seat(child, _is_man(child, rng), born)] if in_care else [])]


def _spouse(head: _Seat, rng: Random) -> _Seat:
    years = round(rng.gauss(2 if head.man else -2, 2.5))
    return _Seat(Relation.SPOUSE, not head.man, min(head.born + max(-6, min(6, years)), YEAR - 20))


def _parents(head: _Seat, rng: Random) -> Iterator[_Seat]:
    """Draw the parents that live with a head; a woman's husband may have brought his."""
    if head.born < YEAR - 60:
        return
    own = head.man or rng.random() < 0.5
    pair = (Relation.FATHER, Relation.MOTHER) if own else (Relation.FATHER_IN_LAW, Relation.MOTHER_IN_LAW)
    for relation, chance in zip(pair, (0.27, 0.4), strict=True):
        if rng.random() < chance:
            yield _Seat(relation, _is_man(relation, rng), head.born - rng.randint(18, min(40, head.born - 1925)))


def _descendants(couple: Sequence[_Seat], rng: Random) -> Iterator[_Seat]:
    """Draw the children still at home, with a grown one's spouse and children."""
    for born in sorted(_birth_years(couple, rng)):
        son = rng.random() < 0.54
        if born < YEAR - 25 and rng.random() < (0.28 if son else 0.7):
            continue  # moved out
        yield _Seat(Relation.SON if son else Relation.DAUGHTER, son, born)
        if born < YEAR - 23 and rng.random() < (0.4 if son else 0.25):
            yield from _young_family(son, born, rng)


def _birth_years(couple: Sequence[_Seat], rng: Random) -> list[int]:
    """Draw when a couple's children were born: after the younger one was 18, before the elder one was past 40, and not in one year."""
    first, last = max(seat.born for seat in couple) + 18, min(YEAR, min(seat.born for seat in couple) + 40)
    wanted = rng.choices((0, 1, 2, 3, 4), (6, 21, 47, 20, 6) if len(couple) == 2 else (50, 25, 20, 5, 0))[0]
    years = range(first, last + 1)
    return rng.sample(years, min(wanted, len(years) // 3))


def _young_family(son: bool, born: int, rng: Random) -> Iterator[_Seat]:
    partner = min(born + rng.randint(-2, 4), YEAR - 20)
    yield _Seat(Relation.DAUGHTER_IN_LAW if son else Relation.SON_IN_LAW, not son, partner)
    years = range(max(born, partner) + 20, min(YEAR, min(born, partner) + 36) + 1)
    for year in rng.sample(years, min(rng.choices((0, 1, 2), (25, 45, 30))[0], len(years) // 2)):
        yield _Seat(Relation.GRANDCHILD, rng.random() < 0.52, year)


def _kin(head: _Seat, rng: Random) -> Iterator[_Seat]:
    if rng.random() < 0.03:
        yield _Seat(Relation.SIBLING, rng.random() < 0.7, min(head.born + rng.randint(-8, 12), YEAR - 16))
    if rng.random() < 0.015:
        yield _Seat(rng.choice((Relation.NIECE_OR_NEPHEW, Relation.OTHER)), rng.random() < 0.5, YEAR - rng.randint(3, 25))


def _is_man(relation: Relation, rng: Random) -> bool:
    if relation in {Relation.SON, Relation.FATHER, Relation.FATHER_IN_LAW}:
        return True
    return relation not in {Relation.DAUGHTER, Relation.MOTHER, Relation.MOTHER_IN_LAW} and rng.random() < 0.52


def _labour(seat: _Seat, rng: Random) -> Labour:
    """Draw the ability to work by age: pupils none, the old mostly weak or none, one in eighteen of the others ill or disabled."""
    age, chance = YEAR - seat.born, rng.random()
    if age < 16 or (age < 23 and chance < 0.55):
        return Labour.NONE
    if age >= 70:
        return Labour.WEAK if chance < 0.15 else Labour.LOST if chance < 0.3 else Labour.NONE
    if age >= 60:
        return Labour.WEAK if chance < 0.5 else Labour.ORDINARY if chance < 0.75 else Labour.NONE
    return rng.choices((Labour.ORDINARY, Labour.SKILLED, Labour.WEAK, Labour.LOST), (815, 90, 40, 55))[0]


def _no_labour(seat: _Seat, rng: Random) -> Labour:
    age = YEAR - seat.born
    return Labour.LOST if age >= 16 and rng.random() < (0.2 if age >= 60 else 0.7) else Labour.NONE


def _name(seat: _Seat, style: str, surname: str, rng: Random) -> str:
    """Make a name of its household's style: Han, or a Wa, Dai or Lahu form, of which some are long or have a middle dot."""
    if style != "han":
        first = rng.choice(_FIRST[style][0 if seat.man else 1])
        joint = "·" if style == "wa" or rng.random() < 0.2 else ""
        return first + joint + "".join(rng.sample(_SYLLABLES, rng.choice((1, 2, 2, 3))))
    own = rng.choice(_SURNAMES) if seat.relation in _OF_ANOTHER_NAME else surname
    given = _OF_CHILDREN if seat.born > YEAR - 15 else _OF_MEN if seat.man else _OF_WOMEN
    return own + "".join(rng.sample(given, 2 if rng.random() < 0.85 else 1))


def _id_number(seat: _Seat, county: str, rng: Random, taken: set[str]) -> str:
    """Draw a number that nobody has; who was registered before 2003 keeps the address code of that time."""
    old = seat.born < _NEW_CODES_FROM and rng.random() >= _LATE
    code = 533521 + COUNTIES.index(county) if old else int(county)
    days = 150 if seat.born == YEAR else 365
    while True:
        born = date.fromordinal(date(seat.born, 1, 1).toordinal() + rng.randrange(days))
        digits = f"{code}{seat.born}{born.month:02}{born.day:02}{2 * rng.randrange(1, 500) + seat.man:03}"
        if digits not in taken:
            taken.add(digits)
            return digits + ric.calc_check_digit(digits + "0")


def _phone(seat: _Seat, rng: Random) -> str | None:
    """Draw a number of 154, which no network uses: nobody is rung up by mistake."""
    chance = 0 if seat.born > YEAR - 14 else 0.92 if seat.relation == Relation.HEAD else 0.6
    return f"154{rng.randrange(10**8):08}" if rng.random() < chance else None


# What they live on.

_AMOUNTS = (
    "wage_income",
    "production_income",
    "property_income",
    "transfer_income",
    "production_expense",
    "claim_income",
    "compliant_self_paid",
)


class _Purse(NamedTuple):
    """Net income in fen, the two adjustments in fen, and how gross income divides before it is matched with the plan."""

    net: int
    claim: int
    self_paid: int
    weights: tuple[float, ...]
    expense: float  # of production income


def _incomes(people: Sequence[Sequence[Person]], kinds: Sequence[HouseholdKind], rng: Random) -> list[Income]:
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
    return Income(people=people, **{name: Decimal(fen).scaleb(-2) for name, fen in zip(_AMOUNTS, amounts, strict=True)})


def main(out: Path = Path("build/demo/register.jsonl"), households: int = 2_000, seed: int = SEED) -> None:
    """Write a synthetic register and say what it adds up to."""
    print(write_register(out, households=households, seed=seed).figures())


if __name__ == "__main__":
    typer.run(main)
