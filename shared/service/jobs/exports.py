"""A list on its way out: at once where it is short, else in a job."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from uuid import uuid4

from fastapi import Response

from shared.database.transaction import Transaction
from shared.files.store import FileStore
from shared.kernel.errors import Conflict
from shared.kernel.jobs import JobState, Phase
from shared.service.http.downloads import CSV, XLSX, passing_file
from shared.service.jobs.lists import AT_ONCE, Format, ListKind, gather, write
from shared.service.jobs.runner import Run

MEDIA = {Format.XLSX: XLSX, Format.CSV: CSV}


class TooLongForAWorkbook(Conflict):
    sentence = "行数超过一张工作表的上限，请导出为 csv。"
    english = "There are more rows than a worksheet holds: export it as csv."


async def export_now(kind: ListKind, area: str, status: StrEnum, form: Format, tx: Transaction, files: FileStore) -> Response:
    """Answer with a list as a file; who took it is left in the audit.

    :raises TooManyRows: it is too long for a request.
    """
    export_id = uuid4()
    spool, to = files.path(export_id, ".rows"), files.path(export_id, f".{form}")

    @asynccontextmanager
    async def same() -> AsyncIterator[Transaction]:
        yield tx

    try:
        with spool.open("wb") as lines:
            await gather(kind, area, status, same, lines, at_most=AT_ONCE)
        await asyncio.to_thread(write, spool, to, kind.sheet, form)
    finally:
        spool.unlink(missing_ok=True)
    await tx.note_read(f"{kind.sheet.kind}_export", tx.actor.scope.county, export_id)
    return await passing_file(to, name=f"{kind.sheet.title}.{form}", media_type=MEDIA[form])


class Export:
    """One run of a long export: it begins anew if it was interrupted, for nothing is changed by it."""

    def __init__(self, run: Run, kind: ListKind) -> None:
        self._run, self._kind = run, kind

    async def work(self) -> None:
        """Write the file.

        :raises TooLongForAWorkbook: it has more rows than a workbook holds.
        """
        asked, job = self._run.job.arguments, self._run.job
        form, spool = Format(asked["format"]), self._run.files.path(job.id, ".rows")
        with spool.open("wb") as lines:
            rows = await gather(self._kind, asked["area"], self._kind.statuses(asked["status"]), self._run.at_home, lines, told=self._told)
        try:
            await asyncio.to_thread(write, spool, self._run.files.path(job.id, f".{form}"), self._kind.sheet, form)
        except ValueError as error:
            raise TooLongForAWorkbook from error
        spool.unlink()
        async with self._run.at_home() as tx:
            await tx.note_read(f"{self._kind.sheet.kind}_export", job.county_code, job.id)
            await self._run.reached(Phase.WRITING, done=rows, total=rows, position=1.0, tx=tx)
        await self._run.end(JobState.DONE)

    async def _told(self, rows: int) -> None:
        await self._run.reached(Phase.WRITING, done=rows)
