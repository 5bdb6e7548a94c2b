"""Say what was done."""

from services.employment.domain.tasks import NAME, PROCEDURE
from services.employment.publications import present_tasks
from services.employment.store import tasks
from shared.database.transaction import Transaction
from shared.kernel.assistance import TaskAct
from shared.kernel.ids import TaskId
from shared.kernel.procedure import as_seen
from shared.kernel.workdays import happened
from shared.wire.evidence import as_kept
from shared.wire.tasks import FinishTask, TaskStepped, public_id


async def finish_task(task_id: TaskId, finish: FinishTask, tx: Transaction, *, expected: int) -> TaskStepped:
    """Say what was done.

    :raises NotYetHappened: it claims to be finished in the future.
    :raises Conflict: the task is not in a state that allows it.
    :raises Stale: somebody changed it.
    """
    task = await tasks.get(task_id, tx)
    as_seen(task.version, expected)
    status = PROCEDURE.step(task.status, TaskAct.FINISH, tx.actor.role).to
    happened("body.finished_at", finish.finished_at, now=tx.now)

    record = {"finished_at": finish.finished_at.isoformat(), "evidence": as_kept(finish.evidence)}
    version = await tasks.step(task, tx, expected=expected, status=status, note=finish.result, record=record)
    tx.publish(*await present_tasks([task.owed_id], task.county_code, tx))
    return TaskStepped(id=public_id(NAME, task_id), version=version, status=status)
