"""Who they are: the members of a household, with what a register knows of each."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from stdnum.cn import ric

from deploy.demo.population.families import YEAR, Seat, draw_family, draw_left_behind
from deploy.demo.population.names import draw_name, draw_style, draw_surname
from services.monitoring.domain.register.households import ABLE, Labour, Relation
from shared.kernel.areas import COUNTIES, county_of

_MOST_MEMBERS = 7
_NOBODY_ABLE = 0.12
_LATE = 0.008  # of those born before 2003: registered later, under today's address code
_NEW_CODES_FROM = 2003


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


def draw_members(village: str, rng: Random, taken: set[str]) -> tuple[Person, ...]:
    """Draw the members of a household, the head first: about one in eight has nobody who can work."""
    able = rng.random() >= _NOBODY_ABLE
    seats = (draw_family(rng) if able else draw_left_behind(rng))[:_MOST_MEMBERS]
    labour = [_labour(seat, rng) for seat in seats] if able else [_no_labour(seat, rng) for seat in seats]
    if able and not any(held in ABLE for held in labour):
        labour[0] = Labour.ORDINARY
    style = draw_style(rng)
    surname = draw_surname(rng)
    pairs = zip(seats, labour, strict=True)
    return tuple(_person(seat, held, village, rng, style=style, surname=surname, taken=taken) for seat, held in pairs)


def draw_stranger(village: str, rng: Random, *, known: frozenset[str]) -> Person:
    """Draw a grown person of a village who holds none of the known ID numbers."""
    seat = Seat(Relation.HEAD, rng.random() < 0.5, YEAR - rng.randint(25, 60))
    return _person(seat, Labour.ORDINARY, village, rng, style="han", surname=draw_surname(rng), taken={number[:17] for number in known})


def _person(seat: Seat, labour: Labour, village: str, rng: Random, *, style: str, surname: str, taken: set[str]) -> Person:
    return Person(
        name=draw_name(seat, style, surname, rng),
        id_number=_id_number(seat, county_of(village), rng, taken),
        phone=_phone(seat, rng),
        relation=seat.relation,
        labour=labour,
    )


def _labour(seat: Seat, rng: Random) -> Labour:
    """Draw the ability to work by age: pupils none, the old mostly weak or none, one in eighteen of the others ill or disabled."""
    age, chance = YEAR - seat.born, rng.random()
    if age < 16 or (age < 23 and chance < 0.55):
        return Labour.NONE
    if age >= 70:
        return Labour.WEAK if chance < 0.15 else Labour.LOST if chance < 0.3 else Labour.NONE
    if age >= 60:
        return Labour.WEAK if chance < 0.5 else Labour.ORDINARY if chance < 0.75 else Labour.NONE
    return rng.choices((Labour.ORDINARY, Labour.SKILLED, Labour.WEAK, Labour.LOST), (815, 90, 40, 55))[0]


def _no_labour(seat: Seat, rng: Random) -> Labour:
    age = YEAR - seat.born
    return Labour.LOST if age >= 16 and rng.random() < (0.2 if age >= 60 else 0.7) else Labour.NONE


def _id_number(seat: Seat, county: str, rng: Random, taken: set[str]) -> str:
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


def _phone(seat: Seat, rng: Random) -> str | None:
    """Draw a number of 154, which no network uses: nobody is rung up by mistake."""
    chance = 0 if seat.born > YEAR - 14 else 0.92 if seat.relation == Relation.HEAD else 0.6
    return f"154{rng.randrange(10**8):08}" if rng.random() < chance else None
