"""Say why a task cannot be done; the flag stays, and monitoring sees the refusal in its ledger."""

from services.projects.domain.tasks import NAME, PROCEDURE
from services.projects.publications import present_tasks
from services.projects.store import tasks
from shared.database.transaction import Transaction
from shared.kernel.assistance import TaskAct
from shared.kernel.ids import TaskId
from shared.kernel.procedure import as_seen
from shared.wire.tasks import DeclineTask, TaskStepped, public_id


async def decline_task(task_id: TaskId, decline: DeclineTask, tx: Transaction, *, expected: int) -> TaskStepped:
    """Say why a task cannot be done; the flag stays, and monitoring sees the refusal in its ledger.

    :raises Conflict: the task is not in a state that allows it.
    :raises Stale: somebody changed it.
    """
    task = await tasks.get(task_id, tx)
    as_seen(task.version, expected)
    status = PROCEDURE.step(task.status, TaskAct.DECLINE, tx.actor.role).to

    version = await tasks.step(task, tx, expected=expected, status=status, note=decline.reason)
    tx.publish(*await present_tasks([task.owed_id], task.county_code, tx))
    return TaskStepped(id=public_id(NAME, task_id), version=version, status=status)
