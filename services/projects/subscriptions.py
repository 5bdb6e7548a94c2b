"""What projects does when another service announces something."""

from services.projects.usecases.answer_risk_flags import answer_risk_flags
from shared.database.transaction import Transaction
from shared.events import RiskFlag
from shared.service.working.subscriptions import Subscriptions

subscriptions = Subscriptions("projects")


@subscriptions.on(RiskFlag, consumer="tasks")
async def households_flagged(flags: list[RiskFlag], tx: Transaction) -> None:
    await answer_risk_flags(flags, tx)
