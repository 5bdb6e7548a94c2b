"""What the tests of regional alarms share: rounds of the duties, and a county of their own, empty before and after."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from services.monitoring.usecases.regional.check_regions import check_county
from services.monitoring.usecases.regional.count_occurrences import count_some
from shared.database.transaction import Database
from shared.kernel.actors import Actor, service_actor
from shared.service.jobs.runner import JobRunner
from tests.builders.regions import a_regional_rule
from tests.builders.story import Officials, Way, done
from tests.fixtures.callers import Call
from tests.fixtures.say import say
from tests.fixtures.tokens import county
from tests.monitoring.conftest import worked_off

__all__ = ["say"]

COUNTY = "530926"
TOWN, OTHER_TOWN = "530926101", "530926102"
HERE, NEXT = TOWN + "201", TOWN + "202"
ELSEWHERE = "530926102200"
"""Villages of a county of these tests' own."""

Round = Callable[[], Awaitable[int]]
Work = Callable[..., Awaitable[dict[str, Any]]]

_OF_HOUSEHOLDS = (
    "lead_answer",
    "lead_step",
    "occurrence",
    "case_step",
    "lead",
    "monitoring_case",
    "household_standing",
    "household_income",
    "quarterly_income",
    "membership",
)
CLEAR = [
    "DELETE FROM department_row WHERE county_code = '530926'",
    *(f"DELETE FROM {table} WHERE county_code = '530926'" for table in ("regional_alarm_household", "regional_alarm", "regional_event")),
    *(
        f"DELETE FROM {table} WHERE county_code = '530926'"
        for table in ("household_form", "person_form", "monitored_category", "owed_measure", "risk_flag")
    ),
    *(
        f"DELETE FROM {table} WHERE county_code = '530926'"
        for table in (*_OF_HOUSEHOLDS, "person_directory", "person", "household", "standing_queue")
    ),
    *(f"DELETE FROM {table} WHERE county_code = '530926'" for table in ("occurrence_queue", "regional_count", "regional_cell_queue")),
    "DELETE FROM regional_rule WHERE document_number LIKE '临测试%'",
]


@pytest.fixture
async def here(way: Way, admin: asyncpg.Connection, clean_law: None) -> AsyncIterator[Way]:
    """The way of a village whose county is empty, before and after."""
    for statement in CLEAR:
        await admin.execute(statement)
    for rule in ("village.any", "site.any"):  # of the prefecture, which would call too
        repealed = a_regional_rule(level="village", is_held=False, effective_from="2020-06-01")
        done(await way.call(county(area=COUNTY)).put(f"/v1/regional-rules/{COUNTY}/{rule}", repealed))
    yield Way(way.call, way.now, Officials.of(HERE))
    for statement in CLEAR:
        await admin.execute(statement)


@pytest.fixture
def count(monitoring_worker: Database) -> Round:
    """Count all that waits in the county, as the duty does; say how many slices there were."""

    async def all_of_it() -> int:
        slices = 0
        more = True
        while more:
            async with monitoring_worker.transaction(service_actor("monitoring", COUNTY)) as tx:
                more = await count_some(tx)
            slices += more
        return slices

    return all_of_it


@pytest.fixture
def check(monitoring_worker: Database, count: Round) -> Round:
    """Count and check the county, as the duties do; say how many alarms are new."""

    async def once() -> int:
        await count()
        async with monitoring_worker.transaction(service_actor("monitoring", COUNTY)) as tx:
            return await check_county(tx)

    return once


@pytest.fixture
def work(call: Call, line_runner: JobRunner) -> Work:
    """Have one job done; give it as it is then."""

    async def one(job_id: str, *, by: Actor) -> dict[str, Any]:
        return await worked_off(line_runner, call, by, job_id)

    return one
