"""What people may do about jobs: ask for one, commit it, cancel it, look at it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.database.jobs import Jobs
from shared.database.transaction import Transaction
from shared.kernel import jobs as rules
from shared.kernel.errors import Conflict
from shared.kernel.ids import new_id
from shared.kernel.jobs import DECISION, Job, JobId, JobState, Mode
from shared.kernel.procedure import as_seen
from shared.kernel.sheets import Outcome
from shared.service.http.uploads import UploadedFile
from shared.service.jobs.decisions import DecisionKind
from shared.service.jobs.kinds import FileKind
from shared.service.jobs.lists import ListKind
from shared.service.jobs.runner import Work
from shared.service.jobs.shown import JobAccepted, JobPage, JobShown, RowPage, item_shown, row_shown, shown
from shared.service.jobs.wanted import NewExport, NewImport, NoSuchKind, NoSuchList, NoSuchStatus, NotYourKind, NotYourList

IMPORT, EXPORT = "import", "export"


class NoFileYet(Conflict):
    sentence = "没有可下载的文件：任务尚未完成，或没有这种文件。"
    english = "There is no file: the job is not finished, or has none of this kind."


class JobBinding(Conflict):
    sentence = "此类任务一经受理不能取消：办到一半将无处登记。"
    english = "Work of this kind is not cancelled once it was asked for: half of it would be worse than none."


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where jobs of one service are asked for.

    :param keep_days: how many days files and stages are kept, in the caller's area today.
    :param villages: the villages of the caller's area, code and name, for the templates' drop-downs.
    :param decisions: what may be decided about many things at once, by its name.
    :param works: how the service's own kinds of long work are done, by the job's kind.
    :param binding: those of them that are not cancelled once they were asked for.
    """

    jobs: Jobs
    kinds: Mapping[str, FileKind]
    lists: Mapping[str, ListKind]
    keep_days: Callable[[Transaction], Awaitable[int]]
    villages: Callable[[Transaction], Awaitable[Sequence[tuple[str, str]]]]
    decisions: Mapping[str, DecisionKind] = field(default_factory=dict)
    works: Mapping[str, Work] = field(default_factory=dict)
    binding: frozenset[str] = frozenset()

    def kind(self, name: str, tx: Transaction, *, field: str) -> FileKind:
        """Find a kind of file that the caller may send.

        :raises NoSuchKind: there is none.
        :raises NotYourKind: it is not for the caller.
        """
        kind = self.kinds.get(name)
        if kind is None:
            raise NoSuchKind(field)
        if tx.actor.role not in kind.senders or (tx.actor.department and tx.actor.department != kind.department):
            raise NotYourKind(field)
        return kind

    async def take_file(self, file: UploadedFile, form: NewImport, tx: Transaction) -> JobAccepted:
        """Keep a job for a file that has come in.

        :raises NoSuchKind: there is no such kind of file; likewise NotYourKind.
        """
        kind = self.kind(form.kind, tx, field="body.kind")
        arguments = {
            "mode": form.mode,
            "atomic": form.atomic,
            "strategy": form.strategy,
            "file": {"name": file.name, "size": file.size, "sha256": file.sha256},
        }
        return await self.ask(JobId(file.id), IMPORT, kind.sheet.kind, arguments, tx, department=kind.department)

    async def export(self, asked: NewExport, tx: Transaction) -> JobAccepted:
        """Keep a job that writes a list as a file.

        :raises NoSuchList: there is none; likewise NoSuchStatus.
        :raises NotYourList: it is not for the caller.
        """
        kind = self.lists.get(asked.list)
        if kind is None:
            raise NoSuchList("body.list")
        if tx.actor.role not in kind.readers:
            raise NotYourList("body.list")
        status = asked.status or kind.default
        if status not in set(kind.statuses):
            raise NoSuchStatus("body.status")
        arguments = {"format": asked.format, "area": asked.area or tx.actor.area, "status": status}
        return await self.ask(JobId(new_id()), EXPORT, asked.list, arguments, tx)

    async def ask(
        self, job_id: JobId, kind: str, what: str, arguments: Mapping[str, Any], tx: Transaction, *, department: str | None = None
    ) -> JobAccepted:
        """Keep a job, to be done in the caller's name."""
        job = await self.jobs.ask(kind, what, arguments, tx, keep_days=await self.keep_days(tx), job_id=job_id, department=department)
        return JobAccepted.of(job)

    async def commit(self, job_id: UUID, tx: Transaction, *, expected: int) -> JobAccepted:
        """Load what was validated.

        :raises NotFound: there is no such job here.
        :raises NotYourJob: somebody else asked for it.
        :raises NotValidated: it is not waiting for this; likewise RowsAtFault.
        :raises Stale: somebody changed it.
        """
        job = await self._seen(job_id, tx, expected=expected)
        becomes = rules.committed(job, tx.actor, refused=(await self.jobs.progress(job, tx)).counts["refused"])
        version = await self.jobs.step(job, becomes, tx, expected=expected, arguments={"mode": Mode.COMMIT})
        await self.jobs.begin_anew(job, tx)
        return JobAccepted(id=job_id, version=version, state=becomes)

    async def cancel(self, job_id: UUID, tx: Transaction, *, expected: int) -> JobAccepted:
        """Cancel a job; what it has done stands in its result.

        :raises NotFound: there is no such job here.
        :raises NotYourJob: somebody else asked for it.
        :raises JobOver: there is nothing left to cancel; JobBinding: work of this kind is not cancelled.
        :raises Stale: somebody changed it.
        """
        job = await self._seen(job_id, tx, expected=expected)
        becomes = rules.cancelled(job, tx.actor)
        if job.kind in self.binding:
            raise JobBinding
        version = await self.jobs.step(job, becomes, tx, expected=expected)
        return JobAccepted(id=job_id, version=version, state=becomes)

    async def _seen(self, job_id: UUID, tx: Transaction, *, expected: int) -> Job:
        """Find a job of the caller's as the caller saw it: who saw an older one hears that before anything else is decided."""
        job = await self.mine(job_id, tx)
        as_seen(job.version, expected)
        return job

    async def show(self, job_id: UUID, tx: Transaction, *, english: bool) -> JobShown:
        """Show one job and how far it is.

        :raises NotFound: there is no such job here.
        """
        job = await self.jobs.get(JobId(job_id), tx)
        return shown(job, await self.jobs.progress(job, tx), english=english)

    async def list(self, tx: Transaction, *, state: JobState | None, before: UUID | None, size: int, english: bool) -> JobPage:
        """List the jobs of the caller's area, the newest first."""
        page, following = await self.jobs.newest(tx, state=state, before=before, size=size)
        progress = await self.jobs.progress_of(page, tx)
        return JobPage(items=[shown(job, progress[job.id], english=english) for job in page], next=following)

    async def rows(self, job_id: UUID, tx: Transaction, *, outcome: Outcome | None, after: int, size: int, english: bool) -> RowPage:
        """Show what became of a file's rows, or of the things that a job decides.

        :raises NotFound: there is no such job here.
        :raises NotYourJob: somebody else asked for it.
        """
        job = await self.mine(job_id, tx)
        kind = self.kinds.get(job.what)
        if job.kind != DECISION and (kind is None or job.kind != IMPORT):
            return RowPage(items=[], next=None)
        page = await self.jobs.results(job, tx, outcome=outcome, after=after, at_most=size + 1)
        following = page[size - 1].row if len(page) > size else None
        if kind is None or job.kind == DECISION:
            return RowPage(items=[item_shown(row, english=english) for row in page[:size]], next=following)
        answers = await kind.answers([row.subject_id for row in page if row.subject_id], tx) if kind.answers else {}
        items = [row_shown(row, kind.sheet, kind.faults, english=english, answer=answers.get(row.subject_id)) for row in page[:size]]
        return RowPage(items=items, next=following)

    async def exported(self, job_id: UUID, tx: Transaction) -> Job:
        """Find a finished export of the caller's.

        :raises NotFound: there is no such job here.
        :raises NotYourJob: somebody else asked for it.
        :raises NoFileYet: it is no export, or not finished.
        """
        job = await self.mine(job_id, tx)
        if job.kind != EXPORT or job.state is not JobState.DONE:
            raise NoFileYet
        return job

    async def reported(self, job_id: UUID, tx: Transaction) -> Job:
        """Find an import of the caller's, or a job of decisions, that has come to its end.

        :raises NotFound: there is no such job here.
        :raises NotYourJob: somebody else asked for it.
        :raises NoFileYet: it is neither, or has not come to its end.
        """
        job = await self.mine(job_id, tx)
        if job.kind not in (IMPORT, DECISION) or job.state not in (JobState.VALIDATED, JobState.DONE, JobState.FAILED):
            raise NoFileYet
        return job

    def title(self, job: Job) -> str:
        """Name what a report is about: the uploaded file, or what was decided."""
        if job.kind == DECISION:
            return self.decisions[job.what].title
        return job.arguments.get("file", {}).get("name", "file").rsplit(".", 1)[0]

    async def mine(self, job_id: UUID, tx: Transaction) -> Job:
        """Find a job that the caller, or the caller's department, asked for.

        :raises NotFound: there is no such job here.
        :raises NotYourJob: somebody else asked for it.
        """
        job = await self.jobs.get(JobId(job_id), tx)
        rules.may_act(job, tx.actor)
        return job


def template_into(to: Path, kind: FileKind, villages: Sequence[tuple[str, str]]) -> None:
    """Write a kind's template. Takes long: call it in a thread."""
    from shared.files.writing.template import write_template  # what writes workbooks is loaded by who needs it only

    write_template(to, kind.sheet, villages=villages)
