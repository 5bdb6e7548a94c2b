"""A worker's runner of jobs as a process of its own, without a broker: `python -m tests.bench.files.runner`.

For each line on its standard input it takes up one job and does it, and answers with one line of JSON: how long that took, from looking for the
job to its end, in seconds of the clock and of this process's and its children's processors. Everything else that is said goes to standard error.
"""

import asyncio
import json
import os
import sys
import time
from typing import BinaryIO

from services.monitoring.app import SERVICE as MONITORING
from shared.service.jobs.runner import JobRunner
from shared.service.logging import configure_logging


async def _answer_all(out: BinaryIO) -> None:
    settings = MONITORING.settings()
    database = MONITORING.worker_database(settings)
    runner = MONITORING.job_runner(settings, database)
    if runner is None:
        raise RuntimeError("monitoring does no jobs")
    while await asyncio.to_thread(sys.stdin.readline):
        out.write(json.dumps(await _timed(runner)).encode() + b"\n")
        out.flush()
    await database.close()


async def _timed(runner: JobRunner) -> dict[str, float | bool]:
    began, before = time.perf_counter(), os.times()
    done = await runner.do_one()
    seconds, after = time.perf_counter() - began, os.times()
    own = after.user + after.system - before.user - before.system
    children = after.children_user + after.children_system - before.children_user - before.children_system
    return {"done": done, "seconds": seconds, "own": own, "children": children}


def main() -> None:
    configure_logging(json=True)
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        asyncio.run(_answer_all(out))


if __name__ == "__main__":
    main()
