"""A process that does monitoring's jobs and nothing else: `python -m tests.faults.only_jobs GO ROWS`.

It waits for the file GO, so that a successor is ready before its predecessor is killed, and loads ROWS rows in a slice, so that a file has many;
of the households that a line is applied to, or that are helped first, and of the things that are decided, as many.
"""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from services.monitoring.app import SERVICE
from services.monitoring.usecases.incidents import help_households
from services.monitoring.usecases.income import apply_line
from shared.service.http.serving import stop_signal
from shared.service.jobs import decisions, imports
from shared.service.logging import configure_logging
from shared.service.start import read_settings


async def main(go: Path, rows: int) -> None:
    imports.ROWS_AT_ONCE = decisions.ITEMS_AT_ONCE = rows
    apply_line.STANDINGS_AT_ONCE = apply_line.LEADS_AT_ONCE = help_households.AT_ONCE = rows
    settings = read_settings(SERVICE.settings)
    configure_logging(json=True)
    database = SERVICE.worker_database(settings)
    runner = SERVICE.job_runner(settings, database)
    assert runner is not None
    stopped = stop_signal()
    while not go.exists():  # noqa: ASYNC110, ASYNC240  (another process makes it)
        await asyncio.sleep(0.01)
    working = asyncio.create_task(runner.run())
    await stopped.wait()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
