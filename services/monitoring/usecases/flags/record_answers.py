"""Note in the ledger how other services answered what is owed."""

import structlog

from services.monitoring.store.flags import ledger
from shared.database.transaction import Transaction
from shared.events import AssistanceTask

log = structlog.get_logger()


async def record_answers(tasks: list[AssistanceTask], tx: Transaction) -> None:
    """Record the state of each task beside the measure that it answers; all tasks are of one county.

    An answer to a measure that is not owed is kept apart and reported.
    """
    answers = [{"owed_id": task.owed_id, "task_id": task.id, "service": task.service, "status": task.status} for task in tasks]
    unknown = await ledger.answer(tasks[0].county_code, answers, tx)
    if unknown:
        log.warning("answers_to_measures_not_owed", count=unknown, county=tasks[0].county_code)
