"""Who plays in the demo's story: households of the register, picked by what they are."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from deploy.demo.population import BAND, LINE, YEAR, Listed, Person, Register
from services.monitoring.domain.register.households import HouseholdKind, Relation
from shared.kernel.areas import COUNTIES

CHILDREN, GROWN = (Relation.SON, Relation.DAUGHTER), 18
ILLNESS, FLOOD, INDUSTRY, WORK = "01", "0201", "06", "07"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A household's part: the risk that a visit will find (none: the lead is dismissed), and its line in the register."""

    line: int
    risk: str | None
    why: str


# How many households of each kind the visits find, with labour or without.
TROUBLES = (
    (INDUSTRY, True, 5, "种植的甘蔗受市场影响减收"),
    (WORK, True, 5, "家中主要劳动力务工不稳"),
    (FLOOD, True, 3, "洪涝损毁农田"),
    (INDUSTRY, False, 2, "入股的养殖项目失败，家中无劳动力"),
    (WORK, False, 2, "赡养人失业，家中无劳动力"),
    (FLOOD, False, 2, "洪涝损毁农田，家中无劳动力"),
)
WITHOUT_TROUBLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bystanders:
    """Households to which something happens that nobody sees coming in the files.

    A slip in a department's row, a lead that nobody checks, a grown child who leaves, a flood.
    """

    misreported: Listed
    neglected: Listed
    parted: Listed
    flooded: Listed


class TooFew(Exception):
    """The register is too small to find everybody whom the story needs."""


def picked(register: Register, *, taken: frozenset[int]) -> list[Part]:
    """Pick the households that visits find in trouble, and some that only live below the line, which is no risk."""
    used = set(taken)
    below = [each for each in register.where(able=True, below_line=True) if each.line not in used]
    without = _take(below, max(1, min(WITHOUT_TROUBLE, len(below))), used, None, "收入低于监测底线，但未发现风险")
    chosen: list[Part] = []
    for risk, able, number, why in TROUBLES:
        chosen += _take(register.where(able=able), number, used, risk, why)
    return [*chosen, *without]


def bystanders(register: Register, *, taken: frozenset[int]) -> Bystanders:
    """Pick households that play no other part.

    :raises TooFew: there is none of a sort.
    """
    free = [each for each in register.households if each.line not in taken]
    parted = _first(free, lambda each: each.income.reference_per_head > BAND and any(map(_is_grown_child, each.members)))
    free.remove(parted)
    misreported = _first(free, lambda each: each.kind is HouseholdKind.LIFTED_OUT)
    free.remove(misreported)
    neglected = _first(free, lambda each: each.able)
    free.remove(neglected)
    flooded = _first(free, lambda each: each.able and each.income.reference_per_head > BAND)
    return Bystanders(misreported=misreported, neglected=neglected, parted=parted, flooded=flooded)


def _first(households: Iterable[Listed], fits: Callable[[Listed], bool]) -> Listed:
    found = next(filter(fits, households), None)
    if found is None:
        raise TooFew("the register has nobody left for a part: choose more HOUSEHOLDS")
    return found


def _is_grown_child(person: Person) -> bool:
    return person.relation in CHILDREN and YEAR - person.born > GROWN


def _take(households: list[Listed], number: int, used: set[int], risk: str | None, why: str) -> list[Part]:
    """Take households that play no part yet, from as many counties as there are."""
    found = list(_by_turns([each for each in households if each.line not in used]))[:number]
    if len(found) < number:
        raise TooFew(f"{number} households are needed for risk {risk}, {len(found)} found: choose more HOUSEHOLDS")
    used.update(each.line for each in found)
    return [Part(line=each.line, risk=risk, why=why) for each in found]


def _by_turns(households: list[Listed]) -> Iterator[Listed]:
    queues = [[each for each in households if each.county == county] for county in COUNTIES]
    for turn in range(max(map(len, queues), default=0)):
        yield from (queue[turn] for queue in queues if turn < len(queue))


def lines_of(register: Register, id_numbers: Collection[str]) -> Mapping[str, int]:
    """Find the lines of people by their ID numbers; who is registered nowhere has none."""
    people = ((person.id_number, household.line) for household in register.households for person in household.members)
    return {number: line for number, line in people if number in id_numbers}


def between_the_figures(register: Register) -> tuple[int, int]:
    """Count the households whose net income per head lies above the line and whose reference below it, and the other way round."""
    down = sum(each.income.net_per_head >= LINE > each.income.reference_per_head for each in register.households)
    up = sum(each.income.reference_per_head >= LINE > each.income.net_per_head for each in register.households)
    return down, up
