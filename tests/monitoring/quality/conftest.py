"""What the tests of data quality share: a township of their own, whose county is empty before and after each, and checks done when a test says so."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from shared.kernel.actors import Actor
from shared.service.jobs.runner import JobRunner
from tests.builders.emptying import emptied
from tests.builders.people import a_household
from tests.builders.story import Officials, Way, done
from tests.fixtures.tokens import county, township, village
from tests.monitoring.conftest import worked_off
from tests.monitoring.lists import listed

TOWN = "530923103"
HERE, NEXT = TOWN + "202", TOWN + "203"
CADRE, OFFICE, DESK = village("cadre", HERE), township("office", TOWN), county("desk", TOWN[:6])
LAND, HOUSE, WATER = "5_14_008", "LC_07_001", "LC_07_002"


@dataclass
class Quality:
    """Registers households, fills in their forms, and checks them."""

    way: Way
    runner: JobRunner

    async def household(self, at: str = HERE, **form: Any) -> str:
        """Register a lifted-out household of a head, with a form that says this of it."""
        registered = done(await self.way.call(village("village-" + at, at)).post("/v1/households", a_household(village=at, members=1)))["id"]
        if form:
            await self.fill(registered, at=at, **form)
        return registered

    async def fill(self, household: str, *, at: str = HERE, **form: Any) -> None:
        caller = self.way.call(village("village-" + at, at))
        seen = done(await caller.get(f"/v1/households/{household}"))["version"]
        done(await caller.put(f"/v1/households/{household}/form", {"effective_from": self.way.now.date().isoformat(), **form}, seen=seen))

    async def check(self, *rules: str, area: str = TOWN, by: Actor = OFFICE) -> tuple[int, int]:
        """Check an area by rules; say how many findings were opened, and how many closed."""
        asked = done(await self.way.call(by).post("/v1/quality-checks", {"area": area, **({"rules": list(rules)} if rules else {})}))
        job = await worked_off(self.runner, self.way.call, by, asked["id"])
        return job["created"], job["updated"]

    async def resumed(self, job_id: str, *, by: Actor) -> None:
        """Have a check that somebody began brought to its end."""
        await worked_off(self.runner, self.way.call, by, job_id)

    async def findings(self, status: str = "open", *, by: Actor = OFFICE, **query: Any) -> list[dict[str, Any]]:
        return await listed(self.way.call(by), "/v1/quality-findings", status=status, **query)

    async def found(self, household: str, rule: str, status: str = "open") -> dict[str, Any]:
        """Give the one finding of a rule on a household."""
        (finding,) = [each for each in await self.findings(status, rule=rule) if each["household_id"] == household]
        return finding

    async def act(self, finding: dict[str, Any], act: str, body: Any = None, *, by: Actor = OFFICE, seen: int | None = None) -> Any:
        path = f"/v1/quality-findings/{finding['id']}/{act}"
        return await self.way.call(by).post(path, body, seen=finding["version"] if seen is None else seen)


@pytest.fixture
async def quality(way: Way, admin: asyncpg.Connection, clean_law: None, line_runner: JobRunner) -> AsyncIterator[Quality]:
    await emptied(admin, TOWN[:6], "household", "person", "person_directory", "risk_flag", "escalation")
    yield Quality(Way(way.call, way.now, Officials.of(HERE)), line_runner)
    await emptied(admin, TOWN[:6], "household", "person", "person_directory", "risk_flag", "escalation")
