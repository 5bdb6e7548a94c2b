"""A household register comes in: a hundred thousand people from CSV and from XLSX beside their limits, and a million beside their memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.files.store import FileStore
from tests.bench.files import bare
from tests.bench.files.work import Runner, Worked, runner
from tests.bench.harness.bench import Bench
from tests.bench.harness.measures import NO_GOAL, Goal, Round, Side, held, line
from tests.bench.harness.world import FILES, FOLDER, World
from tests.bench.people.drawn import MEMBERS, REGISTER, register_rows
from tests.bench.people.sheets import write_csv, write_xlsx
from tests.fixtures.tokens import prefecture

PREFECTURE = prefecture()
RUNNER = "1 runner, 1 reader"
_WARM_UP = 400
_EMPTIED = (
    "household, household_income, person, membership, person_directory, lead, department_row, audit, job, job_run, job_part, job_result, "
    "import_row, import_fault"
)
_COUNTED = {
    "household": 1 / MEMBERS,
    "household_income": 1 / MEMBERS,
    "person": 1,
    "membership": 1,
    "person_directory": 1,
    "job_result": 1,
    "audit": 2 + 2 / MEMBERS,
}
_OUTCOMES = "SELECT count(*) FILTER (WHERE outcome = 'created'), count(subject_id) FROM job_result WHERE job_id = $1"
_STATE = "SELECT state FROM job WHERE id = $1"
_SEALED = "SELECT id, id_number_index, secrets FROM person ORDER BY id_number_index LIMIT 100"
MOST_MIB = 300
_MOST_MIB_XLSX = 512
_GROWTH = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One register, as both formats and as COPY takes it."""

    people: int
    csv: Path
    xlsx: Path
    rows: Path


def draw(people: int, *, first: int = 0) -> Drawn:
    """Write the files of a register."""
    folder = FOLDER / "drawn"
    folder.mkdir(exist_ok=True)
    at = folder / f"register-{people}"
    return Drawn(
        people=people,
        csv=write_csv(at.with_suffix(".csv"), REGISTER, register_rows(people, first=first)),
        xlsx=write_xlsx(at.with_suffix(".xlsx"), REGISTER, register_rows(people, first=first)),
        rows=bare.write_members(at.with_suffix(".copy"), register_rows(people, first=first)),
    )


def measure_importing(bench: Bench) -> list[dict[str, Any]]:
    """Measure, and give the lines; the register of the last round stays."""
    bare.make_member(bench.world, FILES)
    lines = _measure_a_million(bench)
    drawn = draw(bench.scale.people)
    with runner(bench.world, FILES) as working:
        warm_up(bench, working)
        return [*_measure_ratios(bench, working, drawn), *lines]


def warm_up(bench: Bench, working: Runner) -> None:
    """Have a small file taken in, so that connections and libraries are there."""
    small = draw(_WARM_UP)
    for file in (small.csv, small.xlsx):
        _imported(bench, working, file, people=small.people)


def _measure_ratios(bench: Bench, working: Runner, drawn: Drawn) -> list[dict[str, Any]]:
    people, world = drawn.people, bench.world
    copy = Side(what="COPY of the same rows into a bare table of 25 columns and 4 indexes", workers="1 connection", connections="1")
    read = Side(what="polars read_excel (calamine) of the same workbook", workers="1 process", connections="none")
    ours = {name: Side(what=f"the whole job, from {name}", workers=RUNNER, connections="a pool of 8") for name in ("CSV", "XLSX")}
    bench.rounds(
        {
            "COPY": (copy, lambda: bare.copied(world, FILES, drawn.rows, rows=people)),
            "import CSV": (ours["CSV"], lambda: _round(_imported(bench, working, drawn.csv, people=people), people, world)),
            "bare read": (read, lambda: bare.read_bare(drawn.xlsx, rows=people)),
            "import XLSX": (ours["XLSX"], lambda: _round(_imported(bench, working, drawn.xlsx, people=people), people, world)),
        }
    )
    return [
        line(f"import CSV, {people:,} people, to COPY", copy, ours["CSV"], goal=Goal(at_least=0.30), rows=people),
        line(f"import XLSX, {people:,} people, to the bare read", read, ours["XLSX"], goal=Goal(at_least=0.45), rows=people),
        line(f"import XLSX, {people:,} people, to COPY", copy, ours["XLSX"], goal=NO_GOAL, rows=people),
    ]


