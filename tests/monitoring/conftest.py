"""What the tests of monitoring share: a way of the village, a law that is taken back, and a watch over everybody's privacy."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.monitoring.app import DESK, SERVICE
from shared.database.transaction import Database
from shared.kernel.actors import Actor
from shared.kernel.jobs import Job, JobId
from shared.service.jobs.runner import JobRunner
from tests.builders.law import DOCUMENT, a_line, a_parameter
from tests.builders.places import QUIET
from tests.builders.story import Officials, Way, done
from tests.fixtures.callers import Call
from tests.fixtures.platform import Cluster, settings_of
from tests.fixtures.tokens import prefecture
from tests.monitoring.privacy import Watch

_FORGET_WORK = [
    f"DELETE FROM {table} WHERE id IN (SELECT id FROM job WHERE kind IN ('apply_line', 'apply_income_items', 'income_screening', 'line_simulation'))"
    for table in ("job_part", "job_run", "job")
]
# Work that a test asked for and had nobody do would be done, or waited for, by the runners of the tests after it.
_CALL_OFF = "UPDATE job SET state = 'cancelled', finished_at = now() WHERE state IN ('queued', 'running')"
Publish = Callable[..., Awaitable[None]]


@pytest.fixture
def way(call: Call, september: datetime) -> Way:
    """The way of a household of the home village, on 22 September 2021."""
    return Way(call, september)


@pytest.fixture
async def quiet(way: Way, admin: asyncpg.Connection) -> Way:
    """The way of a household in a county where everything owed so far is over."""
    await admin.execute("UPDATE owed_measure SET status = 'finished' WHERE county_code = $1", QUIET[:6])
    return Way(way.call, way.now, Officials.of(QUIET))


@pytest.fixture
async def clean_law(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """Take back what a test published: the law of the others is that of the migrations."""
    yield
    for table in ("parameter", "bottom_line", "income_item", "signal_rule", "lead_grade_rule", "base_figure", "quality_rule"):
        await admin.execute(f"DELETE FROM {table} WHERE document_number = $1", DOCUMENT)
    for question in _FORGET_WORK:  # the job that applies a line is known by the line: the same line may be published again
        await admin.execute(question)


@pytest.fixture
def publish(call: Call, clean_law: None) -> Publish:
    """Publish a parameter as the prefecture, until the test is over."""

    async def parameter(area: str, key: str, value: str, since: str = "2021-01-01") -> None:
        done(await call(prefecture()).put(f"/v1/parameters/{area}/{key}", a_parameter(value, effective_from=since)))

    return parameter


Adopt = Callable[..., Awaitable[str]]


@pytest.fixture
def adopt(call: Call, clean_law: None, line_runner: JobRunner) -> Adopt:
    """Simulate a line and publish it as the prefecture, until the test is over; give its id. What applies it waits."""

    async def line(area: str, amount: str, *, year: int = 2021, since: str = "2021-01-01") -> str:
        asked = done(await call(prefecture()).post("/v1/line-simulations", {"area": area, "year": year, "amount": amount}))
        await worked_off(line_runner, call, prefecture(), asked["id"])
        body = a_line(amount, effective_from=since, simulation=asked["id"])
        return done(await call(prefecture()).put(f"/v1/bottom-lines/{area}/{year}", body))["id"]

    return line


async def worked_off(runner: JobRunner, call: Call, by: Actor, job_id: str) -> dict[str, Any]:
    """Have one job done, and no other; give it as it is then."""
    await runner.do(await _job(runner, by, job_id))
    found = done(await call(by).get(f"/v1/jobs/{job_id}"))
    assert found["state"] == "done", found
    return found


async def _job(runner: JobRunner, by: Actor, job_id: str) -> Job:
    async with runner._database.transaction(by) as tx:
        return await DESK.jobs.get(JobId(UUID(job_id)), tx)


@pytest.fixture(scope="package")
async def line_runner(cluster: Cluster, monitoring_worker: Database) -> JobRunner:
    """What does monitoring's long work in the tests."""
    runner = SERVICE.job_runner(settings_of("monitoring", cluster), monitoring_worker)
    assert runner is not None
    return runner


@pytest.fixture(scope="package")
async def watch(call: Call) -> AsyncIterator[Watch]:
    """Read along everything that the tests of this folder send and receive."""
    http = call(prefecture()).http
    watch = Watch()
    with watch.over(http):
        yield watch


@pytest.fixture(autouse=True)
async def no_work_is_left(admin: asyncpg.Connection) -> None:
    """Call off what earlier tests asked for and left."""
    await admin.execute(_CALL_OFF)


@pytest.fixture(autouse=True)
async def nobody_is_named(watch: Watch, admin: asyncpg.Connection, caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Hold what a test left behind against the people whom it sent in: none of them is named, numbered or phoned anywhere."""
    ((since,),) = await admin.fetch("SELECT clock_timestamp()")
    with watch.listening(), caplog.at_level(logging.INFO):
        yield
    await watch.check(admin, since=since, logged=[record.getMessage() for record in caplog.get_records("call")])
