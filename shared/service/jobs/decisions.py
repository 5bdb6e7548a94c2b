"""Decisions about many things as one job: each is decided by the use case that decides one, in the asker's name and area.

Promises: a slice of decisions commits with its results and with how far the job is, so whoever resumes goes on behind it: each thing is decided
once, and nothing is half done; what is refused leaves the others alone and keeps its reason; trouble that passes rolls the slice back, and it is
taken again. A dry run takes the same way and undoes each decision.
Does not promise one moment: what others change between two slices is met as it is then.
Not for populations that the system itself goes through: that is `counties.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import structlog
from pydantic import TypeAdapter

from shared.database.jobs import claims, items
from shared.database.jobs.items import Item, ItemResult
from shared.database.transaction import Transaction
from shared.kernel.errors import Conflict, Refusal
from shared.kernel.jobs import Atomic, JobState, Mode, Phase, RowsAtFault
from shared.kernel.sheets import Column, Holds, Outcome, Sheet
from shared.service.jobs.runner import Run, problem_of
from shared.service.working.subscriptions import is_transient, reason_of, where_raised

ITEMS_AT_ONCE = 25
"""Decisions in a slice. What a slice decides about waits for its commit, and others wait for that two seconds at most."""
DECIDED, NOT_DECIDED = "办结", "未办理"

_PAGE = 1_000

log = structlog.get_logger()

Decide = Callable[[UUID, Any, Transaction, int], Awaitable[object]]
"""Decide one thing: its id, the command, the transaction, the version that the asker saw."""
Households = Callable[[Sequence[UUID], Transaction], Awaitable[Mapping[UUID, str]]]
"""Name the number of the household that each thing is about, if it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionKind:
    """Something that may be decided about many things at once: a declaration, not a pipeline.

    :param title: what was done, as the report is named.
    :param command: what is said to one thing; of an item it is what is said of all, with what is said of it alone over it.
    :param decide: the use case behind the door that decides one thing.
    """

    title: str
    command: type
    decide: Decide
    households: Households


class NotDecided(Conflict):
    sentence = "系统内部错误，已记录；此件未办理，请联系管理员。"
    english = "Something went wrong here, and it has been recorded: this one was not decided, ask the administrator."


class ItemsGone(Conflict):
    sentence = "所提交的清单已超过保存期限，请重新提交。"
    english = "What was to be decided was deleted in due time: ask again."


