"""Lists that departments send (行业部门名单) for the demo: who paid much for illness, and whom a flood has hit.

Each row knows what will become of it. The same register and the same seed make the same bytes.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from deploy.demo.cast import FLOOD, ILLNESS, TooFew
from deploy.demo.population import SEED, Listed, Person, Register, draw_stranger
from services.monitoring.domain.files.department_lists import DISASTER, MEDICAL_INSURANCE, DepartmentList
from services.monitoring.domain.leads.leads import LeadStatus
from services.monitoring.domain.register.households import HouseholdKind
from services.monitoring.queries.signals.department_rows import NO_LEAD
from shared.files.writing.tables import write_csv, write_xlsx
from shared.kernel.areas import COUNTIES

LIFTED_OUT, GENERAL = HouseholdKind.LIFTED_OUT, HouseholdKind.GENERAL
CONFIRMED, DISMISSED = LeadStatus.CONFIRMED, LeadStatus.DISMISSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A person whom a list is to name.

    :param kind: of the household; None: any.
    :param matters: what the list says, once for each row that names the person.
    """

    kind: HouseholdKind | None
    matters: Sequence[dict[str, str]]
    answer: str


def _paid(*amounts: str) -> list[dict[str, str]]:
    return [{"self_paid": amount, "until": "2021-09-20"} for amount in amounts]


def _lost(amount: str) -> list[dict[str, str]]:
    return [{"disaster": "flood", "day": "2021-09-18", "loss": amount}]


# The thresholds in force: 5,000 yuan for who was lifted out of poverty, 20,000 for others, which somebody registered nowhere is too.
_PATIENTS = (
    Wanted(kind=LIFTED_OUT, matters=_paid("5000.00"), answer=CONFIRMED),
    Wanted(kind=LIFTED_OUT, matters=_paid("18600.00", "6240.50"), answer=CONFIRMED),
    Wanted(kind=LIFTED_OUT, matters=_paid("7350.00"), answer=DISMISSED),
    Wanted(kind=GENERAL, matters=_paid("20000.00"), answer=CONFIRMED),
    Wanted(kind=LIFTED_OUT, matters=_paid("4999.99"), answer=NO_LEAD),
    Wanted(kind=GENERAL, matters=_paid("19999.99"), answer=NO_LEAD),
)
_STRANGER = Wanted(kind=None, matters=_paid("26400.00"), answer=DISMISSED)
_FLOODED = (
    Wanted(kind=None, matters=_lost("8200.00"), answer=CONFIRMED),
    Wanted(kind=None, matters=_lost("15000.00"), answer=CONFIRMED),
    Wanted(kind=None, matters=_lost("300.00"), answer=DISMISSED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """A person whom a list names; nobody's household is that of the one who is registered nowhere."""

    wanted: Wanted
    person: Person
    village: str
    household: Listed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentList:
    """A list as a county's department sends it."""

    kind: DepartmentList
    county: str
    prefix: str
    risk: str
    people: Sequence[NamedPerson]

    @property
    def rows(self) -> list[tuple[NamedPerson, dict[str, Any]]]:
        """List the rows, each with its person; the numbers are the department's own."""
        named = [(each, matter) for each in self.people for matter in each.wanted.matters]
        return [(each, self._row(n, each, matter)) for n, (each, matter) in enumerate(named, start=1)]

    @property
    def leads(self) -> int:
        """Count the leads that it opens: one for a person, whatever the number of rows."""
        return sum(each.wanted.answer != NO_LEAD for each in self.people)

    @property
    def answers(self) -> Counter[str]:
        """Count what the department will read of its rows in the end."""
        return Counter(str(each.wanted.answer) for each, _ in self.rows)

    @property
    def parts(self) -> dict[str, str | None]:
        """Say what visits find in the households that it opens leads on, by their lines in the register."""
        return {
            str(each.household.line): self.risk if each.wanted.answer == CONFIRMED else None
            for each in self.people
            if each.household and each.wanted.answer != NO_LEAD
        }

    def write(self, to: Path) -> None:
        """Write it: as a workbook, or as CSV in the encoding that old systems of departments write."""
        fields = [column.field for column in self.kind.sheet.columns]
        cells = [[row.get(field, "") for field in fields] for _, row in self.rows]
        if to.suffix == ".xlsx":
            write_xlsx(to, self.kind.sheet, cells)
        else:
            write_csv(to, self.kind.sheet, cells)
            to.write_bytes(to.read_bytes().decode("utf-8-sig").encode("gb18030"))

    def _row(self, n: int, named: NamedPerson, matter: dict[str, str]) -> dict[str, Any]:
        person = {name: getattr(named.person, name) for name in ("name", "id_number", "phone")}
        return {"source_number": f"{self.prefix}202109-{n:04}", **person, "village": named.village, **matter}


def draw_lists(register: Register, *, taken: frozenset[int], seed: int = SEED) -> tuple[SentList, SentList]:
    """Draw the list of patients and that of the flooded, each of another county; households that play another part open no lead here.

    :raises TooFew: no county has everybody who is needed.
    """
    rng = Random(seed)
    county, patients = _cast(_PATIENTS, COUNTIES, register, taken, rng)
    village = patients[0].village
    stranger = draw_stranger(village, rng, known=register.id_numbers)
    nobody = NamedPerson(wanted=_STRANGER, person=stranger, village=village, household=None)
    medical = SentList(kind=MEDICAL_INSURANCE, county=county, prefix="YB", risk=ILLNESS, people=[*patients, nobody])
    others = [each for each in COUNTIES if each != county]
    county, flooded = _cast(_FLOODED, others, register, taken, rng)
    return medical, SentList(kind=DISASTER, county=county, prefix="YJ", risk=FLOOD, people=flooded)


def _cast(wanted: Sequence[Wanted], counties: Sequence[str], register: Register, taken: frozenset[int], rng: Random) -> tuple[str, list[NamedPerson]]:
    """Find the first county that has a household for each, and choose an adult of each."""
    for county in counties:
        homes = list(_homes(wanted, register.where(county=county), taken))
        if len(homes) == len(wanted):
            chosen = [(each, home, rng.choice(home.adults)) for each, home in zip(wanted, homes, strict=True)]
            return county, [NamedPerson(wanted=each, person=person, village=home.village, household=home) for each, home, person in chosen]
    raise TooFew("no county has everybody whom a department's list needs: choose more HOUSEHOLDS")


def _homes(wanted: Sequence[Wanted], households: Sequence[Listed], taken: frozenset[int]) -> Iterator[Listed]:
    """Give a household for each, as long as there is one: where a lead opens, one that plays no other part."""
    used: set[int] = set()
    for each in wanted:
        kept_out = used if each.answer == NO_LEAD else used | taken
        home = next((home for home in households if home.line not in kept_out and each.kind in (None, home.kind)), None)
        if home is None:
            return
        used.add(home.line)
        yield home
