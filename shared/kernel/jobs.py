"""Long work (任务): what state it is in, who may act on it, and how far it is.

queued ─▶ running ─▶ done
            │   ├──▶ validated ─commit─▶ queued
            │   └──▶ failed
            └─cancel (from queued, running, validated too) ─▶ cancelled
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from shared.kernel.actors import Actor, Role
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.sheets import Outcome

JobId = NewType("JobId", UUID)


DECISION = "decision"
"""The kind of job that decides many things, each by the use case that decides one."""


class JobState(StrEnum):
    QUEUED = "queued"  # 排队
    RUNNING = "running"  # 办理中
    VALIDATED = "validated"  # 已校验，待提交
    DONE = "done"  # 完成
    FAILED = "failed"  # 未能办理
    CANCELLED = "cancelled"  # 已取消


OPEN = (JobState.QUEUED, JobState.RUNNING, JobState.VALIDATED)
WAITING = (JobState.QUEUED, JobState.RUNNING)
"""What a runner may take up: a running one whose runner is gone, too."""


class Phase(StrEnum):
    """What a running job is doing."""

    WAITING = "waiting"  # 等待
    READING = "reading"  # 读取
    CHECKING = "checking"  # 核对
    APPLYING = "applying"  # 办理
    REPORTING = "reporting"  # 生成结果
    WRITING = "writing"  # 导出


class Mode(StrEnum):
    VALIDATE = "validate"  # 只校验
    COMMIT = "commit"  # 校验并提交


class Atomic(StrEnum):
    ROWS = "rows"  # 逐户（行）办理，互不影响
    ALL = "all"  # 全部通过才办理


class Strategy(StrEnum):
    CREATE = "create"  # 只新增
    UPDATE = "update"  # 只更新
    CREATE_AND_UPDATE = "create_and_update"  # 新增并更新


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it was asked for. `county_code` is its home: the asker's county, or the prefecture.

    :param what: the kind of file, or the list.
    :param arguments: what else it was told.
    """

    county_code: str
    id: JobId
    area_code: str
    department: str | None
    kind: str
    what: str
    arguments: Mapping[str, Any]
    state: JobState
    problem: Mapping[str, Any] | None
    created_by: str
    created_role: Role
    created_at: datetime
    finished_at: datetime | None
    keep_until: datetime
    version: int

    @property
    def asker(self) -> Actor:
        """Who asked for it: the work is done in this person's name, and sees this person's area."""
        return Actor(id=self.created_by, role=self.created_role, area=self.area_code, department=self.department)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is: rows of the present phase, how much of the file is read (0 to 1), and what became of the rows that are through.

    :param seconds: how long the present phase has taken.
    """

    phase: Phase
    total: int | None
    done: int
    position: float
    seconds: float
    counts: Mapping[str, int]

    @property
    def rate(self) -> float | None:
        """Rows a second in the present phase."""
        return self.done / self.seconds if self.done and self.seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """What the present phase will still take at this rate; unknown as long as its size is."""
        if self.phase is Phase.READING and self.position > 0:
            return self.seconds * (1 - self.position) / self.position
        return (self.total - self.done) / self.rate if self.total is not None and self.rate else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Whole units of a file's rows in one county: those after one unit up to another."""

    job: Job
    after: int
    upto: int

    @property
    def strategy(self) -> Strategy:
        return Strategy(self.job.arguments["strategy"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a slice of long work on a population.

    :param counts: how many things it changed, and in which way.
    :param more: whether the county has another slice.
    """

    counts: Mapping[Outcome, int]
    more: bool


class NotYourJob(Forbidden):
    sentence = "此项任务由他人提交，只有提交人（或同一部门）可以办理。"
    english = "Somebody else asked for this: only they, or their department, may do that."


class JobOver(Conflict):
    sentence = "此项任务已经结束。"
    english = "This job is over."


class NotValidated(Conflict):
    sentence = "只有校验完成且未提交的任务可以提交。"
    english = "Only a job that was validated and not yet committed can be committed."


class RowsAtFault(Conflict):
    sentence = "按“全部通过才办理”提交的内容仍有未通过的行。"
    english = "Rows are at fault in what is taken whole or not at all."


def may_act(job: Job, by: Actor) -> None:
    """Hold an act on a job against who asked for it.

    :raises NotYourJob: somebody else did, of another department.
    """
    same_department = by.department is not None and by.department == job.department
    if job.created_by != by.id and not same_department:
        raise NotYourJob


def cancelled(job: Job, by: Actor) -> JobState:
    """Cancel a job; what it has done stands.

    :raises JobOver: there is nothing left to cancel.
    """
    may_act(job, by)
    if job.state not in OPEN:
        raise JobOver
    return JobState.CANCELLED


def committed(job: Job, by: Actor, *, refused: int) -> JobState:
    """Load a validated stage.

    :raises NotValidated: it is not waiting for this.
    :raises RowsAtFault: it is taken whole or not at all, and rows were refused.
    """
    may_act(job, by)
    if job.state is not JobState.VALIDATED:
        raise NotValidated
    if refused and job.arguments.get("atomic") == Atomic.ALL:
        raise RowsAtFault
    return JobState.QUEUED