class Deciding:
    """One run of a job of decisions."""

    def __init__(self, run: Run, kind: DecisionKind) -> None:
        self._run, self._kind, self._job = run, kind, run.job
        self._command: TypeAdapter[Any] = TypeAdapter(kind.command)
        self._whole = self._job.arguments["atomic"] == Atomic.ALL
        self._only_tries = self._job.arguments["mode"] == Mode.VALIDATE
        sealed = bytes.fromhex(self._job.arguments["common"]["sealed"])
        self._common = run.database.vault.open(sealed, table="job", row=self._job.id)

    async def work(self) -> None:
        """Go on from wherever the job is, to its end.

        :raises ItemsGone: a trial is committed when its items were deleted in due time.
        """
        async with self._run.at_home() as tx:
            sizes = await items.sizes(self._job, tx)
        if not sizes:
            raise ItemsGone
        for county_code, size in sizes.items():
            await self._through(county_code, size)
        await self._report()
        await self._finish()

    async def _through(self, county_code: str, size: int) -> None:
        at_most = size if self._whole else ITEMS_AT_ONCE
        async with self._run.in_county(county_code) as tx:
            after = await claims.begin_part(self._job, self._run.claim, tx, total=size)
        more = True
        while more:
            await self._run.reached(Phase.APPLYING)
            async with self._run.in_county(county_code) as tx:
                following = await items.next_slice(self._job, tx, after=after, at_most=at_most)
                if following:
                    counts = await items.told(self._job, await self._taken(following, tx), tx)
                    after = following[-1].row
                    await self._run.part_reached(tx, position=after, counts=counts)
            more = len(following) == at_most

    async def _taken(self, slice_: Sequence[Item], tx: Transaction) -> Sequence[ItemResult]:
        """Decide the items of a slice, each by itself; or all of them or none."""
        results: list[ItemResult] = []
        try:
            async with tx.savepoint():
                results = [await self._decided(item, tx) for item in slice_]
                if self._whole and not self._only_tries and any(each.outcome is Outcome.REFUSED for each in results):
                    raise _Undone
        except _Undone:
            results = [each if each.outcome is Outcome.REFUSED else replace(each, outcome=Outcome.UNCHANGED) for each in results]
        return results

    async def _decided(self, item: Item, tx: Transaction) -> ItemResult:
        """Decide one thing, or say why not."""
        try:
            async with tx.savepoint():
                command = self._command.validate_json(orjson.dumps({**self._common, **item.own}))
                await self._kind.decide(item.subject_id, command, tx, item.expected)
                if self._only_tries:
                    raise _Undone
        except _Undone:
            pass
        except Refusal as refusal:
            return ItemResult(item=item, outcome=Outcome.REFUSED, faults=_faults_of(refusal))
        except Exception as error:
            if is_transient(error):
                raise
            log.error("item_failed", row=item.row, error=reason_of(error), where=where_raised(error))
            return ItemResult(item=item, outcome=Outcome.REFUSED, faults=_faults_of(NotDecided()))
        return ItemResult(item=item, outcome=Outcome.UPDATED)

    async def _report(self) -> None:
        """Write the workbook of results; it is put in its place by who still holds the job."""
        await self._run.reached(Phase.REPORTING)
        rows = await self._rows()
        own = self._run.files.path(self._job.id, f".{self._run.claim.hex[16:]}.xlsx")
        await asyncio.to_thread(_write, own, self._kind.title, rows)
        await self._run.reached(Phase.REPORTING)
        own.rename(self._run.files.path(self._job.id, ".xlsx"))

    async def _rows(self) -> Sequence[Sequence[object]]:
        """Give the rows of the report, in the order of the request."""
        rows: list[Sequence[object]] = []
        after, more = 0, True
        while more:
            async with self._run.at_home() as tx:
                page = await self._run.jobs.results(self._job, tx, after=after, at_most=_PAGE)
                numbers = await self._kind.households([each.subject_id for each in page], tx)
            rows += [(each.row, numbers.get(each.subject_id), each.subject_id, _word(each.outcome), _reasons(each.faults)) for each in page]
            after, more = (page[-1].row if page else after), len(page) == _PAGE
        return rows

    async def _finish(self) -> None:
        async with self._run.at_home() as tx:
            refused = (await self._run.jobs.progress(self._job, tx)).counts["refused"]
            if self._only_tries:
                await self._run.end(JobState.VALIDATED, tx=tx)
            elif self._whole and refused:
                await self._run.end(JobState.FAILED, problem=problem_of(RowsAtFault(detail=str(refused))), tx=tx)
            else:
                await self._run.end(JobState.DONE, tx=tx)


class _Undone(Exception):
    """What was decided is rolled back: it was a trial, or not all of it was possible."""


def _faults_of(refusal: Refusal) -> list[list[str | None]]:
    """Write a refusal down as what is wrong with an item, once for each field that it names."""
    said = [type(refusal).__name__, refusal.sentence, refusal.english]
    return [[field.removeprefix("body."), *said] for field in refusal.fields] or [[None, *said]]


def _word(outcome: str) -> str:
    return DECIDED if outcome == Outcome.UPDATED else NOT_DECIDED


def _reasons(faults: Sequence[Sequence[str | None]] | None) -> str:
    return "；".join(dict.fromkeys(f"{chinese} {english}" for _, _, chinese, english in faults or []))


def _write(to: Path, title: str, rows: Sequence[Sequence[object]]) -> None:
    """Write the report. Takes long: call it in a thread."""
    from shared.files.writing.tables import write_xlsx  # what writes workbooks is loaded by who needs it only

    columns = (
        Column(field="row", header="序号", holds=Holds.COUNT),
        Column(field="household_number", header="户编号", holds=Holds.WORDS),
        Column(field="id", header="编号", holds=Holds.REFERENCE),
        Column(field="outcome", header="结果", holds=Holds.WORDS),
        Column(field="reasons", header="原因", holds=Holds.WORDS),
    )
    write_xlsx(to, Sheet(kind="decisions", title=title, version=1, columns=columns), [[_cell(each) for each in row] for row in rows], marked=False)


def _cell(value: object) -> object:
    return value if value is None or isinstance(value, int | str) else str(value)
