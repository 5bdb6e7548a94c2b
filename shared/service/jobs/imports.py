"""A file on its way in: read in a child process, staged, checked, and loaded county by county.

Promises: whoever resumes goes on where the last one stopped, and the rows come out the same; bad rows leave good ones alone, or nothing is
written at all, as was asked; every row has its result.
Does not promise anything of a file while it is read: what is staged is nothing yet.
Not for files of a few rows inside a request.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.database.jobs import claims, stage
from shared.database.transaction import Transaction
from shared.files.capped import running
from shared.files.limits import Limits
from shared.files.reading.batches import read
from shared.files.unreadable import Unreadable
from shared.files.writing import reporting
from shared.kernel.errors import Conflict
from shared.kernel.jobs import Atomic, JobState, Mode, Part, Phase, Progress, RowsAtFault
from shared.kernel.sheets import Outcome
from shared.service.http.downloads import FileGone
from shared.service.jobs.kinds import FileKind
from shared.service.jobs.runner import Run, problem_of
from shared.service.jobs.staging import Stager

T = TypeVar("T")

ROWS_AT_ONCE = 4_000
WHOLE_REPORT = 10_000
"""Up to so many rows a report holds all of them; of a larger file it holds the refused ones."""

_CONTENTION = {"40001", "40P01", "55P03"}  # serialization, deadlock, lock not available: somebody else is at the same rows
_TRIES = 20
_PAGE = 5_000

# A file that is taken whole is one transaction, which takes longer than a request's may.
_TAKE_TIME = text("SELECT set_config('transaction_timeout', '0', true), set_config('statement_timeout', '10min', true)")


class SeveralCounties(Conflict):
    sentence = "按“全部通过才办理”提交的文件只能属于一个县，请分县提交。"
    english = "A file that is taken whole or not at all is of one county: send one for each."


class Contended(Conflict):
    sentence = "同一批人一直有他人在登记，未能完成，请稍后重新提交。"
    english = "Others are registering the same people all the time: send the file again later."


class StageGone(Exception):
    """The database fell and lost the stage: whoever takes up the job reads the file again."""


class NoReport(Exception):
    """All rows are through, and the report could not be written; that the file could be read shows that it is not the file's fault."""


