"""A household with four members, registered: over HTTP, through the gateway, and by pgbench with the same statements and with bare rows."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from typing import Any

from tests.bench.harness.bench import Bench, Measuring
from tests.bench.harness.client import Job
from tests.bench.harness.inside import said_by
from tests.bench.harness.measures import NO_GOAL, P50, P99, Goal, Round, Side, line
from tests.bench.harness.pgbench import WORKERS, pgbench
from tests.bench.harness.processes import free_port
from tests.bench.harness.requests import registrations
from tests.bench.harness.scale import CONNECTIONS
from tests.bench.harness.statements import Script, script
from tests.fixtures.tokens import village

_CADRE = village()
_MOST_PER_SECOND = 1_200
_MEMBERS = 4
_TABLES = ("household", "household_income", "person_directory", "person", "membership")
_WARM_UP_SECONDS = 1.0


def measure_registering(bench: Bench) -> list[dict[str, Any]]:
    """Measure, and give the lines."""
    same, bare = _scripts(bench)
    for statement in (
        "DROP SCHEMA IF EXISTS bare CASCADE",
        "CREATE SCHEMA bare",
        *(f"CREATE TABLE bare.{each} (LIKE {each} INCLUDING ALL)" for each in _TABLES),
    ):
        bench.world.ask("monitoring", statement)
    one, two, gateway = free_port(), free_port(), free_port()
    with ExitStack() as running:
        running.enter_context(bench.api("monitoring", one))
        running.enter_context(bench.api("monitoring", two))
        running.enter_context(bench.gateway(gateway, monitoring=one))
        for port in (one, two, gateway):
            bench.send(_job([port], seconds=_WARM_UP_SECONDS))
        bench.world.settle()
        sides = _sides(bench, same, bare, one=one, two=two, gateway=gateway)
        bench.rounds(sides)
    return _lines({name: side for name, (side, _) in sides.items()}, rows=bench.world.count("monitoring", "household"))


def _sides(bench: Bench, same: Script, bare: Script, *, one: int, two: int, gateway: int) -> dict[str, tuple[Side, Measuring]]:
    world, seconds = bench.world, bench.scale.seconds

    def sent(*ports: int, connections: int = CONNECTIONS) -> Measuring:
        return lambda: _counted(bench, _sending(bench, [*ports], connections=connections))

    direct, through = "HTTP to the service", "HTTP through the gateway"
    return {
        "same": (
            Side(what="pgbench, the same statements as the app's role", workers=WORKERS, connections="8"),
            lambda: _counted(bench, lambda: pgbench(world, [same], seconds=seconds, role="monitoring_app")),
        ),
        "bare": (
            Side(what="pgbench, bare rows as the superuser", workers=WORKERS, connections="8"),
            lambda: pgbench(world, [bare], seconds=seconds, role="postgres", settings={"search_path": "bare"}),
        ),
        "1 process": (Side(what=direct, workers="1 process", connections="8, and a pool of 8"), sent(one)),
        "2 processes": (Side(what=direct, workers="2 processes", connections="4 to each, and pools of 8"), sent(one, two)),
        "gateway": (Side(what=through, workers="1 process and 1 gateway", connections="8"), sent(gateway)),
        "1 at a time": (Side(what=direct, workers="1 process", connections="1"), sent(one, connections=1)),
        "gateway, 1 at a time": (Side(what=through, workers="1 process and 1 gateway", connections="1"), sent(gateway, connections=1)),
    }


def _lines(sides: dict[str, Side], *, rows: int) -> list[dict[str, Any]]:
    same, bare, one, two = sides["same"], sides["bare"], sides["1 process"], sides["2 processes"]
    gateway, alone, gateway_alone = sides["gateway"], sides["1 at a time"], sides["gateway, 1 at a time"]
    fast, slow, close, closer = Goal(at_least=0.20), Goal(at_most=8), Goal(at_most=2), Goal(at_most=1.5)
    return [
        line("register, 1 process, to the same statements", same, one, goal=fast, rows=rows),
        line("register, 2 processes, to the same statements", same, two, goal=fast, rows=rows),
        line("register, 1 process, to bare rows", bare, one, goal=NO_GOAL, rows=rows),
        line("register, 2 processes, to bare rows", bare, two, goal=NO_GOAL, rows=rows),
        line("register, 1 process, p99 to the same statements", same, one, goal=slow, rows=rows, unit=P99),
        line("register, 2 processes, p99 to the same statements", same, two, goal=slow, rows=rows, unit=P99),
        line("gateway, p50 to the direct call", one, gateway, goal=closer, rows=rows, unit=P50),
        line("gateway, p99 to the direct call", one, gateway, goal=close, rows=rows, unit=P99),
        line("gateway, p50 to the direct call, 1 at a time", alone, gateway_alone, goal=closer, rows=rows, unit=P50),
        line("gateway, p99 to the direct call, 1 at a time", alone, gateway_alone, goal=close, rows=rows, unit=P99),
    ]


def _job(ports: list[int], *, seconds: float, connections: int = CONNECTIONS) -> Job:
    requests = list(registrations(int(seconds * _MOST_PER_SECOND), _CADRE))
    return Job(ports=ports, requests=requests, connections=connections, seconds=seconds, expected=201)


def _sending(bench: Bench, ports: list[int], *, connections: int) -> Measuring:
    job = _job(ports, seconds=bench.scale.seconds, connections=connections)
    return lambda: bench.send(job)


def _counted(bench: Bench, measure: Callable[[], Round]) -> Round:
    """Hold what was answered against what is there: a household that is missing, or has not its four members, is a failure."""
    before = _there(bench)
    done = measure()
    households, people = (now - then for now, then in zip(_there(bench), before, strict=True))
    answered = len(done.latencies)
    return replace(done, failures=done.failures + abs(households - answered) + abs(people - _MEMBERS * answered))


def _there(bench: Bench) -> tuple[int, int]:
    return bench.world.count("monitoring", "household"), bench.world.count("monitoring", "membership")


def _scripts(bench: Bench) -> tuple[Script, Script]:
    """Listen to two registrations; the bare script is what they insert, without key, scope, law and audit."""
    one, other = said_by(bench.world, list(islice(registrations(2, _CADRE, **{"X-Request-ID": "0192f0c1-7d3e-7000-8000-000000000001"}), 2)))
    rows = [n for n, said in enumerate(one) if any(said.text.startswith(f"INSERT INTO {table} ") for table in _TABLES)]
    return script(one, other), script([one[n] for n in rows], [other[n] for n in rows])
