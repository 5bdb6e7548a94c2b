"""Sending files as an official does, and having a worker do what they ask for."""

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from services.monitoring.app import SERVICE
from shared.database.transaction import Database
from shared.kernel.actors import Actor
from shared.service.jobs.runner import JobRunner
from tests.builders.files import SHEETS, Row, as_csv
from tests.builders.story import done
from tests.fixtures.callers import Call
from tests.fixtures.platform import Cluster, settings_of
from tests.monitoring.privacy import Watch


@dataclass(frozen=True)
class Files:
    """Sends files, works them off, and reads what came of them."""

    call: Call
    runner: JobRunner
    watch: Watch

    async def send(
        self, by: Actor, content: bytes | list[Row], *, kind: str = "household_register", name: str = "农户.csv", key: str | None = "", **form: str
    ) -> httpx2.Response:
        """Upload a file; rows are written as CSV."""
        caller = self.call(by)
        self.watch.note(content)
        content = as_csv(SHEETS[kind], content) if isinstance(content, list) else content
        headers = dict(caller.headers) | ({} if key is None else {"Idempotency-Key": key or uuid4().hex})
        return await caller.http.post("/v1/imports", data={"kind": kind, **form}, files={"file": (name, content)}, headers=headers)

    async def sent(self, by: Actor, content: bytes | list[Row], **options: Any) -> dict[str, Any]:
        """Upload a file and have it worked off; give the job as it is then."""
        job_id = done(await self.send(by, content, **options))["id"]
        await self.work()
        return await self.job(by, job_id)

    async def work(self) -> None:
        while await self.runner.do_one():
            pass

    async def job(self, by: Actor, job_id: str) -> dict[str, Any]:
        return done(await self.call(by).get(f"/v1/jobs/{job_id}"))

    async def rows(self, by: Actor, job_id: str, **query: Any) -> list[dict[str, Any]]:
        return done(await self.call(by).get(f"/v1/jobs/{job_id}/rows", size=200, **query))["items"]

    async def faults(self, by: Actor, job_id: str) -> set[tuple[int, str | None, str]]:
        """List what is wrong: row, field, code."""
        return {(row["row"], fault["field"], fault["code"]) for row in await self.rows(by, job_id, outcome="refused") for fault in row["faults"]}

    async def report(self, by: Actor, job_id: str) -> Worksheet:
        answer = await self.call(by).get(f"/v1/jobs/{job_id}/report.xlsx")
        assert answer.status_code == 200, answer.text
        page = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
        assert isinstance(page, Worksheet)
        return page


def counts(job: dict[str, Any]) -> tuple[str, dict[str, int]]:
    """What became of a job, and of how many rows what."""
    return job["state"], {name: job[name] for name in ("created", "updated", "unchanged", "refused") if job[name]}


@pytest.fixture(scope="session")
def job_runner(cluster: Cluster, monitoring_worker: Database) -> JobRunner:
    runner = SERVICE.job_runner(settings_of("monitoring", cluster), monitoring_worker)
    assert runner is not None
    return runner


@pytest.fixture
def files(call: Call, job_runner: JobRunner, watch: Watch, september: object) -> Files:
    return Files(call, job_runner, watch)


def json_lines(rows: list[Row]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
