"""The limits of files: COPY into a bare table, the Excel library's bare read, and the writers alone."""

import asyncio
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

import asyncpg

from services.monitoring.domain.income.figures import AMOUNTS
from shared.kernel.areas import TOWNSHIP, county_of
from tests.bench.harness.measures import Round
from tests.bench.harness.world import World, database_of
from tests.bench.people.drawn import MEMBERS, REGISTER, Row

_TYPES = dict.fromkeys(("net_income", *AMOUNTS), "numeric") | {"people": "int"}
# 18 columns of the file and 7 of what is kept of a person; the indexes are those of `person`, and the one by household.
_MEMBER = (
    "DROP SCHEMA IF EXISTS bare CASCADE",
    "CREATE SCHEMA bare",
    f"""
    CREATE TABLE bare.member (
        county_code text COLLATE "C" NOT NULL, id uuid NOT NULL, household_id uuid NOT NULL, township_code text COLLATE "C" NOT NULL,
        id_number_index bytea NOT NULL, secrets bytea NOT NULL, content_index bytea NOT NULL,
        {", ".join(f"{column.field} {_TYPES.get(column.field, 'text')}" for column in REGISTER.columns)},
        PRIMARY KEY (county_code, id))
    """,
    "CREATE INDEX ON bare.member (county_code, id_number_index)",
    "CREATE INDEX ON bare.member (id_number_index)",
    "CREATE INDEX ON bare.member (county_code, household_id)",
)
_SEALED_BYTES = 88  # what a number and a phone come to when they are sealed


def make_member(world: World, database: str) -> None:
    for statement in _MEMBER:
        world.ask(database, statement)


def write_members(to: Path, rows: Iterable[Row]) -> Path:
    """Write the rows of a register as COPY takes them, with ids that rise, hashes that are scattered and ciphertexts that are random."""
    with to.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(_members(rows))
    return to


def _members(rows: Iterable[Row]) -> Iterator[list[str]]:
    base = 0x0192F0C1_7D3E_7000_8000_000000000000
    for n, row in enumerate(rows):
        village = row[0]
        household = n - n % MEMBERS
        hashes = (f"\\x{os.urandom(size).hex()}" for size in (32, _SEALED_BYTES, 32))
        yield [county_of(village), str(UUID(int=base + n)), str(UUID(int=base + household)), village[:TOWNSHIP], *hashes, *row]


def copied(world: World, database: str, file: Path, *, rows: int, table: str = "member") -> Round:
    """COPY a file into an empty bare table; a row too many or too few is a failure."""
    world.ask(database, f"TRUNCATE bare.{table}")
    world.ask(database, "CHECKPOINT")
    seconds = asyncio.run(_copy(world, database, file, table))
    there = world.ask(database, f"SELECT count(*) FROM bare.{table}")[0][0]
    return Round(seconds=seconds, latencies=(), done=rows, failures=abs(there - rows))


async def _copy(world: World, database: str, file: Path, table: str) -> float:
    connection = await asyncpg.connect(host=world.postgres.socket, user="postgres", database=database_of(database))
    began = time.perf_counter()
    await connection.copy_to_table(table, schema_name="bare", source=file, format="csv")
    seconds = time.perf_counter() - began
    await connection.close()
    return seconds


def read_bare(file: Path, *, rows: int) -> Round:
    """Read a workbook by polars with calamine, in a process of its own; starting it does not count."""
    found = _apart("read", str(file))
    return Round(seconds=found["seconds"], latencies=(), done=rows, failures=abs(int(found["rows"]) - rows))


def written_bare(cells: Path, to: Path, *, rows: int) -> Round:
    """Write cells by the bare writer of a format, in a process of its own."""
    found = _apart("write", str(cells), str(to))
    return Round(seconds=found["seconds"], latencies=(), done=rows, failures=abs(int(found["rows"]) - rows))


def _apart(*arguments: str) -> dict[str, float]:
    said = subprocess.run([sys.executable, "-m", "tests.bench.files.bare", *arguments], capture_output=True, check=True)
    return json.loads(said.stdout)


def _read(file: str) -> tuple[float, int]:
    import polars as pl

    began = time.perf_counter()
    frame = pl.read_excel(file, engine="calamine")
    return time.perf_counter() - began, len(frame)


def _write(cells: str, to: str) -> tuple[float, int]:
    """Write the cells of a CSV again, by `csv` or by `xlsxwriter` with the memory of a row."""
    import xlsxwriter

    with open(cells, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    began = time.perf_counter()
    if to.endswith(".csv"):
        with open(to, "w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        with xlsxwriter.Workbook(to, {"constant_memory": True}) as book:
            page = book.add_worksheet()
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if value:
                        page.write_string(number, place, value)
    return time.perf_counter() - began, len(rows) - 1


def main() -> None:
    seconds, rows = _read(*sys.argv[2:]) if sys.argv[1] == "read" else _write(*sys.argv[2:])
    sys.stdout.write(json.dumps({"seconds": seconds, "rows": rows}))


if __name__ == "__main__":
    main()
