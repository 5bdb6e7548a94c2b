"""Officials read their worklists while a large register comes in: the slowest hundredth of their pages, to what it is when nothing else happens."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench.files.importing import PREFECTURE, RUNNER
from tests.bench.files.work import Runner, ask_for, runner
from tests.bench.harness.bench import Bench
from tests.bench.harness.client import Job
from tests.bench.harness.measures import P99, Goal, Round, Side, line
from tests.bench.harness.processes import free_port
from tests.bench.harness.scale import CONNECTIONS, PAGES_PER_SECOND, ROUNDS
from tests.bench.harness.world import FOLDER
from tests.bench.people.drawn import REGISTER, register_rows
from tests.bench.people.sheets import write_csv
from tests.bench.requests.doors import HOUSEHOLDS, pages

_PACES = {"as fast as they come": None, f"{PAGES_PER_SECOND} a second": PAGES_PER_SECOND}
_WARM_UP_SECONDS = 1.0
_WARM_UP = 400


def measure_beside(bench: Bench) -> list[dict[str, Any]]:
    """Measure, and give the lines: a third of the file in each round, and in each round first without it."""
    requests, port = pages(bench.world, "monitoring", HOUSEHOLDS)[0], free_port()
    quiet = {pace: Side(what=f"worklist pages, {pace}, alone", workers="1 process", connections="8, and a pool of 8") for pace in _PACES}
    busy = {
        pace: Side(what=f"the same beside an import by another process ({RUNNER})", workers="1 process", connections="8, and pools of 8")
        for pace in _PACES
    }
    people = before = bench.world.count("monitoring", "person")
    with bench.api("monitoring", port), runner(bench.world, "monitoring") as working:
        jobs = {pace: _job(bench, requests, port, per_second=rate) for pace, rate in _PACES.items()}
        bench.send(replace(jobs["as fast as they come"], seconds=_WARM_UP_SECONDS))
        people += _taken_in(bench, working, {}, people=_WARM_UP, first=0)[0]
        bench.world.settle()
        for n in range(ROUNDS):
            for pace, job in jobs.items():
                quiet[pace].rounds.append(bench.send(job))
            new, rounds = _taken_in(bench, working, jobs, people=bench.scale.many // ROUNDS // 4 * 4, first=(n + 1) * bench.scale.many)
            people += new
            for pace, done in rounds.items():
                busy[pace].rounds.append(done)
                bench.console.print(
                    f"   round {n + 1}  {pace:<22} p99 {quiet[pace].rounds[-1].p99:>8.2f} alone, {done.p99:>8.2f} ms beside", highlight=False
                )
    lost = abs(bench.world.count("monitoring", "person") - people)
    busy["as fast as they come"].rounds[-1] = replace(busy["as fast as they come"].rounds[-1], failures=busy["as fast as they come"].failures + lost)
    return [
        line(f"worklist beside an import, {pace}, p99 to the quiet", quiet[pace], busy[pace], goal=Goal(at_most=3), rows=people - before, unit=P99)
        for pace in _PACES
    ]


def _job(bench: Bench, requests: list[str], port: int, *, per_second: float | None) -> Job:
    return Job(
        ports=[port], requests=requests, connections=CONNECTIONS, seconds=bench.scale.seconds, expected=200, repeats=True, per_second=per_second
    )


def _taken_in(bench: Bench, working: Runner, jobs: dict[str, Job], *, people: int, first: int) -> tuple[int, dict[str, Round]]:
    """Have a file taken in, and read worklists until that is over, in turn at each pace; give how many people there were, and what was measured."""
    file = write_csv(FOLDER / "drawn" / "beside.csv", REGISTER, register_rows(people, first=first))
    with ThreadPoolExecutor(1) as apart:
        taking = apart.submit(working.work, ask_for(bench.world, "monitoring", Path(file), REGISTER.kind, PREFECTURE))
        sent = [(pace, done) for pace, done in _sent(bench, jobs, taking.done)]
        taking.result()
    file.unlink()
    return people, {pace: _together([done for each, done in sent if each == pace]) for pace in jobs}


def _sent(bench: Bench, jobs: dict[str, Job], over: Any) -> Iterator[tuple[str, Round]]:
    """Send at each pace in turn; what was still under way when the import ended counts only where there is nothing else."""
    first = True
    while jobs and (first or not over()):
        for pace, job in jobs.items():
            done = bench.send(job)
            if first or not over():
                yield pace, done
        first = False


def _together(rounds: list[Round]) -> Round:
    return Round(
        seconds=sum(each.seconds for each in rounds),
        latencies=[latency for each in rounds for latency in each.latencies],
        failures=sum(each.failures for each in rounds),
    )
