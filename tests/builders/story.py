"""The way of a household from a lead to a flag, over HTTP: each step done right, with the versions it saw."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx2

from shared.kernel.actors import Actor
from tests.builders.people import a_household, proof
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import HOME, county, township, village

LONG_ENOUGH = timedelta(days=11)
"""A notice of the default length is over after this many days, the National Day holidays included."""


def done(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code < 300, answer.text
    return answer.json()


def refused(answer: httpx2.Response) -> tuple[int, str, list[str]]:
    """Read a refusal: its status, its name, and the fields at fault."""
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert problem["status"] == answer.status_code, answer.text
    return answer.status_code, problem["type"].removeprefix("urn:bottom-line:problem:"), [each["field"] for each in problem.get("fields", [])]


@dataclass(frozen=True)
class Officials:
    village: Actor
    township: Actor
    county: Actor

    @classmethod
    def of(cls, area: str = HOME) -> "Officials":
        return cls(village("village-" + area, area), township("township-" + area[:9], area[:9]), county("county-" + area[:6], area[:6]))


@dataclass(frozen=True)
class Way:
    """Takes steps as the officials of one village; `now` is the business time of each, moved by whoever tests."""

    call: Call
    now: datetime
    officials: Officials = field(default_factory=Officials.of)

    async def household(self, **changes: Any) -> str:
        household = a_household(village=self.officials.village.area, **changes)
        return done(await self.call(self.officials.village).post("/v1/households", household))["id"]

    async def assigned(self, household_id: str, *, by: Actor | None = None, **changes: Any) -> dict[str, Any]:
        """Let a cadre look after a household."""
        body = {"cadre": "cadre-0103", "name": "岩罕", "unit": "农业农村局", "phone": "13987654320", "valid_from": "2021-09-01", **changes}
        return done(await self.call(by or self.officials.township).post(f"/v1/households/{household_id}/assignments", body))

    async def grouped(self, household_id: str, group: str, *, by: Actor | None = None, **changes: Any) -> dict[str, Any]:
        """Put a household into a key group."""
        body = {"valid_from": "2021-09-01", "source": "home_visit", **changes}
        return done(await self.call(by or self.officials.village).put(f"/v1/households/{household_id}/groups/{group}", body))

    async def visit(self, household_id: str, *, by: Actor | None = None, **changes: Any) -> httpx2.Response:
        body = {"visited_at": self.at(minutes=-5), "findings": ["nothing"], "evidence": proof("走访照片"), **changes}
        return await self.call(by or self.officials.village).post(f"/v1/households/{household_id}/visits", body)

    async def lead(self, household_id: str) -> dict[str, Any]:
        body = {"household_id": household_id, "channel": "home_visit", "hardships": ["harvest_or_business_failed"], "note": "走访时发现"}
        return done(await self.call(self.officials.village).post("/v1/leads", body))

    async def confirmed(self, lead: dict[str, Any], *risks: str, **changes: Any) -> dict[str, Any]:
        return done(await self.verification(lead, outcome="confirmed", risks=list(risks), **changes))

    async def verification(self, lead: dict[str, Any], **body: Any) -> httpx2.Response:
        body = {"visited_at": self.at(minutes=-5), "evidence": proof("入户核实表"), **body}
        return await self.call(self.officials.village).post(f"/v1/leads/{lead['id']}/verification", body, seen=lead["version"])

    async def case(self, *risks: str, **changes: Any) -> str:
        """Open a case for a new household."""
        lead = await self.lead(await self.household(**changes))
        return (await self.confirmed(lead, *risks))["case_id"]

    async def act(self, by: Actor, case_id: str, act: str, body: dict[str, Any], *, seen: int | None = None) -> httpx2.Response:
        if seen is None:
            seen = done(await self.call(self.officials.county).get(f"/v1/cases/{case_id}"))["version"]
        return await self.call(by).post(f"/v1/cases/{case_id}/{act}", {"evidence": proof(act), **body}, seen=seen)

    async def appraisal(self, case_id: str, **changes: Any) -> httpx2.Response:
        body = {"held_at": self.at(minutes=-4), "eligible": 30, "present": 25, "in_favour": 23, **changes}
        return await self.act(self.officials.village, case_id, "appraisal", body)

    async def notice(self, case_id: str, **changes: Any) -> httpx2.Response:
        return await self.act(self.officials.village, case_id, "notice", {"posted_at": self.at(minutes=-3), "posted_where": "村务公开栏", **changes})

    async def removal(self, case_id: str, **changes: Any) -> httpx2.Response:
        return await self.act(self.officials.village, case_id, "notice-removal", {"removed_at": self.at(minutes=-1), **changes})

    async def review(self, case_id: str, *, by: Actor | None = None, agrees: bool = True) -> httpx2.Response:
        return await self.act(by or self.officials.township, case_id, "township-review", {"agrees": agrees, "opinion": "情况属实"})

    async def approval(self, case_id: str, *, by: Actor | None = None, agrees: bool = True, **changes: Any) -> httpx2.Response:
        body = {"agrees": agrees, "opinion": "同意认定", "document_number": "临翔乡振〔2021〕9号", **changes}
        return await self.act(by or self.officials.county, case_id, "county-approval", body)

    async def noticed(self, *risks: str, **changes: Any) -> str:
        """Open a case for a new household and take it as far as its notice."""
        case_id = await self.case(*risks, **changes)
        done(await self.appraisal(case_id))
        done(await self.notice(case_id))
        return case_id

    async def after_notice(self, set_clock: SetClock) -> "Way":
        """Let the notice hang until it is over."""
        return replace(self, now=await set_clock(self.now + LONG_ENOUGH))

    async def reviewed(self, case_id: str) -> None:
        """Take the notice down and review the case."""
        done(await self.removal(case_id))
        done(await self.review(case_id))

    async def decided(self, case_id: str, **changes: Any) -> dict[str, Any]:
        """Take the notice down, review and decide."""
        await self.reviewed(case_id)
        return done(await self.approval(case_id, **changes))

    async def flagged(self, case_id: str, set_clock: SetClock) -> tuple["Way", str]:
        """Take an opened case through every step; give the way as it goes on then, and the flag."""
        done(await self.appraisal(case_id))
        done(await self.notice(case_id))
        later = await self.after_notice(set_clock)
        return later, (await later.decided(case_id))["flag_id"]

    async def withdrawal(self, flag_id: str, *, seen: int = 1, reason: str = "entered_in_error") -> httpx2.Response:
        body = {"reason": reason, "opinion": "经查系错录", "document_number": "临翔乡振〔2021〕10号"}
        return await self.call(self.officials.county).post(f"/v1/risk-flags/{flag_id}/withdrawal", body, seen=seen)

    def at(self, **shift: float) -> str:
        return (self.now + timedelta(**shift)).isoformat()
