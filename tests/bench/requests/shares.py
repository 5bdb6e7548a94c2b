"""Where the time of a request goes: processor time, which holds on a busy machine too, and the waits and pieces of one registration."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

import orjson
import psutil
from pydantic import TypeAdapter

from services.monitoring.usecases.register.register_household import RegisterHousehold
from shared.kernel.ids import new_id
from tests.bench.harness.bench import Bench
from tests.bench.harness.client import Job
from tests.bench.harness.inside import waits_of
from tests.bench.harness.processes import free_port
from tests.bench.harness.requests import get, registrations
from tests.bench.harness.scale import CONNECTIONS
from tests.bench.requests.doors import HOUSEHOLDS, pages
from tests.fixtures.tokens import village

_CADRE = village()
_REQUESTS = 500
_WARM = 100
_ALONE = 200
_REPEATS = 300


def measure_shares(bench: Bench) -> list[dict[str, Any]]:
    """Measure a registration and a page of a worklist, each beside an answer that needs no database."""
    first = pages(bench.world, "monitoring", HOUSEHOLDS)[0]
    number = _WARM + _REQUESTS + _ALONE
    kinds = {
        "registration": (list(registrations(number, _CADRE)), 201),
        "worklist page": ((first * number)[:number], 200),
        "request without database": ([get("/livez", _CADRE)] * number, 200),
    }
    port, found = free_port(), {}
    with bench.api("monitoring", port) as pid:
        for name, (requests, expected) in kinds.items():

            def job(first: int, last: int, connections: int, requests: list[str] = requests, expected: int = expected) -> Job:
                return Job(ports=[port], requests=requests[first:last], connections=connections, seconds=0, expected=expected)

            bench.send(job(0, _WARM, CONNECTIONS))
            processor = _processor_ms(bench, pid, job(_WARM, _WARM + _REQUESTS, CONNECTIONS))
            alone = bench.send(job(_WARM + _REQUESTS, number, 1))
            found[name] = {"name": f"where the time goes: {name}", "processor_ms": processor, "one_at_a_time_ms": round(alone.p50, 2)}
    some = list(islice(registrations(_WARM + _REPEATS, _CADRE), _WARM + _REPEATS))
    found["registration"] |= {"waits_ms": waits_of(bench.world, some), "pieces_ms": _pieces_ms(bench, some[0].partition("\r\n\r\n")[2])}
    found["worklist page"]["waits_ms"] = waits_of(bench.world, first * 10)
    for each in found.values():
        bench.console.print(each, highlight=False)
    return list(found.values())


def _processor_ms(bench: Bench, pid: int, job: Job) -> dict[str, float]:
    """Say what one request of a job costs the service, and what it costs PostgreSQL."""
    service, server = [psutil.Process(pid)], psutil.Process(bench.world.postgres.pid).children()  # its sessions
    before = _spent([*service, *server])
    done = bench.send(job)
    after = _spent([*service, *server])

    def each(processes: Sequence[psutil.Process]) -> float:
        return round(
            sum(after[one.pid] - before[one.pid] for one in processes if one.pid in before and one.pid in after) * 1000 / len(done.latencies), 3
        )

    return {"service": each(service), "postgresql": each(server)}


def _spent(processes: Sequence[psutil.Process]) -> dict[int, float]:
    """Say how many seconds of a processor each process has had; one that has ended says nothing."""
    found: dict[int, float] = {}
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            found[process.pid] = times.user + times.system
    return found


def _pieces_ms(bench: Bench, body: str) -> dict[str, float]:
    """Time what a registration does without waiting for anybody."""
    shape, parsed = TypeAdapter(RegisterHousehold), orjson.loads(body)
    vault, row = bench.world.vault(), new_id()
    numbers = [member["id_number"] for member in parsed["members"]]
    return {
        "check the body": _milliseconds(lambda: shape.validate_python(parsed)),
        "seal four members": _milliseconds(lambda: [vault.seal({"id_number": each, "phone": each}, table="person", row=row) for each in numbers]),
        "index four numbers": _milliseconds(lambda: [vault.index(each) for each in numbers]),
    }


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(_REPEATS):
        act()
    return round((time.process_time() - began) * 1000 / _REPEATS, 4)
