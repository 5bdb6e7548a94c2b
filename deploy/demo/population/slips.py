"""Slips that happen when a register is written (填报差错): what is written, what should be, and what the system is to say of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from deploy.demo.population.places import villages
from services.monitoring.domain.register.households import Relation
from shared.kernel.areas import county_of

Row = Mapping[str, Any]


class Entry(NamedTuple):
    """A row of a workbook.

    :param right: as it should be; None if it should not be there.
    :param fault: the field and the code of what is wrong with it; a row that is taken has none.
    """

    written: Row
    right: Row | None
    fault: tuple[str | None, str] | None = None


Slip = Callable[..., list[Entry]]

_BESIDE_IT = (None, "household_refused")


def right(rows: Sequence[Row], *, elsewhere: Row) -> list[Entry]:
    """No slip."""
    return [Entry(row, row) for row in rows]


def wrong_check_digit(rows: Sequence[Row], *, elsewhere: Row) -> list[Entry]:
    """The last member's ID number ends with a wrong character."""
    *others, last = rows
    number = last["id_number"]
    written = {**last, "id_number": number[:-1] + ("0" if number[-1] != "0" else "1")}
    return [*(Entry(row, row, _BESIDE_IT) for row in others), Entry(written, last, ("id_number", "id_number_check_digit"))]


def without_head(rows: Sequence[Row], *, elsewhere: Row) -> list[Entry]:
    """Nobody is said to be the head."""
    fault = ("relation", "one_head")
    return [Entry({**row, "relation": Relation.OTHER} if row["relation"] == Relation.HEAD else row, row, fault) for row in rows]


def village_of_another_county(rows: Sequence[Row], *, elsewhere: Row) -> list[Entry]:
    """The village is one of another county."""
    county = county_of(rows[0]["village"])
    other = next(code for code in villages() if county_of(code) != county)
    return [Entry({**row, "village": other}, row, ("village", "outside_area")) for row in rows]


def registered_twice(rows: Sequence[Row], *, elsewhere: Row) -> list[Entry]:
    """Somebody is counted who is registered in another household already."""
    counted = [{**row, "people": row["people"] + 1} if "people" in row else row for row in rows]
    own = [Entry(written, row, _BESIDE_IT) for written, row in zip(counted, rows, strict=True)]
    return [*own, Entry(elsewhere, None, ("id_number", "registered_elsewhere"))]


SLIPS: tuple[Slip, ...] = (wrong_check_digit, without_head, village_of_another_county, registered_twice)
