"""Deciding about many things as officials do, and having a worker do what they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest

from services.monitoring.app import DESK
from shared.kernel.actors import Actor
from shared.kernel.jobs import JobId
from shared.service.jobs.runner import JobRunner
from tests.builders.people import proof
from tests.builders.story import Way, done
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import county

DOCUMENT = "临翔乡振〔2021〕21号"


def approvals(cases: Sequence[tuple[str, int]], **changes: Any) -> dict[str, Any]:
    """A county's approval of cases, each in the version that was seen."""
    items = [{"case_id": case_id, "version": version} for case_id, version in cases]
    body = {"act": "county-approval", "agrees": True, "opinion": "同意认定", "document_number": DOCUMENT, "evidence": proof(), "items": items}
    return body | changes


def reviews(cases: Sequence[tuple[str, int]], **changes: Any) -> dict[str, Any]:
    """A township's review of cases."""
    body = approvals(cases, act="township-review", opinion="情况属实", **changes)
    del body["document_number"]
    return body


@dataclass(frozen=True)
class Bulk:
    """Asks for decisions, works them off, and reads what came of them."""

    call: Call
    runner: JobRunner
    admin: asyncpg.Connection

    async def ask(self, body: dict[str, Any], *, by: Actor | None = None, path: str = "case-decisions", key: str = "") -> httpx2.Response:
        return await self.call(by or county()).post(f"/v1/{path}", body, key=key)

    async def asked(self, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Ask and have it worked off; give the job as it is then."""
        by = options.get("by") or county()
        job_id = done(await self.ask(body, **options))["id"]
        return await self.worked_off(job_id, by=by)

    async def worked_off(self, job_id: str, *, by: Actor | None = None) -> dict[str, Any]:
        by = by or county()
        async with self.runner._database.transaction(by) as tx:
            job = await DESK.jobs.get(JobId(UUID(job_id)), tx)
        await self.runner.do(job)
        return done(await self.call(by).get(f"/v1/jobs/{job_id}"))

    async def rows(self, job_id: str, *, by: Actor | None = None, **query: Any) -> list[dict[str, Any]]:
        return done(await self.call(by or county()).get(f"/v1/jobs/{job_id}/rows", **query))["items"]

    async def results(self, job_id: str, **options: Any) -> list[tuple[str, str | None]]:
        """Say of each item what became of it, and by which refusal."""
        rows = await self.rows(job_id, **options)
        return [(row["outcome"], row["faults"][0]["code"] if row["faults"] else None) for row in rows]

    async def committed(self, job: dict[str, Any], *, by: Actor | None = None) -> dict[str, Any]:
        done(await self.call(by or county()).post(f"/v1/jobs/{job['id']}/commit", None, seen=job["version"]))
        return await self.worked_off(job["id"], by=by)


@pytest.fixture
def bulk(call: Call, line_runner: JobRunner, admin: asyncpg.Connection, september: object) -> Bulk:
    return Bulk(call, line_runner, admin)


async def noticed(way: Way, set_clock: SetClock, number: int) -> tuple[Way, list[tuple[str, int]]]:
    """Bring cases as far as the end of their notices; give them with their versions."""
    cases = [await way.noticed("06") for _ in range(number)]
    later = await way.after_notice(set_clock)
    return later, [(case_id, done(await later.removal(case_id))["version"]) for case_id in cases]


async def reviewed(way: Way, set_clock: SetClock, number: int) -> tuple[Way, list[tuple[str, int]]]:
    """Bring cases before their county; give them with their versions."""
    later, cases = await noticed(way, set_clock, number)
    return later, [(case_id, done(await later.review(case_id))["version"]) for case_id, _ in cases]
