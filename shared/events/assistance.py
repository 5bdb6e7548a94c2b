"""What projects and employment announce about their tasks: one vocabulary for both."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime

from shared.events.state import State
from shared.kernel.assistance import Task, TaskStatus


class AssistanceTask(State):
    """The answer to one owed measure: what became of it."""

    topics: ClassVar[tuple[str, ...]] = ("projects.assistance_task", "employment.assistance_task")

    owed_id: UUID
    household_id: UUID
    area_code: str
    service: Literal["projects", "employment"]
    kind: str
    status: TaskStatus
    due_at: AwareDatetime

    @classmethod
    def of(cls, task: Task, *, service: Literal["projects", "employment"]) -> "AssistanceTask":
        """Say how a task of a service stands."""
        return cls(
            id=task.id,
            county_code=task.county_code,
            version=task.version,
            owed_id=task.owed_id,
            household_id=task.household_id,
            area_code=task.area_code,
            service=service,
            kind=task.kind,
            status=task.status,
            due_at=task.due_at,
        )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(f"assistance.task_{fact}.v1" for fact in ("opened", "changed", "declined", "finished", "withdrawn"))

    @property
    def name(self) -> str:
        return f"assistance.task_{'changed' if self.status is TaskStatus.STARTED else self.status}.v1"

    @property
    def topic(self) -> str:
        return f"{self.service}.assistance_task"

    @property
    def key(self) -> str:
        return str(self.household_id)
