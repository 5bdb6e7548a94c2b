"""A page of fifty of a township's monitored households, the first and one deep inside: over HTTP, and by pgbench with the same statements."""

from contextlib import ExitStack
from typing import Any

from tests.bench.harness.bench import Bench, Measuring
from tests.bench.harness.client import Job
from tests.bench.harness.inside import said_by
from tests.bench.harness.measures import NO_GOAL, Goal, Side, line
from tests.bench.harness.pgbench import WORKERS, pgbench
from tests.bench.harness.processes import free_port
from tests.bench.harness.scale import CONNECTIONS
from tests.bench.harness.statements import Script, script
from tests.bench.requests.doors import HOUSEHOLDS, pages

_WARM_UP_SECONDS = 1.0


def measure_listing(bench: Bench) -> list[dict[str, Any]]:
    """Measure, and give the lines."""
    first, deep = pages(bench.world, "monitoring", HOUSEHOLDS)
    one, two = free_port(), free_port()
    with ExitStack() as running:
        for port in (one, two):
            running.enter_context(bench.api("monitoring", port))
            bench.send(_job(first + deep, [port], seconds=_WARM_UP_SECONDS))
        bench.world.settle()
        sides = _sides(bench, first, deep, one=one, two=two)
        bench.rounds(sides)
    found = {name: side for name, (side, _) in sides.items()}
    goal, rows = Goal(at_least=0.08), bench.world.count("monitoring", "household")
    return [
        line("worklist, first page, 1 process, to the same statements", found["same, first"], found["1 process, first"], goal=goal, rows=rows),
        line("worklist, deep page, 1 process, to the same statements", found["same, deep"], found["1 process, deep"], goal=goal, rows=rows),
        line("worklist, first page, 2 processes, to the same statements", found["same, first"], found["2 processes, first"], goal=goal, rows=rows),
        line(
            "worklist, first page, 1 process, to the page's question alone", found["alone, first"], found["1 process, first"], goal=NO_GOAL, rows=rows
        ),
    ]


def _sides(bench: Bench, first: list[str], deep: list[str], *, one: int, two: int) -> dict[str, tuple[Side, Measuring]]:
    def asked(scripts: list[Script], *, role: str = "monitoring_app") -> Measuring:
        return lambda: pgbench(bench.world, scripts, seconds=bench.scale.seconds, role=role)

    def sent(requests: list[str], *ports: int) -> Measuring:
        return lambda: bench.send(_job(requests, [*ports], seconds=bench.scale.seconds))

    firsts, deeps = _scripts(bench, first), _scripts(bench, deep)
    limit, direct = "pgbench, the same statements as the app's role", "HTTP to the service"
    return {
        "same, first": (Side(what=limit, workers=WORKERS, connections="8"), asked(firsts)),
        "1 process, first": (Side(what=direct, workers="1 process", connections="8, and a pool of 8"), sent(first, one)),
        "same, deep": (Side(what=limit, workers=WORKERS, connections="8"), asked(deeps)),
        "1 process, deep": (Side(what=direct, workers="1 process", connections="8, and a pool of 8"), sent(deep, one)),
        "2 processes, first": (Side(what=direct, workers="2 processes", connections="4 to each, and pools of 8"), sent(first, one, two)),
        "alone, first": (
            Side(what="pgbench, the page's question alone as the superuser", workers=WORKERS, connections="8"),
            asked(_scripts(bench, first, alone=True), role="postgres"),
        ),
    }


def _job(requests: list[str], ports: list[int], *, seconds: float) -> Job:
    return Job(ports=ports, requests=requests, connections=CONNECTIONS, seconds=seconds, expected=200, repeats=True)


def _scripts(bench: Bench, requests: list[str], *, alone: bool = False) -> list[Script]:
    """Write a script for each township.

    :param alone: only the question for the page, without scope and heads.
    """
    said = said_by(bench.world, requests)
    return [script(each[1:2], each[1:2], name=f"a{n}") if alone else script(each, each, name=f"p{n}") for n, each in enumerate(said)]
