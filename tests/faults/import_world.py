"""Databases of their own in which one file is loaded, by processes that may be killed and frozen; and what is there in the end."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import openpyxl

from services.monitoring.app import SERVICE, load_years
from shared.database.transaction import Database
from shared.files.store import FileStore
from shared.kernel.actors import Actor
from shared.kernel.jobs import JobId
from shared.service.jobs.asking import IMPORT
from shared.service.settings import ServiceSettings
from tests.fixtures.platform import Cluster, make_database, opened, settings_of
from tests.fixtures.processes import Process

HOLDS = """
    SELECT r.phase, r.claim, r.claimed_until, r.done, now() AS now, coalesce(p.through, 0) AS through, j.state
    FROM job j JOIN job_run r USING (county_code, id)
    LEFT JOIN LATERAL (SELECT sum(created + updated + unchanged + refused)::int AS through FROM job_part WHERE job_part.id = j.id) p ON true
    WHERE j.id = $1
"""
# Whoever waits half a minute sees the claim run out: so does who sets it to now.
FREE = "UPDATE job_run SET claimed_until = now() WHERE id = $1"

# Without what chance or the clock gives: ids by uuidv7(), moments, and ciphertexts, which are opened.
END = {
    "households": "SELECT county_code, id, township_code, area_code, number, kind, status, due_at, version FROM household",
    "people": "SELECT county_code, id, area_code, name, id_number_index, content_index FROM person",
    "memberships": "SELECT county_code, household_id, person_id, area_code, relation, labour, valid_from, valid_to FROM membership",
    "incomes": "SELECT to_jsonb(i) - 'id' - 'recorded_at' FROM household_income i",
    "directory": "SELECT id_number_index, county_code, person_id FROM person_directory",
    "results": "SELECT county_code, job_id, row, area_code, outcome, faults, subject_id FROM job_result",
    "parts": "SELECT county_code, id, position, total, created, updated, unchanged, refused FROM job_part",
    "jobs": "SELECT county_code, id, state, problem FROM job",
    "traces": "SELECT relation, act, count(*) FROM audit WHERE relation IN ('household', 'person', 'membership', 'household_income') GROUP BY 1, 2",
    "stage": "SELECT job_id, row FROM import_row UNION ALL SELECT job_id, row FROM import_fault",
}


@dataclass
class World:
    """One database, its files, and the processes that work on them."""

    name: str
    settings: ServiceSettings
    owner: asyncpg.Connection
    app: Database
    folder: Path
    rows_at_once: int = 400
    _serial: "count[int]" = field(default_factory=count)

    async def send(self, content: bytes, job_id: UUID, *, by: Actor, **arguments: str) -> JobId:
        """Keep a file under a given id, as an upload does, so that another world can have the same."""

        async def chunks() -> AsyncIterator[bytes]:
            yield content

        assert SERVICE.desk
        kept = await FileStore(self.folder).keep(chunks(), job_id, largest=len(content))
        told = {"mode": "commit", "atomic": "rows", "strategy": "create_and_update", "file": {"name": "a", "size": kept.size, "sha256": kept.sha256}}
        async with self.app.transaction(by) as tx:
            await SERVICE.desk.ask(JobId(job_id), IMPORT, "household_register", told | arguments, tx)
        return JobId(job_id)

    async def work(self) -> None:
        """Do what waits in this process, undisturbed."""
        database = SERVICE.worker_database(self.settings)
        runner = SERVICE.job_runner(self.settings, database)
        assert runner
        while await runner.do_one():
            pass
        await database.close()

    def process(self) -> tuple[Process, Path]:
        """Make a process that does jobs once a file is there."""
        name = f"{self.name}-{next(self._serial)}"
        go = self.folder.parent / f"{name}.go"
        environment = {
            "MONITORING_PROFILE": "development",
            "MONITORING_DATABASE_URL": self.settings.database_url.get_secret_value(),
            "MONITORING_WORKER_DATABASE_URL": self.settings.worker_database_url.get_secret_value(),
            "MONITORING_DATA_KEY": self.settings.key("data_key").hex(),
            "MONITORING_INDEX_KEY": self.settings.key("index_key").hex(),
            "MONITORING_FILES_FOLDER": str(self.folder.absolute()),
            "MONITORING_JOBS_AT_ONCE": "1",
        }
        command = (sys.executable, "-m", "tests.faults.only_jobs", str(go), str(self.rows_at_once))
        return Process(name=name, command=command, environment=environment, log=self.folder.parent / f"{name}.log", base="", metrics=""), go

    async def connect(self) -> asyncpg.Connection:
        """Open another connection as the owner."""
        assert self.settings.owner_database_url
        return await asyncpg.connect(self.settings.owner_database_url.get_secret_value().replace("+asyncpg", ""))

    async def holds(self, job_id: JobId) -> asyncpg.Record:
        found = await self.owner.fetchrow(HOLDS, job_id)
        assert found
        return found

    async def free(self, job_id: JobId) -> None:
        await self.owner.execute(FREE, job_id)

    async def end(self) -> dict[str, set[str]]:
        """Give all that is there, each row as a text, with the secrets of people opened."""
        found = {what: [str(tuple(row)) for row in await self.owner.fetch(question)] for what, question in END.items()}
        people = await self.owner.fetch("SELECT id, secrets FROM person")
        found["secrets"] = [str((row["id"], self.app.vault.open(row["secrets"], table="person", row=row["id"]))) for row in people]
        assert all(len(rows) == len(set(rows)) for rows in found.values())
        return {what: set(rows) for what, rows in found.items()}

    def report(self, job_id: JobId) -> list[tuple[Any, ...]]:
        book = openpyxl.load_workbook(FileStore(self.folder).path(job_id, ".xlsx"), read_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
        return rows


async def make(cluster: Cluster, name: str) -> None:
    """Make a database of monitoring with its working days."""
    await asyncio.to_thread(make_database, "monitoring", cluster, name)
    async with opened("monitoring", cluster, worker=True, database=name) as database:
        await load_years(range(2021, 2023), database)


async def copy(cluster: Cluster, name: str, *, of: str) -> None:
    """Make a database that is like another, which nobody uses."""
    admin = await cluster.connect("monitoring")
    await admin.execute(f"DROP DATABASE IF EXISTS {cluster.name(name)} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {cluster.name(name)} TEMPLATE {cluster.name(of)}")
    await admin.close()


@asynccontextmanager
async def world(cluster: Cluster, name: str, *, folder: Path) -> AsyncIterator[World]:
    """Open a database and a folder of files."""
    settings = settings_of("monitoring", cluster, database=name, files_folder=folder)
    owner = await cluster.connect(name)
    async with opened("monitoring", cluster, database=name) as app:
        yield World(name=name, settings=settings, owner=owner, app=app, folder=folder)
    await owner.close()
