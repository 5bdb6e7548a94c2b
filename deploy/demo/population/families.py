"""Who lives together: the seats of a household, each with its relation to the head, its sex and its year of birth."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from services.monitoring.domain.register.households import Relation

YEAR = 2021


class Seat(NamedTuple):
    relation: Relation
    man: bool
    born: int


def draw_family(rng: Random) -> list[Seat]:
    """Draw a household that somebody can work for: a head of 25 to 69 years, and up to four generations."""
    head = Seat(Relation.HEAD, rng.random() < 0.86, YEAR - round(rng.triangular(25, 69, 46)))
    spouse = [_spouse(head, rng)] if rng.random() < 0.83 else []
    return [head, *spouse, *_parents(head, rng), *_descendants([head, *spouse], rng), *_kin(head, rng)]


def draw_left_behind(rng: Random) -> list[Seat]:
    """Draw a household of the old or the ill, some with a child in their care."""
    old = rng.random() < 0.75
    head = Seat(Relation.HEAD, rng.random() < 0.6, YEAR - (rng.randint(66, 75) if old else rng.randint(30, 65)))
    spouse = [_spouse(head, rng)] if rng.random() < (0.5 if old else 0.2) else []
    child = Relation.GRANDCHILD if old else rng.choice((Relation.SON, Relation.DAUGHTER))
    years = (52, 60) if old else (18, 40)
    born = max(seat.born for seat in (head, *spouse)) + rng.randint(*years)
    in_care = rng.random() < 0.3 and YEAR - 15 <= born <= YEAR and born - head.born <= years[1]
    return [head, *spouse, *([Seat(child, _is_man(child, rng), born)] if in_care else [])]


def _spouse(head: Seat, rng: Random) -> Seat:
    years = round(rng.gauss(2 if head.man else -2, 2.5))
    return Seat(Relation.SPOUSE, not head.man, min(head.born + max(-6, min(6, years)), YEAR - 20))


def _parents(head: Seat, rng: Random) -> Iterator[Seat]:
    """Draw the parents that live with a head; a woman's husband may have brought his."""
    if head.born < YEAR - 60:
        return
    own = head.man or rng.random() < 0.5
    pair = (Relation.FATHER, Relation.MOTHER) if own else (Relation.FATHER_IN_LAW, Relation.MOTHER_IN_LAW)
    for relation, chance in zip(pair, (0.27, 0.4), strict=True):
        if rng.random() < chance:
            yield Seat(relation, _is_man(relation, rng), head.born - rng.randint(18, min(40, head.born - 1925)))


def _descendants(couple: Sequence[Seat], rng: Random) -> Iterator[Seat]:
    """Draw the children still at home, with a grown one's spouse and children."""
    for born in sorted(_birth_years(couple, rng)):
        son = rng.random() < 0.54
        if born < YEAR - 25 and rng.random() < (0.28 if son else 0.7):
            continue  # moved out
        yield Seat(Relation.SON if son else Relation.DAUGHTER, son, born)
        if born < YEAR - 23 and rng.random() < (0.4 if son else 0.25):
            yield from _young_family(son, born, rng)


def _birth_years(couple: Sequence[Seat], rng: Random) -> list[int]:
    """Draw when a couple's children were born: after the younger one was 18, before the elder one was past 40, and not in one year."""
    first, last = max(seat.born for seat in couple) + 18, min(YEAR, min(seat.born for seat in couple) + 40)
    wanted = rng.choices((0, 1, 2, 3, 4), (6, 21, 47, 20, 6) if len(couple) == 2 else (50, 25, 20, 5, 0))[0]
    years = range(first, last + 1)
    return rng.sample(years, min(wanted, len(years) // 3))


def _young_family(son: bool, born: int, rng: Random) -> Iterator[Seat]:
    partner = min(born + rng.randint(-2, 4), YEAR - 20)
    yield Seat(Relation.DAUGHTER_IN_LAW if son else Relation.SON_IN_LAW, not son, partner)
    years = range(max(born, partner) + 20, min(YEAR, min(born, partner) + 36) + 1)
    for year in rng.sample(years, min(rng.choices((0, 1, 2), (25, 45, 30))[0], len(years) // 2)):
        yield Seat(Relation.GRANDCHILD, rng.random() < 0.52, year)


def _kin(head: Seat, rng: Random) -> Iterator[Seat]:
    if rng.random() < 0.03:
        yield Seat(Relation.SIBLING, rng.random() < 0.7, min(head.born + rng.randint(-8, 12), YEAR - 16))
    if rng.random() < 0.015:
        yield Seat(rng.choice((Relation.NIECE_OR_NEPHEW, Relation.OTHER)), rng.random() < 0.5, YEAR - rng.randint(3, 25))


def _is_man(relation: Relation, rng: Random) -> bool:
    if relation in {Relation.SON, Relation.FATHER, Relation.FATHER_IN_LAW}:
        return True
    return relation not in {Relation.DAUGHTER, Relation.MOTHER, Relation.MOTHER_IN_LAW} and rng.random() < 0.52
