"""What the tests of incomes share: the work that applies lines, done when a test says so, and a county of their own."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from shared.kernel.actors import Actor
from shared.service.jobs.runner import JobRunner
from tests.builders.emptying import emptied
from tests.builders.people import some_income
from tests.builders.story import Officials, Way, done
from tests.fixtures.callers import Call
from tests.fixtures.tokens import prefecture
from tests.monitoring.conftest import worked_off

TOWN = "530926101"
HERE, NEXT = TOWN + "201", TOWN + "202"
"""Two villages of a township in a county of these tests' own, empty before and after each."""

Work = Callable[..., Awaitable[dict[str, Any]]]
_ASKED = "SELECT id::text FROM job WHERE kind = 'apply_line' AND arguments ->> 'line' = $1"

LIVING = ("household", "person", "monitoring_case", "risk_flag", "person_directory", "standing_queue", "line_simulation", "line_simulation_count")


@pytest.fixture
async def here(way: Way, admin: asyncpg.Connection, clean_law: None) -> Any:
    """The way of a village whose county is empty, before and after."""
    await emptied(admin, HERE[:6], *LIVING)
    yield Way(way.call, way.now, Officials.of(HERE))
    await emptied(admin, HERE[:6], *LIVING)


@pytest.fixture
def work(call: Call, line_runner: JobRunner) -> Work:
    """Have one job done; give it as it is then."""

    async def one(job_id: str, *, by: Actor | None = None) -> dict[str, Any]:
        return await worked_off(line_runner, call, by or prefecture(), job_id)

    return one


@pytest.fixture
def applied(work: Work, admin: asyncpg.Connection) -> Work:
    """Have the work done that applies a published line."""

    async def one(line_id: str) -> dict[str, Any]:
        return await work(await admin.fetchval(_ASKED, line_id))

    return one


async def simulated(call: Call, work: Work, area: str, amount: str, *, by: Actor | None = None, year: int = 2021) -> str:
    """Simulate a line to its end; give the simulation's id."""
    by = by or prefecture()
    asked = done(await call(by).post("/v1/line-simulations", {"area": area, "year": year, "amount": amount}))
    assert asked["status"] == "running"
    await work(asked["id"], by=by)
    return asked["id"]


async def a_household(way: Way, reference: str, **changes: Any) -> str:
    """Register a household of one whose reference income per head is so much."""
    income = dict.fromkeys(("production_income", "production_expense", "transfer_income"), "0.00") | {"wage_income": reference}
    return await way.household(income=some_income(**income), members=1, **changes)
