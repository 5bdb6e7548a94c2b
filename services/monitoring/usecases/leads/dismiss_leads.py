"""Dismiss the leads on a household that nobody has verified and nobody will."""

from typing import Any

from sqlalchemy import Row

from services.monitoring.domain.leads.answers import LeadOutcome
from services.monitoring.store.deadlines import pauses
from services.monitoring.store.leads import leads
from services.monitoring.usecases.leads.answer_leads import answer_leads
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId


async def dismiss_leads(household: Row[Any], tx: Transaction, *, reason: str) -> None:
    """End the leads on a household that is gone and their pauses (R43, R44; plan ch.3 s.1); their sources are answered with the reason."""
    dismissed = await leads.dismiss_registered(HouseholdId(household.id), tx, reason=reason)
    await answer_leads(dismissed, LeadOutcome.OTHER, tx, area=household.area_code, reason=reason)
    await pauses.end_with(dismissed, tx)
