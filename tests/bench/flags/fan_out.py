"""From a county's approval to the tasks of two services, at a steady pace.

A latency lasts from the commit of the approval to the commit of the later of the two tasks, by the server's own note of when each
transaction committed: no poll and no second clock stands between.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

from tests.bench.flags.fleet import LISTENERS, Fleet, wait_for_all
from tests.bench.flags.limits import broker_alone, effect_alone
from tests.bench.harness.bench import Bench
from tests.bench.harness.client import Job
from tests.bench.harness.measures import NO_GOAL, P99, Goal, Round, Side, compared, line
from tests.bench.harness.requests import post
from tests.bench.harness.scale import CONNECTIONS, FLAGS_PER_SECOND
from tests.bench.people.population import reviewed_cases
from tests.builders.people import proof
from tests.fixtures.tokens import county

_APPROVAL = {"agrees": True, "opinion": "同意认定", "document_number": "临乡振〔2021〕9号", "evidence": proof()}
_COMMITTED = "SELECT flag_id AS id, pg_xact_commit_timestamp(xmin) AS at FROM task WHERE flag_id = ANY($1)"
_RAISED = """
    SELECT flag.id, pg_xact_commit_timestamp(flag.xmin) AS at FROM risk_flag AS flag
    JOIN monitoring_case AS decided ON decided.county_code = flag.county_code AND decided.flag_id = flag.id WHERE decided.id = ANY($1)
"""


def measure_fan_out(bench: Bench, fleet: Fleet) -> list[dict[str, Any]]:
    """Measure, and give the lines."""
    world, seconds = bench.world, bench.scale.seconds
    broker = Side(what="the broker alone, produced until consumed", workers="1 process for both ends", connections="1 and 1")
    effect = Side(what="the effect's transaction alone", workers="1 process", connections="a pool of 8")
    ours = Side(what="approval committed until both tasks committed", workers="1 API, 3 workers", connections="8 to the API, pools of 8")
    _approve(bench, fleet, seconds=2)
    bench.world.settle()
    bench.rounds(
        {
            "broker alone": (broker, lambda: asyncio.run(broker_alone(fleet.bootstrap, seconds=seconds))),
            "effect alone": (effect, lambda: asyncio.run(effect_alone(world, seconds=seconds))),
            "flag to tasks": (ours, lambda: _approve(bench, fleet, seconds=seconds)),
        }
    )
    limits = [2 * one.p99 + 2 * other.p99 for one, other in zip(broker.rounds, effect.rounds, strict=True)]
    ratios = [done.p99 / limit for done, limit in zip(ours.rounds, limits, strict=True)]
    rows = world.count("projects", "task") + world.count("employment", "task")
    whole = compared("flag to tasks, p99 to 2 x broker + 2 x effect", broker, ours, ratios=ratios, goal=Goal(at_most=1), rows=rows, unit=P99)
    whole["limit"] = {
        "what": "2 x the broker's p99 + 2 x the effect's p99",
        "median": round(median(limits), 2),
        "spread": [round(min(limits), 2), round(max(limits), 2)],
        "broker": broker.summary(lambda each: each.p99),
        "effect": effect.summary(lambda each: each.p99),
    }
    whole["pace"] = {"wanted": FLAGS_PER_SECOND, "kept": [round(done.rate, 1) for done in ours.rounds]}
    return [whole, line("flag to tasks, p99 to the broker's", broker, ours, goal=NO_GOAL, rows=rows, unit=P99)]


def _approve(bench: Bench, fleet: Fleet, *, seconds: int) -> Round:
    """Approve cases at the steady pace, and wait for what comes of it."""
    cases = reviewed_cases(bench.world, number=seconds * FLAGS_PER_SECOND)
    seen = {"If-Match": '"5"'}
    requests = [post(f"/v1/cases/{case_id}/county-approval", county(area=code), _APPROVAL, **seen) for case_id, code in cases]
    job = Job(ports=[fleet.port], requests=requests, connections=CONNECTIONS, seconds=0, expected=200, per_second=FLAGS_PER_SECOND)
    answers = bench.send(job)
    raised = {row["id"]: row["at"] for row in bench.world.ask("monitoring", _RAISED, [case_id for case_id, _ in cases])}
    missing = wait_for_all(bench, list(raised), look_every=0.2)
    both = commits(bench, list(raised))
    latencies = [(at - raised[flag]).total_seconds() * 1000 for flag, at in both.items()]
    lost = answers.failures + len(cases) - len(raised) + missing
    return Round(seconds=answers.seconds, latencies=latencies, failures=lost)


def commits(bench: Bench, flags: Sequence[UUID]) -> dict[UUID, datetime]:
    """Say when the later of each flag's two tasks was committed."""
    later: dict[UUID, datetime] = {}
    for service in LISTENERS:
        for row in bench.world.ask(service, _COMMITTED, flags):
            later[row["id"]] = max(row["at"], later.get(row["id"], row["at"]))
    return later