class Import:
    """One run of a file's job."""

    def __init__(self, run: Run, kind: FileKind, *, limits: Limits) -> None:
        self._run, self._kind, self._limits = run, kind, limits
        self._job = run.job
        self._load = kind.load()
        self._whole = self._job.arguments["atomic"] == Atomic.ALL
        self._only_tries = self._job.arguments["mode"] == Mode.VALIDATE
        self._file = run.files.path(self._job.id)

    async def work(self) -> None:
        """Go on from wherever the job is, to its end."""
        sizes = await self._staged() or await self._read()
        if self._whole and len(sizes) > 1:
            raise SeveralCounties
        await self._check()
        for county_code, rows in sizes.items():
            await self._apply(county_code, rows)
        if sum((await self._progress()).counts.values()) < sum(sizes.values()):
            raise StageGone
        await self._report(sum(sizes.values()))
        await self._finish()

    async def _staged(self) -> Mapping[str, int] | None:
        """Count the staged rows of each county, if all of the file was staged and still is."""
        async with self._run.at_home() as tx:
            expected = await claims.part_sizes(self._job, tx)
            there = await stage.sizes(self._job.id, tx)
        return there if there and there == expected else None

    async def _read(self) -> Mapping[str, int]:
        """Read the file and stage its rows; those that an earlier runner staged are passed over.

        A batch is kept while the next one is read and sealed.

        :raises FileGone: it was deleted in due time.
        """
        if not await asyncio.to_thread(self._file.is_file):
            raise FileGone
        async with self._run.at_home() as tx:
            after = await stage.last_row(self._job.id, tx)
        stager = Stager(self._job, self._kind, self._run.database.vault)
        done = 0
        keeping = asyncio.ensure_future(self._keep([], done=0, position=0.0))
        try:
            async with aclosing(read(self._file, self._kind.sheet, limits=self._limits)) as batches:
                async for batch in batches:
                    rows = await asyncio.to_thread(stager.staged, batch.rows, after=after)
                    done += len(batch.rows)
                    await keeping
                    keeping = asyncio.ensure_future(self._keep(rows, done=done, position=batch.position))
            await keeping
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        return await self._begin_parts(done)

    async def _keep(self, rows: Sequence[Sequence[Any]], *, done: int, position: float) -> None:
        async with self._run.at_home() as tx:
            if rows:
                await stage.put(rows, tx)
            await self._run.reached(Phase.READING, done=done, position=position, tx=tx)

    async def _begin_parts(self, rows: int) -> Mapping[str, int]:
        async with self._run.at_home() as tx:
            sizes = await stage.sizes(self._job.id, tx)
            is_whole = sum(sizes.values()) == rows
            if not is_whole:
                await stage.clear(self._job.id, tx)
        if not is_whole:
            raise StageGone
        for county_code, of_county in sizes.items():
            await self._begin_part(county_code, of_county)
        return sizes

    async def _begin_part(self, county_code: str, rows: int) -> int:
        async with self._run.in_county(county_code) as tx:
            return await claims.begin_part(self._job, self._run.claim, tx, total=rows)

    async def _check(self) -> None:
        async with self._run.at_home() as tx:
            await self._run.reached(Phase.CHECKING, tx=tx)
            await self._load.check(self._job, tx)

    async def _apply(self, county_code: str, rows: int) -> None:
        """Load a county: slice by slice, each with how far it is in one transaction, or all of it in one."""
        position: int | None = await self._begin_part(county_code, rows)
        if not self._whole or self._only_tries:
            while position is not None:
                await self._run.reached(Phase.APPLYING)
                position = await self._in_turn(county_code, partial(self._slice, after=position))
        elif not position:
            await self._run.reached(Phase.APPLYING)
            await self._in_turn(county_code, self._at_once)

    async def _in_turn(self, county_code: str, act: Callable[[Transaction], Awaitable[T]]) -> T:
        """Act in a transaction of one county, and again if others are at the same rows."""
        for attempt in range(_TRIES):
            try:
                async with self._run.in_county(county_code) as tx:
                    return await act(tx)
            except _Undone:
                pass
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _CONTENTION:
                    raise
            await asyncio.sleep(0.05 * 2 ** min(attempt, 6))
        raise Contended

    async def _slice(self, tx: Transaction, *, after: int) -> int | None:
        """Load the next slice; say up to which unit it reached."""
        upto = await stage.next_slice(self._job.id, tx, after=after, rows=ROWS_AT_ONCE)
        if upto is None:
            return None
        part = Part(job=self._job, after=after, upto=upto)
        counts = await self._load.attempt(part, tx) if self._only_tries else await self._take(part, tx)
        await self._run.part_reached(tx, position=upto, counts=counts)
        return upto

    async def _take(self, part: Part, tx: Transaction) -> Mapping[Outcome, int]:
        counts = await self._load.take(part, tx)
        if counts is None:
            raise _Undone
        return counts

    async def _at_once(self, tx: Transaction) -> None:
        """Load all rows if none is refused; that one is refused shows in the counts."""
        await tx.execute(_TAKE_TIME)
        parts = await self._all_parts(tx)
        if not parts:
            return
        counts = Counter[Outcome]()
        for part in parts:
            counts.update(await self._load.attempt(part, tx))
        if not counts[Outcome.REFUSED]:
            became = Counter[Outcome]()
            for part in parts:
                became.update(await self._take(part, tx))
            if became != counts:
                raise _Undone  # somebody came in between: a row has become another's
        await self._run.part_reached(tx, position=parts[-1].upto, counts=counts)

    async def _all_parts(self, tx: Transaction) -> list[Part]:
        parts: list[Part] = []
        after = 0
        while (upto := await stage.next_slice(self._job.id, tx, after=after, rows=ROWS_AT_ONCE)) is not None:
            parts.append(Part(job=self._job, after=after, upto=upto))
            after = upto
        return parts

    async def _report(self, rows: int) -> None:
        """Write the uploaded workbook back with what became of its rows.

        It is put in its place by who still holds the job: one that is late writes to files of its own.
        """
        await self._run.reached(Phase.REPORTING)
        own = f".{self._run.claim.hex[16:]}"
        results, report = (self._run.files.path(self._job.id, own + suffix) for suffix in (".results", ".xlsx"))
        await self._write_results(results, only=None if rows <= WHOLE_REPORT else Outcome.REFUSED)
        counts = {Outcome(word): count for word, count in (await self._progress()).counts.items()}
        asked = (self._file, self._kind.sheet, results, report, dict(self._kind.faults), counts, rows <= WHOLE_REPORT, self._limits)
        try:
            await running.call(reporting.write, *asked, limits=self._limits)
        except Unreadable as error:
            raise NoReport from error
        await self._run.reached(Phase.REPORTING)
        report.rename(self._run.files.path(self._job.id, ".xlsx"))
        results.unlink()

    async def _write_results(self, to: Path, *, only: Outcome | None) -> None:
        with to.open("wb") as lines:
            after = 0
            while True:
                async with self._run.at_home() as tx:
                    page = await self._run.jobs.results(self._job, tx, outcome=only, after=after, at_most=_PAGE)
                lines.writelines(orjson.dumps([row.row, row.outcome, row.faults or []], option=orjson.OPT_APPEND_NEWLINE) for row in page)
                if len(page) < _PAGE:
                    return
                after = page[-1].row

    async def _finish(self) -> None:
        refused = (await self._progress()).counts["refused"]
        if self._only_tries:
            await self._run.end(JobState.VALIDATED)
        elif self._whole and refused:
            await self._run.end(JobState.FAILED, problem=problem_of(RowsAtFault(detail=str(refused))))
        else:
            async with self._run.at_home() as tx:
                await stage.clear(self._job.id, tx)
                await self._run.end(JobState.DONE, tx=tx)

    async def _progress(self) -> Progress:
        async with self._run.at_home() as tx:
            return await self._run.jobs.progress(self._job, tx)


class _Undone(Exception):
    """What a slice did is rolled back, to be done again."""
