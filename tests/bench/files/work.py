"""Jobs asked for as the API asks for them, and done by a process of their own."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import UUID

from services.monitoring.app import DESK
from services.monitoring.app import SERVICE as MONITORING
from shared.files.store import FileStore
from shared.kernel.actors import Actor
from shared.kernel.ids import new_id
from shared.service.http.uploads import UploadedFile
from shared.service.jobs.lists import Format
from shared.service.jobs.wanted import NewExport, NewImport
from shared.service.settings import ServiceSettings
from tests.bench.harness.memory import Memory, watched
from tests.bench.harness.processes import ROOT, free_port
from tests.bench.harness.world import FOLDER, World, database_of

_logs = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A job that is over: seconds of the clock, and of the processors of the runner and of its children."""

    job: UUID
    seconds: float
    own: float
    children: float
    memory: Memory


class Runner:
    """A process that does a job whenever it is told to."""

    def __init__(self, world: World, database: str, process: "subprocess.Popen[bytes]") -> None:
        self.world, self.database, self._process = world, database, process

    def take_in(self, file: Path, kind: str, actor: Actor) -> Worked:
        """Have a file taken in."""
        return self.work(ask_for(self.world, self.database, file, kind, actor))

    def write_out(self, status: str, form: Format, actor: Actor) -> Worked:
        """Have the list of households written as a file."""
        return self.work(asyncio.run(_wanted(self.world, self.database, status, form, actor)))

    def work(self, job: UUID) -> Worked:
        """Do the job that waits.

        :raises RuntimeError: there was none, or the process died.
        """
        with watched(self._process.pid) as memory:
            self.begin()
            found = self.end()
        return Worked(job=job, seconds=found["seconds"], own=found["own"], children=found["children"], memory=memory)

    def begin(self) -> None:
        assert self._process.stdin
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()

    def end(self) -> dict[str, float]:
        assert self._process.stdout
        answer = self._process.stdout.readline()
        if not answer or not (found := json.loads(answer))["done"]:
            raise RuntimeError("the runner did no job; its log is in build/bench")
        return found


@contextmanager
def runner(world: World, database: str) -> Iterator[Runner]:
    """Run one on a database until the block ends; if this process dies, its standard input ends and so does it."""
    environment = {**os.environ, **world.environment("monitoring", port=free_port(), database=database_of(database))}
    with (FOLDER / f"runner-{next(_logs)}.log").open("wb") as log:
        command = (sys.executable, "-m", "tests.bench.files.runner")
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment, cwd=ROOT)
    try:
        yield Runner(world, database, process)
    finally:
        process.kill()
        process.communicate()


def ask_for(world: World, where: str, file: Path, kind: str, actor: Actor) -> UUID:
    """Put a file into the store and ask for its job, in the role of the API."""
    settings, job_id = world.settings("monitoring", database=database_of(where)), new_id()
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    os.link(file, FileStore(settings.folder_of_files("monitoring")).path(job_id))
    asyncio.run(_asked(settings, UploadedFile(id=job_id, name=file.name, size=file.stat().st_size, sha256=digest), kind, actor))
    return job_id


async def _asked(settings: ServiceSettings, file: UploadedFile, kind: str, actor: Actor) -> None:
    database = MONITORING.app_database(settings)
    async with database.transaction(actor) as tx:
        await DESK.take_file(file, NewImport(kind=kind), tx)
    await database.close()


async def _wanted(world: World, where: str, status: str, form: Format, actor: Actor) -> UUID:
    database = MONITORING.app_database(world.settings("monitoring", database=database_of(where)))
    async with database.transaction(actor) as tx:
        accepted = await DESK.export(NewExport(list="households", format=form, status=status), tx)
    await database.close()
    return accepted.id
