"""The register as it is sent (农户登记表): a workbook for each county, and a few households that villages register themselves.

One county's workbook has slips in it, each of which the system is to find. The same register makes the same bytes.
"""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import orjson

from deploy.demo.population.places import village_names
from deploy.demo.population.register import Listed, Register
from deploy.demo.population.slips import SLIPS, Entry, Row, right
from services.monitoring.domain.files.household_register import HOUSEHOLD_REGISTER
from services.monitoring.domain.income.figures import AMOUNTS
from services.monitoring.domain.register.households import Relation
from shared.files.writing.tables import write_xlsx
from shared.kernel.areas import COUNTIES

SLOPPY = COUNTIES[1]
"""The county in whose workbook the slips are."""

_FIRST_ROW = 2  # below the header


def write_one_by_one(to: Path, register: Register) -> None:
    """Write the households that are in no workbook, one body of `POST /v1/households` a line."""
    bodies = [household.body() | {"number": household.number} for household in one_by_one(register)]
    to.write_bytes(b"".join(orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE) for body in bodies))


def write_workbook(to: Path, rows: Iterable[Row]) -> int:
    """Write rows of the register in the form of the template; give how many there were."""
    names, (_, *fields) = village_names(), [column.field for column in HOUSEHOLD_REGISTER.columns]
    cells = ([f"{row['village']} {names[row['village']]}", *map(row.get, fields)] for row in rows)
    return write_xlsx(to, HOUSEHOLD_REGISTER, cells)


def one_by_one(register: Register) -> list[Listed]:
    """List the households that villages register themselves: the first of each county."""
    return [next(household for household in register.households if household.county == county) for county in COUNTIES]


def in_workbook(register: Register, county: str) -> list[Listed]:
    """List the households of a county's workbook: all but the first."""
    return register.where(county=county)[1:]


def entries(register: Register, county: str) -> Iterator[tuple[int, Entry]]:
    """Give each row of a county's workbook with its number, as it is written and as it should be."""
    return enumerate(_entries(register, county), start=_FIRST_ROW)


def corrected(register: Register, county: str, rows: Collection[int]) -> list[Row]:
    """Give these rows of a county's workbook as they should be, without those that should not be there."""
    return [entry.right for number, entry in entries(register, county) if number in rows and entry.right is not None]


def _entries(register: Register, county: str) -> Iterator[Entry]:
    households = in_workbook(register, county)
    slips = dict(zip(_larger(households), SLIPS, strict=False)) if county == SLOPPY else {}
    elsewhere = one_by_one(register)
    for household in households:
        slip = slips.get(household.line, right)
        yield from slip(_rows(household), elsewhere=_row_of_another(household, elsewhere))


def _larger(households: Iterable[Listed]) -> Iterator[int]:
    return (household.line for household in households if len(household.members) > 1)


def _rows(household: Listed) -> list[Row]:
    """Write a household as the template has it: what is said of the whole of it stands in the head's row."""
    amounts = {amount: getattr(household.income, amount) for amount in AMOUNTS}
    whole: Row = {"kind": household.kind, "people": len(household.members), **amounts, "net_income": household.income.net}
    place: Row = {"village": household.village, "household_number": household.number}
    return [{**place, **person.body(), **(whole if person.relation == Relation.HEAD else {})} for person in household.members]


def _row_of_another(household: Listed, elsewhere: Iterable[Listed]) -> Row:
    """Write the row by which a household would claim somebody of its county whom a village has registered in another."""
    person = next(each.head for each in elsewhere if each.county == household.county)
    return {"village": household.village, "household_number": household.number, **person.body(), "relation": Relation.OTHER}
