"""How jobs and their rows look to those who ask."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from shared.files.faults import sentence
from shared.kernel.jobs import OPEN, Job, JobState, Phase, Progress
from shared.kernel.sheets import Outcome, Sheet
from shared.wire.files import RowAnswer

Sentences = Mapping[str, tuple[str, str]]


class JobAccepted(BaseModel):
    """A job that was asked for; watch it at `/v1/jobs/{id}`."""

    id: UUID
    version: int
    state: JobState

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(id=job.id, version=job.version, state=job.state)


class JobProblem(BaseModel):
    """Why a job could not be done: of a file that cannot be read, with the row and the column where that is known."""

    code: str = Field(examples=["missing_column"])
    title: str = Field(examples=["缺少必填的列"])
    detail: str | None = Field(examples=["与户主关系"])


class FileShown(BaseModel):
    name: str = Field(examples=["农户登记表.xlsx"])
    size: int = Field(examples=[48_213], description="字节 bytes")
    sha256: str = Field(examples=["55c64d0fcd6f9d5f7c828093857e3fdfda68478bb4e9bd24d481ef391c7804e8"])


class JobShown(BaseModel):
    """A job: what was asked, how far it is (rows of the present phase), and what became of the rows that are through.

    `rate` is rows a second, `seconds_left` what the present phase will still take. `keep_until`: when its files are deleted.
    """

    id: UUID
    version: int
    kind: str = Field(examples=["import"])
    what: str = Field(examples=["household_register"])
    state: JobState
    phase: Phase
    file: FileShown | None
    arguments: dict[str, str] = Field(examples=[{"mode": "commit", "atomic": "rows", "strategy": "create_and_update"}])
    total: int | None
    done: int
    bad: int
    rate: float | None
    seconds_left: float | None
    created: int
    updated: int
    unchanged: int
    refused: int
    problem: JobProblem | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    keep_until: datetime

    @property
    def is_over(self) -> bool:
        return self.state not in OPEN or self.state is JobState.VALIDATED


class JobPage(BaseModel):
    items: list[JobShown]
    next: UUID | None = Field(description="下一页的 before。The `before` of the next page.")


class CellFault(BaseModel):
    """What is wrong with a cell, or with a row where no column is named; of a row that was taken it is a note."""

    field: str | None = Field(examples=["id_number"])
    header: str | None = Field(examples=["身份证号码"])
    code: str = Field(examples=["id_number_check_digit"])
    detail: str = Field(examples=["校验码不符，请核对号码"])


class RowShown(BaseModel):
    """What became of a row, by its number as a spreadsheet shows it (the header is 1), or of a thing to be decided, by its number in the request."""

    row: int
    outcome: Outcome
    faults: list[CellFault]
    subject_id: UUID | None
    answer: RowAnswer | None = None


class RowPage(BaseModel):
    items: list[RowShown]
    next: int | None = Field(description="下一页的 after。The `after` of the next page.")


def shown(job: Job, progress: Progress, *, english: bool) -> JobShown:
    arguments = {name: str(value) for name, value in job.arguments.items() if isinstance(value, str)}
    over = job.state not in (JobState.QUEUED, JobState.RUNNING)
    return JobShown(
        id=job.id,
        version=job.version,
        kind=job.kind,
        what=job.what,
        state=job.state,
        phase=progress.phase,
        file=FileShown(**job.arguments["file"]) if "file" in job.arguments else None,
        arguments=arguments,
        total=progress.total,
        done=progress.done,
        bad=progress.counts["refused"],
        rate=None if over or progress.rate is None else round(progress.rate, 1),
        seconds_left=None if over or progress.seconds_left is None else round(progress.seconds_left, 1),
        **progress.counts,
        problem=_problem(job.problem, english=english) if job.problem else None,
        created_by=job.created_by,
        created_at=job.created_at,
        finished_at=job.finished_at,
        keep_until=job.keep_until,
    )


def row_shown(row: Row[Any], sheet: Sheet, sentences: Sentences, *, english: bool, answer: RowAnswer | None = None) -> RowShown:
    headers = {column.field: column.header for column in sheet.columns}
    faults = [
        CellFault(field=field, header=headers.get(field), code=code, detail=sentence(code, english=english, more=sentences))
        for field, code in row.faults or []
    ]
    return RowShown(row=row.row, outcome=Outcome(row.outcome), faults=faults, subject_id=row.subject_id, answer=answer)


def item_shown(row: Row[Any], *, english: bool) -> RowShown:
    faults = [
        CellFault(field=field, header=None, code=code, detail=other if english else chinese) for field, code, chinese, other in row.faults or []
    ]
    return RowShown(row=row.row, outcome=Outcome(row.outcome), faults=faults, subject_id=row.subject_id)


def _problem(problem: Mapping[str, Any], *, english: bool) -> JobProblem:
    return JobProblem(code=problem["code"], title=problem["english" if english else "chinese"], detail=problem.get("detail"))
