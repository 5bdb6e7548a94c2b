"""The tasks of an area, those first that are due first."""

from services.employment.domain.tasks import NAME
from services.employment.store import tasks
from shared.database.transaction import Transaction
from shared.kernel.assistance import TaskStatus
from shared.kernel.page import Place
from shared.wire.tasks import TaskPage, shown


async def list_tasks(area: str, status: TaskStatus, tx: Transaction, *, after: Place | None, size: int) -> TaskPage:
    """List an area's tasks in one status by their due date."""
    found, following = await tasks.page(area, status, tx, after=after, size=size)
    return TaskPage(items=[shown(NAME, task) for task in found], next=following)
