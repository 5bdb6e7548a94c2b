"""The assistance task (帮扶任务): how a service answers one owed measure. One vocabulary for every service that answers.

opened ──start──▶ started ──finish──▶ finished
   │                 │
   ├──decline────────┴──────────────▶ declined      with a reason
   └──the flag was withdrawn────────▶ withdrawn     from opened or started
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.actors import Role
from shared.kernel.ids import FlagId, HouseholdId, OwedId, TaskId, derived_id
from shared.kernel.procedure import Procedure, Step


class TaskStatus(StrEnum):
    OPENED = "opened"
    STARTED = "started"
    DECLINED = "declined"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"


UNDER_WAY = (TaskStatus.OPENED, TaskStatus.STARTED)


class TaskAct(StrEnum):
    START = "start"
    FINISH = "finish"
    DECLINE = "decline"


def task_procedure(officer: Role) -> Procedure[TaskStatus, TaskAct]:
    """The steps of a task, all taken by the officers of the service that owns it."""
    by = frozenset({officer})
    return Procedure(
        {
            (TaskStatus.OPENED, TaskAct.START): Step(TaskStatus.STARTED, by),
            (TaskStatus.STARTED, TaskAct.FINISH): Step(TaskStatus.FINISHED, by),
            (TaskStatus.OPENED, TaskAct.DECLINE): Step(TaskStatus.DECLINED, by),
            (TaskStatus.STARTED, TaskAct.DECLINE): Step(TaskStatus.DECLINED, by),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The answer to one owed measure. `kind` is the owning service's word for the work; `due_at` its clock."""

    id: TaskId
    owed_id: OwedId
    flag_id: FlagId
    household_id: HouseholdId
    county_code: str
    township_code: str
    area_code: str
    measure: str
    kind: str
    status: TaskStatus
    due_at: datetime
    version: int = 1


def task_id_for(owed_id: OwedId) -> TaskId:
    """The same measure always gets the same task."""
    return TaskId(derived_id(owed_id, "task"))
