"""What people may ask of projects. A route is named for its path, a use case for its verb."""

from services.projects.domain.tasks import NAME
from services.projects.queries.worklist import list_tasks
from services.projects.usecases.decline_task import decline_task
from services.projects.usecases.finish_task import finish_task
from services.projects.usecases.start_task import start_task
from shared.kernel.assistance import TaskStatus
from shared.service.http.apps import service_router
from shared.service.http.requests import Area, Cursor, ExpectedVersion, InTransaction
from shared.wire import PageSize
from shared.wire.tasks import DeclineTask, FinishTask, PublicTaskId, StartTask, TaskPage, TaskStepped, own_id

api = service_router("帮扶任务 tasks")


@api.get("/v1/tasks")
async def tasks(after: Cursor, tx: InTransaction, area: Area = None, status: TaskStatus = TaskStatus.OPENED, size: PageSize = 50) -> TaskPage:
    """按期限列出辖区内某一状态的项目帮扶任务。"""
    return await list_tasks(area or tx.actor.area, status, tx, after=after, size=size)


@api.post("/v1/tasks/{task_id}/start")
async def task_start(task_id: PublicTaskId, body: StartTask, tx: InTransaction, expected: ExpectedVersion) -> TaskStepped:
    """认领任务，写明责任单位。"""
    return await start_task(own_id(NAME, task_id), body, tx, expected=expected)


@api.post("/v1/tasks/{task_id}/finish")
async def task_finish(task_id: PublicTaskId, body: FinishTask, tx: InTransaction, expected: ExpectedVersion) -> TaskStepped:
    """办结任务，写明结果与佐证。"""
    return await finish_task(own_id(NAME, task_id), body, tx, expected=expected)


@api.post("/v1/tasks/{task_id}/decline")
async def task_decline(task_id: PublicTaskId, body: DeclineTask, tx: InTransaction, expected: ExpectedVersion) -> TaskStepped:
    """不能办理的任务，写明理由退回。"""
    return await decline_task(own_id(NAME, task_id), body, tx, expected=expected)
