"""Rows of files to measure with: households of four of all counties, and a department's list. Nobody in them exists."""

from collections.abc import Iterator, Sequence
from random import Random

from deploy.demo.population import villages
from services.monitoring.domain.files.department_lists import MEDICAL_INSURANCE
from services.monitoring.domain.files.household_register import HOUSEHOLD_REGISTER, LABOUR

MEMBERS = 4
REGISTERED_OF_TEN = 3
"""So many of ten on a list are people of the register."""

Row = Sequence[str]

_SEED = 5309
_RELATIONS = ("户主", "配偶", "之子", "之女")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SURNAMES, _GIVEN = "李王张杨罗赵周陈字鲁俸鲍肖田毕施", "文国华秀英芳兰军学忠福兴山海春德光明强珍"
_STRANGERS = 50_000_000


def an_id_number(n: int) -> str:
    """Give the number of the n-th person, its check digit right; there are 160 million of them."""
    digits = f"53352{1 + n % 8}{1940 + n // 8 % 60}{1 + n // 480 % 12:02}{1 + n // 5760 % 28:02}{n // 161_280:03}"
    return digits + "10X98765432"[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11]


def register_rows(people: int, *, first: int = 0) -> Iterator[Row]:
    """Draw the rows of a register in the order of its columns, household by household and village by village.

    What is said of a household stands in each of its rows, as other systems write it: all cells are filled but some phones and our own reference.

    :param first: of the people's numbers, so that two files have nobody in common.
    """
    rng, places = Random(_SEED + first), villages()
    labour = list(LABOUR)
    for household in range(people // MEMBERS):
        village = places[household * len(places) * MEMBERS // people]
        number, surname, told = f"{village}{first + household:08}", rng.choice(_SURNAMES), _of_the_household(rng)
        for seat in range(MEMBERS):
            phone = f"154{rng.randrange(10**8):08}" if rng.random() < 0.6 else ""
            name = surname + rng.choice(_GIVEN) + rng.choice(_GIVEN)
            person = (village, number, name, an_id_number(first + household * MEMBERS + seat), phone, _RELATIONS[seat], rng.choice(labour))
            yield (*person, *told, "")


def _of_the_household(rng: Random) -> Row:
    """Draw what is said of a household: kind, people, the four incomes, expense, net, and the two adjustments."""
    wage, production, transfer = (rng.randrange(2_000_000) for _ in range(3))
    expense = production // 4
    amounts = (wage, production, 0, transfer, expense, wage + production + transfer - expense, rng.randrange(100_000), rng.randrange(500_000))
    return "脱贫户", str(MEMBERS), *(f"{fen // 100}.{fen % 100:02}" for fen in amounts)


def list_rows(number: int, *, homes: Sequence[str]) -> Iterator[Row]:
    """Draw the rows of a medical list in the order of its columns: those of ten who are registered come first in each ten.

    :param homes: the villages of those who are registered, one after the other.
    """
    rng, places = Random(_SEED), villages()
    for n in range(number):
        known = n % 10 < REGISTERED_OF_TEN
        person = registered(n) if known else an_id_number(_STRANGERS + n)
        village = homes[n // 10 * REGISTERED_OF_TEN + n % 10] if known else places[n * len(places) // number]
        name = rng.choice(_SURNAMES) + rng.choice(_GIVEN) + rng.choice(_GIVEN)
        paid = f"{rng.randrange(1_000_000) // 100}.{rng.randrange(100):02}"
        yield f"YB202110-{n:08}", name, person, f"154{rng.randrange(10**8):08}", village, paid, "2021-09-30", "1"


def registered(n: int) -> str:
    """Give the ID number of a person of the register who stands in the n-th row of a list."""
    return an_id_number(n)


REGISTER, MEDICAL_LIST = HOUSEHOLD_REGISTER, MEDICAL_INSURANCE.sheet
