"""Answer the sources of leads whose matter ends (R43, plan ch.3 s.1): in the transaction that ends it, so that none ends without an answer."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.monitoring.domain.cases import Case, CaseStatus
from services.monitoring.domain.leads.answers import LeadOutcome, outcome_of
from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.leads import answers
from shared.database.transaction import Transaction
from shared.kernel.workdays import Calendar, DayKind, Period


async def answer_leads(leads: Sequence[UUID], outcome: LeadOutcome, tx: Transaction, *, area: str, reason: str | None) -> None:
    """Answer leads of one place that were dismissed."""
    if leads:
        await answers.give(leads, outcome, tx, reason=reason, due_at=await _due(area, tx))


async def answer_leads_of(case: Case, status: CaseStatus, tx: Transaction, *, reason: str | None, monitored_before: bool = False) -> None:
    """Answer all leads of a case that was decided; a refusal or an end is answered with its reason."""
    outcome = outcome_of(status, monitored_before=monitored_before)
    why = reason if outcome is LeadOutcome.OTHER else None
    await answers.give_of_case(case.id, outcome, tx, reason=why, due_at=await _due(case.area_code, tx))


async def _due(area: str, tx: Transaction) -> datetime:
    """Say by when the sources are to know. These are plain days: a calendar that is not loaded never holds up a decision."""
    days = (await law.parameters_for(area, tx)).number(Key.ANSWER_DAYS)
    return Calendar({}).end_of(Period(days=days, kind=DayKind.CALENDAR, rolls=False), tx.now)
