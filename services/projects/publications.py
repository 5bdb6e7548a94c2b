"""What projects tells other services: the present public state of its tasks."""

from collections.abc import Sequence
from uuid import UUID

from services.projects.domain.tasks import NAME
from services.projects.store import tasks
from shared.database.transaction import Transaction
from shared.events import AssistanceTask


async def present_tasks(owed_ids: Sequence[UUID], county_code: str, tx: Transaction) -> list[AssistanceTask]:
    """Say how the tasks that answer these measures stand now."""
    return [AssistanceTask.of(task, service=NAME) for task in await tasks.answering(owed_ids, county_code, tx)]
