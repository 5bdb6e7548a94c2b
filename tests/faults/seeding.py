"""Reviewed cases, planted set-based by SQL: one step before the county's approval, in households that can work, over all counties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import asyncpg

from deploy.demo.population import villages
from shared.database.privacy import Vault
from shared.kernel.areas import COUNTIES, TOWNSHIP, county_of
from tests.builders.people import a_member
from tests.fixtures.system import System

RISKS = ("06", "07", "0201")  # industry, employment, flood: each owes a measure to projects or to employment
VERSION = 5  # opened, appraised, posted, taken down, reviewed
NOW = datetime(2021, 9, 22, 1, 0, tzinfo=UTC)

_CLOCK = "UPDATE deployment SET clock_offset_seconds = extract(epoch FROM $1::timestamptz - now())"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A case that waits for its county."""

    id: UUID
    household: UUID
    village: str
    risk: str
    person: dict[str, str]

    @property
    def county(self) -> str:
        return county_of(self.village)

    @property
    def canaries(self) -> set[str]:
        return {self.person[name] for name in ("name", "id_number", "phone")}


def draw_cases(number: int, rng: Random) -> list[Reviewed]:
    """Draw cases, county by county in turn; the same seed gives the same ids."""
    by_county = [[code for code in villages() if county_of(code) == county] for county in COUNTIES]
    return [
        Reviewed(
            id=_id(rng),
            household=_id(rng),
            village=rng.choice(by_county[n % len(by_county)]),
            risk=RISKS[n % len(RISKS)],
            person=a_member(relation="head", labour="ordinary"),
        )
        for n in range(number)
    ]


async def plant_in(system: System, cases: Sequence[Reviewed]) -> None:
    """Plant cases in a running system."""
    database, connection = system.database("monitoring"), await system.connect("monitoring")
    await plant(cases, connection, database.vault)
    await connection.close()
    await database.close()


async def plant(cases: Sequence[Reviewed], connection: asyncpg.Connection, vault: Vault) -> None:
    """Write the cases with their households and people, table by table, and let it be September 2021."""
    await connection.execute(_CLOCK, NOW)
    for table, columns, rows in (
        ("household", ("id", "township_code", "number", "kind", "due_at", "registered_at"), _households(cases)),
        ("person", ("id", "name", "id_number_index", "secrets"), _people(cases, vault)),
        ("membership", ("id", "household_id", "person_id", "relation", "labour", "valid_from"), _memberships(cases)),
        ("monitoring_case", _CASE, _cases(cases)),
    ):
        places = [(case.county, case.village) for case in cases]
        records = [(*place, *row) for place, row in zip(places, rows, strict=True)]
        await connection.copy_records_to_table(table, columns=("county_code", "area_code", *columns), records=records)


_CASE = (
    "id", "household_id", "township_code", "status", "risks", "category", "basis", "opened_at", "due_at", "appraised_by", "reviewed_by", "version",
)  # fmt: skip


def _households(cases: Sequence[Reviewed]) -> list[tuple[object, ...]]:
    return [(case.household, case.village[:TOWNSHIP], str(case.household), "lifted_out", NOW + timedelta(days=30), NOW) for case in cases]


def _people(cases: Sequence[Reviewed], vault: Vault) -> list[tuple[object, ...]]:
    """Each household has one member, whose id is the household's."""
    return [
        (
            case.household,
            case.person["name"],
            vault.index(case.person["id_number"]),
            vault.seal({name: case.person[name] for name in ("id_number", "phone")}, table="person", row=case.household),
        )
        for case in cases
    ]


def _memberships(cases: Sequence[Reviewed]) -> list[tuple[object, ...]]:
    return [(case.household, case.household, case.household, "head", "ordinary", date(2021, 1, 1)) for case in cases]


def _cases(cases: Sequence[Reviewed]) -> list[tuple[object, ...]]:
    opened, due = NOW - timedelta(days=12), NOW + timedelta(days=8)
    return [
        (
            case.id, case.household, case.village[:TOWNSHIP], "reviewed", f'["{case.risk}"]', "unstable_lifted_out", "{}", opened, due,
            "cadre", "township", VERSION,
        )
        for case in cases
    ]  # fmt: skip


def _id(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