def _measure_a_million(bench: Bench) -> list[dict[str, Any]]:
    """Take in one large register from CSV and one from XLSX, each by a process that did nothing before but warm up."""
    drawn = draw(bench.scale.many)
    people, lines = drawn.people, list[dict[str, Any]]()
    copy = Side(what="COPY of the same rows", workers="1 connection", connections="1")
    copy.rounds.append(bare.copied(bench.world, FILES, drawn.rows, rows=people))
    for name, file, most in (("CSV", drawn.csv, MOST_MIB), ("XLSX", drawn.xlsx, _MOST_MIB_XLSX)):
        with runner(bench.world, FILES) as working:
            warm_up(bench, working)
            worked = _imported(bench, working, file, people=people)
        side = Side(what=f"the whole job, from {name}", workers=RUNNER, connections="a pool of 8")
        side.rounds.append(_round(worked, people, bench.world))
        title, failures = f"import {name}, {people:,} people", side.failures
        memory = worked.memory
        lines += [
            line(f"{title}, to COPY", copy, side, goal=NO_GOAL, rows=people, rounds=1) | {"memory_mib": memory.summary()},
            held(f"{title}: memory of the worker", memory.most, at_most=MOST_MIB, unit="MiB", rows=people, failures=failures),
            held(f"{title}: growth of the worker after a quarter", _growth(memory.own), at_most=_GROWTH, unit="x", rows=people, failures=failures),
            held(f"{title}: memory of the reading child", memory.child, at_most=most, unit="MiB", rows=people, failures=failures),
        ]
        bench.console.print(f"   {title}: {people / worked.seconds:,.0f}/s, {memory.summary()}", highlight=False)
    return lines


def _growth(own: Sequence[float]) -> float:
    """Say how much more there is later than in the first quarter: 1 is flat."""
    quarter = max(1, len(own) // 4)
    return max(own[quarter:]) / max(own[:quarter])


def _imported(bench: Bench, working: Runner, file: Path, *, people: int) -> Worked:
    """Empty the register, and have a file taken in."""
    empty(bench.world)
    return working.take_in(file, REGISTER.kind, PREFECTURE)


def empty(world: World) -> None:
    """Forget everybody, every job and every file, and that there was anything: autovacuum would analyse what is empty again, while it fills."""
    world.ask(FILES, f"TRUNCATE {_EMPTIED} CASCADE")
    world.ask(FILES, "SELECT pg_stat_reset()")
    world.ask(FILES, "CHECKPOINT")
    store = FileStore(FOLDER / "files")
    for file in store.folder.iterdir():
        file.unlink()


def _round(worked: Worked, people: int, world: World) -> Round:
    return Round(seconds=worked.seconds, latencies=(), done=people, failures=_miscounted(worked, people, world))


def _miscounted(worked: Worked, people: int, world: World) -> int:
    """Count what is missing or too much in the tables, rows without their outcome, and ciphertexts that do not open."""
    wrong = sum(abs(world.count(FILES, table) - round(people * each)) for table, each in _COUNTED.items() if table != "audit")
    audited = world.ask(FILES, "SELECT count(*) FROM audit WHERE relation <> 'job'")[0][0]
    created, subjects = world.ask(FILES, _OUTCOMES, worked.job)[0]
    ended = world.ask(FILES, _STATE, worked.job)[0][0]
    return (
        wrong
        + abs(audited - round(people * _COUNTED["audit"]))
        + abs(created - people)
        + abs(subjects - people)
        + (ended != "done")
        + _unopened(world)
    )


def _unopened(world: World) -> int:
    vault = world.vault()
    opened = ((vault.open(row["secrets"], table="person", row=row["id"]), row) for row in world.ask(FILES, _SEALED))
    return sum(vault.index(secrets["id_number"]) != row["id_number_index"] for secrets, row in opened)
