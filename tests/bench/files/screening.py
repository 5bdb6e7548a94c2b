"""A department's list is screened against the register: the whole job, beside COPY of the list and one hash join by blind index.

The limit only finds who is registered. Ours also reads and checks the file, seals each row, keeps it with its audit and its result,
holds it against the rules in force, opens the leads and writes the report.
"""

import asyncio
import csv
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg

from tests.bench.files.bare import copied
from tests.bench.files.importing import MOST_MIB, RUNNER, empty
from tests.bench.files.work import Runner, Worked, runner
from tests.bench.harness.bench import Bench
from tests.bench.harness.measures import SECONDS, Goal, Round, Side, held, line
from tests.bench.harness.world import FILES, FOLDER, World, database_of
from tests.bench.people.drawn import MEDICAL_LIST, REGISTERED_OF_TEN, Row, list_rows, registered
from tests.bench.people.population import settle_people
from tests.bench.people.sheets import write_csv
from tests.fixtures.tokens import department_user

_DEPARTMENT = department_user(area="5309")
_LIFTED_OUT_FROM = 5_000  # yuan a registered household of this kind has a lead from: the rule that the migrations load
_BARE = (
    "DROP TABLE IF EXISTS bare.listed, bare.found",
    f"CREATE TABLE bare.listed ({', '.join(f'{column.field} text' for column in MEDICAL_LIST.columns)}, person_index bytea)",
    "CREATE TABLE bare.found (source_number text, household_id uuid, area_code text)",
)
_JOIN = """
    INSERT INTO bare.found
    SELECT l.source_number, m.household_id, m.area_code FROM bare.listed l
    LEFT JOIN (person p JOIN membership m ON m.county_code = p.county_code AND m.person_id = p.id AND m.valid_to IS NULL)
        ON p.id_number_index = l.person_index
"""
_HASHED = {"enable_nestloop": "off", "enable_mergejoin": "off", "enable_indexscan": "off", "enable_bitmapscan": "off"}
_SCREENED = "department_row, lead, audit, job, job_run, job_part, job_result, import_row, import_fault"
_FOUND = "SELECT count(*), count(household_id), count(lead_id) FROM department_row"


def measure_screening(bench: Bench) -> list[dict[str, Any]]:
    """Measure among few and among many registered people, and give the lines."""
    world, rows = bench.world, bench.scale.people
    folder = FOLDER / "drawn"
    lines: list[dict[str, Any]] = []
    most: list[float] = []
    for people in bench.scale.registered:
        empty(world)
        homes = settle_people(world, FILES, people=people, indexes=[world.vault().index(registered(n)) for n in _places(rows)])
        listed = list(list_rows(rows, homes=homes))
        sent, known = write_csv(folder / "list.csv", MEDICAL_LIST, listed), write_known(folder / "list.copy", world, listed)
        for statement in _BARE:
            world.ask(FILES, statement)
        found, memory = _measure(bench, sent, known, leads=_leads(listed), people=people)
        most.append(memory)
        lines += found
    growth = held("screening: the worker's memory, many to few registered", most[-1] / most[0], at_most=1.2, unit="x", rows=rows, failures=0)
    return [*lines, growth]


def _measure(bench: Bench, sent: Path, known: Path, *, leads: int, people: int) -> tuple[list[dict[str, Any]], float]:
    world, rows, memory = bench.world, bench.scale.people, list[float]()
    bare = Side(what="COPY of the list, and one hash join by blind index", workers="1 connection", connections="1")
    ours = Side(what="the whole job, from CSV", workers=RUNNER, connections="a pool of 8")
    with runner(world, FILES) as working:

        def screened() -> Round:
            worked = _screened(world, working, sent)
            memory.append(worked.memory.most)
            return Round(seconds=worked.seconds, latencies=(), done=rows, failures=_miscounted(world, rows, leads))

        bench.rounds({"COPY and hash join": (bare, lambda: _joined(world, known, rows)), "screening": (ours, screened)})
    title = f"screening {rows:,} rows against {people:,} people"
    return [
        line(f"{title}, seconds to COPY and a hash join", bare, ours, goal=Goal(at_most=3), rows=rows, unit=SECONDS),
        held(f"{title}: memory of the worker", max(memory), at_most=MOST_MIB, unit="MiB", rows=rows, failures=ours.failures),
    ], max(memory)


def write_known(to: Path, world: World, listed: Sequence[Row]) -> Path:
    """Write the list as COPY takes it, each row with its person's blind index."""
    vault = world.vault()
    with to.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*row, f"\\x{vault.index(row[2]).hex()}"] for row in listed)
    return to


def _leads(listed: Sequence[Row]) -> int:
    """Count the rows of registered people who paid as much as calls for a lead."""
    return sum(n % 10 < REGISTERED_OF_TEN and float(row[5]) >= _LIFTED_OUT_FROM for n, row in enumerate(listed))


def _places(rows: int) -> list[int]:
    return [n for n in range(rows) if n % 10 < REGISTERED_OF_TEN]


def _joined(world: World, known: Path, rows: int) -> Round:
    world.ask(FILES, "TRUNCATE bare.found")
    done = copied(world, FILES, known, rows=rows, table="listed")
    seconds = asyncio.run(_join(world))
    there, found = world.ask(FILES, "SELECT count(*), count(household_id) FROM bare.found")[0]
    return replace(done, seconds=done.seconds + seconds, failures=done.failures + abs(there - rows) + abs(found - len(_places(rows))))


async def _join(world: World) -> float:
    connection = await asyncpg.connect(host=world.postgres.socket, user="postgres", database=database_of(FILES), server_settings=_HASHED)
    began = time.perf_counter()
    await connection.execute(_JOIN)
    seconds = time.perf_counter() - began
    await connection.close()
    return seconds


def _screened(world: World, working: Runner, sent: Path) -> Worked:
    world.ask(FILES, f"TRUNCATE {_SCREENED} CASCADE")
    world.ask(FILES, "CHECKPOINT")
    return working.take_in(sent, MEDICAL_LIST.kind, _DEPARTMENT)


def _miscounted(world: World, rows: int, leads: int) -> int:
    """Count rows that are missing, people who were not recognised, and leads too many or too few."""
    kept, recognised, led = world.ask(FILES, _FOUND)[0]
    wrong = abs(kept - rows) + abs(recognised - len(_places(rows))) + abs(led - leads)
    return wrong + abs(world.count(FILES, "lead") - leads) + abs(world.count(FILES, "job_result") - rows)
