"""What monitoring does when another service announces something."""

from services.monitoring.usecases.flags.record_answers import record_answers
from shared.database.transaction import Transaction
from shared.events import AssistanceTask
from shared.service.working.subscriptions import Subscriptions

subscriptions = Subscriptions("monitoring")


@subscriptions.on(AssistanceTask, consumer="ledger")
async def tasks_changed(tasks: list[AssistanceTask], tx: Transaction) -> None:
    await record_answers(tasks, tx)
