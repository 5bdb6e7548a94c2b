"""What may be asked of an assistance task and how it is shown: the same in every service that has tasks, so that one worklist holds them all."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from shared.kernel.assistance import Task, TaskStatus
from shared.kernel.errors import NotFound
from shared.kernel.ids import TaskId
from shared.wire.command import command
from shared.wire.evidence import Evidences
from shared.wire.types import AwareTime, SafeText

PublicTaskId = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{1,20}\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    Field(description="任务编号。Opaque.", examples=["projects.8f14e45f-ceea-567e-8d5c-1f0e2a6f7c11"]),
]


@command
class StartTask:
    """Who takes the task on (责任单位)."""

    responsible: SafeText


@command
class FinishTask:
    """What was done, when, and what proves it."""

    result: SafeText
    finished_at: AwareTime
    evidence: Evidences


@command
class DeclineTask:
    reason: SafeText


class TaskStepped(BaseModel):
    id: str
    version: int
    status: TaskStatus


class TaskShown(BaseModel):
    """A task. `due_at`: by when the measure is to be in place."""

    id: str = Field(examples=["projects.8f14e45f-ceea-567e-8d5c-1f0e2a6f7c11"])
    service: str
    measure: str
    kind: str
    household_id: UUID
    flag_id: UUID
    area: str
    status: TaskStatus
    due_at: datetime
    version: int


class TaskPage(BaseModel):
    items: list[TaskShown]
    next: str | None


def public_id(service: str, task_id: UUID) -> str:
    return f"{service}.{task_id}"


def own_id(service: str, public: str) -> TaskId:
    """Read the id of a task of this service.

    :raises NotFound: it is another service's.
    """
    owner, _, task_id = public.partition(".")
    if owner != service:
        raise NotFound
    return TaskId(UUID(task_id))


def shown(service: str, task: Task) -> TaskShown:
    return TaskShown(
        id=public_id(service, task.id),
        service=service,
        measure=task.measure,
        kind=task.kind,
        household_id=task.household_id,
        flag_id=task.flag_id,
        area=task.area_code,
        status=task.status,
        due_at=task.due_at,
        version=task.version,
    )
