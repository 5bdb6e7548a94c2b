"""Files, stages and results are deleted when they were kept long enough, and not before; what no job names is deleted after a day."""

import os
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from shared.database.transaction import Database
from shared.files.store import FileStore
from shared.kernel.actors import service_actor
from shared.kernel.areas import LINCANG
from shared.kernel.ids import new_id
from shared.service.jobs.housekeeping import forget_files

HOME = "530902"
DAY = timedelta(days=1)

_JOB = """
    INSERT INTO job (county_code, id, area_code, kind, what, arguments, state, created_by, created_role, created_at, finished_at, keep_until)
    VALUES ($1, $2, $1, 'import', 'household_register', '{}', $3, 'x', 'county_officer', now(),
            CASE WHEN $3 IN ('queued', 'running') THEN NULL ELSE now() END, now() - $4::interval)
"""
_ROWS = (
    "INSERT INTO job_result (county_code, job_id, row, area_code, outcome) VALUES ($1, $2, 2, $1, 'created')",
    "INSERT INTO job_item (county_code, job_id, row, area_code, subject_id, expected) VALUES ($1, $2, 2, $1, $2, 1)",
    "INSERT INTO import_row (county_code, job_id, unit, row, area_code, unit_id, record_id, fields) VALUES ($1, $2, 2, 2, $1, $2, $2, '{}')",
    "INSERT INTO import_fault (county_code, job_id, row, code) VALUES ($1, $2, 2, 'x')",
)
_LEFT = """
    SELECT (SELECT count(*) FROM job_result WHERE job_id = $1), (SELECT count(*) FROM import_row WHERE job_id = $1),
           (SELECT count(*) FROM import_fault WHERE job_id = $1), (SELECT count(*) FROM job_item WHERE job_id = $1)
"""


class Place:
    """A folder of files, and jobs that name them."""

    def __init__(self, admin: asyncpg.Connection, worker: Database, folder: Path) -> None:
        self._admin, self._worker, self._files = admin, worker, FileStore(folder)

    async def job(self, state: str, *, over_for: timedelta, home: str = HOME, county: str = HOME) -> UUID:
        """Make a job with its file, its report and its rows in a county, whose time was over so long ago."""
        job_id = new_id()
        await self._admin.execute(_JOB, home, job_id, state, over_for)
        for question in _ROWS:
            await self._admin.execute(question, county, job_id)
        self.file(job_id)
        self.file(job_id, ".xlsx")
        return job_id

    def file(self, file_id: UUID, suffix: str = "", *, old: timedelta = timedelta(seconds=2)) -> UUID:
        path = self._files.path(file_id, suffix)
        path.touch()
        written = time.time() - old.total_seconds()
        os.utime(path, (written, written))
        return file_id

    async def tidy(self, county_code: str = LINCANG) -> None:
        async with self._worker.transaction(service_actor("monitoring", county_code)) as tx:
            await forget_files(self._files).work(tx)

    async def left(self, job_id: UUID) -> tuple[int, int]:
        """Count the files and the rows of a job that are still there."""
        rows = await self._admin.fetchrow(_LEFT, job_id)
        return len(list(self._files.folder.glob(f"{job_id}*"))), sum(rows or ())


@pytest.fixture
async def place(admin: asyncpg.Connection, monitoring_worker: Database, tmp_path: Path) -> Place:
    return Place(admin, monitoring_worker, tmp_path / "files")


@pytest.mark.parametrize("state", ["done", "failed", "cancelled", "validated"])
async def test_what_was_kept_long_enough_is_deleted_and_what_was_not_stays(state: str, place: Place) -> None:
    outlived, kept = await place.job(state, over_for=DAY), await place.job(state, over_for=-DAY)

    await place.tidy()

    assert (await place.left(outlived), await place.left(kept)) == ((0, 0), (2, 4))


@pytest.mark.parametrize("state", ["queued", "running"])
async def test_a_job_under_way_keeps_its_file_and_its_stage_however_late_it_is(state: str, place: Place) -> None:
    late = await place.job(state, over_for=40 * DAY)

    await place.tidy()

    assert await place.left(late) == (2, 4)


async def test_rows_that_a_job_of_the_prefecture_has_in_a_county_are_deleted_too(place: Place) -> None:
    wide = await place.job("done", over_for=DAY, home=LINCANG, county="530921")

    await place.tidy()

    assert await place.left(wide) == (0, 0)


async def test_files_that_no_job_names_are_deleted_after_a_day(place: Place) -> None:
    old, young = place.file(new_id(), ".template", old=2 * DAY), place.file(new_id(), ".template")

    await place.tidy()

    assert (await place.left(old), await place.left(young)) == ((0, 0), (1, 0))


async def test_the_turn_of_a_county_deletes_nothing_for_it_does_not_see_all_jobs(place: Place) -> None:
    outlived, nobodys = await place.job("done", over_for=DAY), place.file(new_id(), old=2 * DAY)

    await place.tidy(HOME)

    assert (await place.left(outlived), await place.left(nobodys)) == ((2, 4), (1, 0))


async def test_however_many_jobs_were_forgotten_the_next_one_is_too(place: Place, admin: asyncpg.Connection) -> None:
    await admin.executemany(_JOB, [(HOME, new_id(), "done", 9 * DAY) for _ in range(1_200)])
    last = await place.job("done", over_for=DAY)

    await place.tidy()

    assert await place.left(last) == (0, 0)
