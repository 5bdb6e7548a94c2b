"""Reading among few and among many people: each door over HTTP beside pgbench with the same statements, and how much slower the many make it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

from shared.kernel.areas import LINCANG, area_range
from tests.bench.harness.bench import Bench, Measuring
from tests.bench.harness.client import Job
from tests.bench.harness.inside import answers_to, paths_of, said_by
from tests.bench.harness.measures import NO_GOAL, P50, Goal, Side, compared, line
from tests.bench.harness.pgbench import NOTHING_SET, WORKERS, pgbench
from tests.bench.harness.processes import free_port
from tests.bench.harness.scale import CONNECTIONS
from tests.bench.harness.statements import Said, Script, script
from tests.bench.people.filling import Prefecture, leave, settle
from tests.bench.requests.doors import DOORS, Door

_WARM_UP_SECONDS = 2.0
_SAME, _OURS, _ALONE = "same", "HTTP", "alone"
_WHAT = {
    _SAME: ("pgbench, the same statements as the app's role", WORKERS, str(CONNECTIONS)),
    _OURS: ("HTTP to the service", "1 process", f"{CONNECTIONS}, and a pool of 8"),
    _ALONE: ("pgbench, the question alone as the superuser", WORKERS, str(CONNECTIONS)),
}
Sides = dict[tuple[str, int], tuple[Side, Measuring]]


def measure_reading(bench: Bench) -> Iterable[dict[str, Any]]:
    """Measure, and give the lines: the sizes in turn within each round, so that what changes meanwhile meets both alike."""
    there = paths_of(bench.world)
    settled = [settle(bench.world, people, bench.console) for people in bench.scale.readers]
    try:
        with ExitStack() as running:
            ports = {each.people: free_port() for each in settled}
            for each in settled:
                running.enter_context(bench.api("monitoring", ports[each.people], where=each.where))
            for door in DOORS:
                if door.path in there:
                    yield from _measured(bench, door, settled, ports)
                else:
                    yield {"name": f"read: {door.name}", "not_measured": f"there is no {door.path}"}
    finally:
        for each in settled:
            leave(bench.world, each)
    yield from ({"name": f"read: filling {each.people:,} people", "seconds": each.seconds, "gib": each.gib} for each in settled)


def _measured(bench: Bench, door: Door, settled: Sequence[Prefecture], ports: dict[int, int]) -> Iterable[dict[str, Any]]:
    bench.console.print(f"[bold]{door.name}[/bold]")
    sides: Sides = {}
    rows: dict[int, int] = {}
    for each in settled:
        requests = door.asking(bench.world, each.where, each.people)
        rows[each.people] = _rows(bench, door, each, requests)
        sides |= _sides(bench, door, each, requests, port=ports[each.people])
    bench.rounds({f"{what}, {people:,}": side for (what, people), side in sides.items()})
    found = {key: side for key, (side, _) in sides.items()}
    for each in settled:
        name, people = f"read: {door.name}, {each.people:,} people", each.people
        yield line(
            f"{name}, to the same statements", found[_SAME, people], found[_OURS, people], goal=Goal(at_least=door.of_statements), rows=rows[people]
        )
        if door.question:
            yield line(f"{name}, to its question alone", found[_ALONE, people], found[_OURS, people], goal=NO_GOAL, rows=rows[people])
    few, many = min(rows), max(rows)
    for what, name in ((_OURS, "p50"), (_SAME, "p50 of its statements")):
        yield _growth(f"read: {door.name}, {name}, {many:,} to {few:,} people", found[what, few], found[what, many], door, rows=rows[many])


def _growth(name: str, few: Side, many: Side, door: Door, *, rows: int) -> dict[str, Any]:
    ratios = [more.p50 / less.p50 for less, more in zip(few.rounds, many.rounds, strict=True)]
    return compared(name, few, many, ratios=ratios, goal=Goal(at_most=door.growth), rows=rows, unit=P50)


def _rows(bench: Bench, door: Door, at: Prefecture, requests: Sequence[str]) -> int:
    """Say how many items an answer has, half of the answers no more.

    :raises RuntimeError: one has more or fewer than it should.
    """
    answers = answers_to(bench.world, requests, where=at.where)
    items = [len(answer.get("items", ())) for answer in answers]
    if door.rows is not None and set(items) != {door.rows}:
        raise RuntimeError(f"answers of {door.name} have {min(items)} to {max(items)} items, not {door.rows}: measure among more")
    return int(median(items))


def _sides(bench: Bench, door: Door, at: Prefecture, requests: list[str], *, port: int) -> Sides:
    """Prepare what is measured of a door at one size; the service has answered each request before."""
    job = Job(ports=[port], requests=requests, connections=CONNECTIONS, seconds=bench.scale.seconds, expected=200, repeats=True)
    warm = Job(ports=[port], requests=requests, connections=CONNECTIONS, seconds=_WARM_UP_SECONDS, expected=200, repeats=True)
    bench.send(warm)
    said = [*zip(*(said_by(bench.world, requests, where=at.where) for _ in range(2)), strict=True)]
    measuring: dict[str, Measuring] = {
        _SAME: _asked(bench, at, [script(one, other, name=f"p{n}") for n, (one, other) in enumerate(said)], role="monitoring_app"),
        _OURS: lambda: bench.send(job),
    }
    if door.question:
        lo, hi = area_range(LINCANG)
        alone = [script(_only(door, one), _only(door, other), name=f"a{n}") for n, (one, other) in enumerate(said)]
        measuring[_ALONE] = _asked(bench, at, alone, role="postgres", settings={"app.lo": lo, "app.hi": hi})
    return {
        (what, at.people): (Side(what=_WHAT[what][0], workers=_WHAT[what][1], connections=_WHAT[what][2]), measure)
        for what, measure in measuring.items()
    }


def _asked(bench: Bench, at: Prefecture, scripts: Sequence[Script], *, role: str, settings: Mapping[str, str] = NOTHING_SET) -> Measuring:
    return lambda: pgbench(bench.world, scripts, seconds=bench.scale.seconds, role=role, where=at.where, settings=settings)


def _only(door: Door, said: Sequence[Said]) -> list[Said]:
    """Pick the one statement that is a door's question alone: the first that has its text."""
    return [each for each in said if door.question in " ".join(each.text.split())][:1]
