"""A township in which disasters happen, and offices that act on them."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.builders.incidents import a_check, a_delivery, an_incident, hit
from tests.builders.people import a_household, proof
from tests.builders.story import Officials, Way, done
from tests.fixtures.tokens import county, township, village
from tests.monitoring.files.conftest import Files, files, job_runner
from tests.monitoring.lists import listed

__all__ = ["files", "job_runner"]

# A township that no other test uses, two of its villages, and a township beside it.
PLACE = "530922104"
ONE, TWO = PLACE + "201", PLACE + "202"
CADRE, OFFICE, COUNTY = village("village-" + ONE, ONE), township("township-" + PLACE, PLACE), county("county-" + PLACE[:6], PLACE[:6])
ORDERER = county("orderer", PLACE[:6])


@dataclass
class Incidents:
    """Enters incidents and acts on the households that they hit."""

    way: Way
    files: Files

    async def household(self, at: str = ONE, **changes: Any) -> str:
        household = a_household(village=at, members=2, **changes)
        return done(await self.way.call(village("village-" + at, at)).post("/v1/households", household))["id"]

    async def opened(self, by: Any = COUNTY, **changes: Any) -> str:
        """Enter an incident and have its households laid down."""
        incident = done(await self.way.call(by).post("/v1/incidents", an_incident(**{"areas": [PLACE], **changes})))["id"]
        await self.laid_down(incident, by)
        return incident

    async def laid_down(self, incident: str, by: Any = COUNTY) -> dict[str, Any]:
        asked = done(await self.way.call(by).post(f"/v1/incidents/{incident}/households", None))
        await self.files.work()
        job = await self.files.job(by, asked["job_id"])
        assert job["state"] == "done"
        return job

    async def households(self, incident: str, by: Any = COUNTY, **query: Any) -> dict[str, dict[str, Any]]:
        found = await listed(self.way.call(by), "/v1/incident-households", incident_id=incident, **query)
        return {each["household_id"]: each for each in found}

    async def check(self, incident: str, household: str, check: dict[str, Any] | None = None, *, by: Any = CADRE, seen: int = 1) -> Any:
        return await self.way.call(by).post(f"/v1/incidents/{incident}/households/{household}/check", check or a_check(), seen=seen)

    async def hit(self, incident: str, household: str, **changes: Any) -> dict[str, Any]:
        return done(await self.check(incident, household, hit(**changes)))

    async def relief(self, incident: str, household: str, *, seen: int = 2, by: Any = CADRE, **changes: Any) -> Any:
        return await self.way.call(by).post(f"/v1/incidents/{incident}/households/{household}/relief", a_delivery(**changes), seen=seen)

    async def trackings(self, household: str, by: Any = OFFICE, **query: Any) -> list[dict[str, Any]]:
        found = await listed(self.way.call(by), "/v1/incident-trackings", **query)
        return [each for each in found if each["household_id"] == household]

    async def visit(self, tracking: dict[str, Any], state: str = "recovered", *, by: Any = CADRE, **changes: Any) -> Any:
        body = {"visited_at": self.way.at(minutes=-5), "state": state, "evidence": proof("回访照片"), **changes}
        return await self.way.call(by).post(f"/v1/incident-trackings/{tracking['id']}/visit", body, seen=tracking["version"])

    async def closure(self, incident: str, by: Any = COUNTY, *, seen: int = 1) -> Any:
        return await self.way.call(by).post(f"/v1/incidents/{incident}/closure", None, seen=seen)

    async def order(self, incident: str, *households: str, by: Any = ORDERER, **changes: Any) -> Any:
        body = {"households": list(households), "reason": "房屋倒塌，急需安置", "document_number": "凤应急〔2021〕3号", **changes}
        return await self.way.call(by).post(f"/v1/incidents/{incident}/green-channel", body)

    async def helped(self, incident: str, *households: str, by: Any = ORDERER, **changes: Any) -> dict[str, dict[str, Any]]:
        """Order the green channel, have it done, and give what became of each household."""
        order = done(await self.order(incident, *households, by=by, **changes))
        await self.files.work()
        assert (await self.files.job(by, order["job_id"]))["state"] == "done"
        shown = done(await self.way.call(by).get(f"/v1/green-channels/{order['id']}", size=200))
        return {each["household_id"]: each for each in shown["items"]}


@pytest.fixture
def incidents(way: Way, files: Files) -> Incidents:
    return Incidents(Way(way.call, way.now, Officials.of(ONE)), files)
