"""Answers to the sources of leads: written in the transaction that ends the matter, however many leads end with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, Uuid, and_, bindparam, select, text, update
from sqlmodel import col

from services.monitoring.domain.leads.answers import AnswerId, AnswerStatus, LeadAnswer, LeadOutcome
from services.monitoring.domain.leads.channels import AWAITING, Channel
from services.monitoring.store.base import Base
from shared.database.columns import CODE, INSTANT, WORDS, code, instant, one_of, only, version, words
from shared.database.pages import Worklist, worklist_indexes
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.errors import NotFound
from shared.kernel.ids import CaseId, LeadId


class LeadAnswerRow(Base, table=True):
    """What the source of a lead is told; `due_at` ends the time within which it is told. One for each lead that has ended."""

    __tablename__ = "lead_answer"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"]),
        UniqueConstraint("county_code", "lead_id"),
        only("channel", Channel),
        only("outcome", LeadOutcome),
        only("status", AnswerStatus),
        *worklist_indexes("lead_answer"),
        Index("ix_lead_answer_channel", "county_code", "status", "channel", "due_at", "id"),
        Index("ix_lead_answer_channel_township", "county_code", "township_code", "status", "channel", "due_at", "id"),
    )

    county_code: str = code()
    id: UUID
    township_code: str = code()
    area_code: str = code()
    lead_id: UUID
    channel: Channel = one_of(Channel)
    source: str | None = code(default=None)
    source_number: str | None = code(default=None)
    outcome: LeadOutcome = one_of(LeadOutcome)
    reason: str | None = words(default=None)
    status: AnswerStatus = one_of(AnswerStatus)
    decided_at: datetime = instant()
    due_at: datetime = instant()
    returned_at: datetime | None = instant(default=None)
    returned_by: str | None = None
    receipt: str | None = None
    version: int = version()


_GIVE = """
    INSERT INTO lead_answer (county_code, id, township_code, area_code, lead_id, channel, source, source_number, outcome, reason, status,
                             decided_at, due_at)
    SELECT county_code, uuidv7(), township_code, area_code, id, channel, source, source_number, :outcome, :reason,
           CASE WHEN source IS NOT NULL OR channel = ANY(:awaiting) THEN 'to_return' ELSE 'kept' END, :now, :due_at
    FROM lead WHERE county_code = ANY(:counties) AND
"""
_TYPES = (bindparam("outcome", type_=CODE), bindparam("reason", type_=WORDS), bindparam("now", type_=INSTANT), bindparam("due_at", type_=INSTANT))
GIVE = text(f"{_GIVE} id = ANY(:leads)").bindparams(*_TYPES)
GIVE_OF_CASE = text(f"{_GIVE} case_id = :case").bindparams(*_TYPES, bindparam("case", type_=Uuid()))

COLUMNS = columns_of(LeadAnswerRow, LeadAnswer)
THIS = and_(among(LeadAnswerRow.county_code, "counties"), col(LeadAnswerRow.id) == bindparam("answer_id"))
GET = select(*COLUMNS).where(THIS)
OF_LEADS = select(*COLUMNS).where(among(LeadAnswerRow.county_code, "counties"), among(LeadAnswerRow.lead_id, "leads"))
RETURN = (
    update(LeadAnswerRow)
    .where(THIS, col(LeadAnswerRow.status) == bindparam("before"), col(LeadAnswerRow.version) == bindparam("expected"))
    .values(
        status=bindparam("becomes"),
        returned_at=bindparam("at"),
        returned_by=bindparam("person"),
        receipt=bindparam("paper"),
        version=col(LeadAnswerRow.version) + 1,
    )
    .returning(col(LeadAnswerRow.version))
)

worklist = Worklist(LeadAnswerRow, select(*COLUMNS))
# Two lists, not one with a channel or none: each has its own indexes, so that a page is read in its order and no further. Of a village all channels
# are so few that they need none.
channel_worklist = Worklist(LeadAnswerRow, select(*COLUMNS).where(col(LeadAnswerRow.channel) == bindparam("channel", type_=CODE)))


async def give(leads: Sequence[UUID], outcome: LeadOutcome, tx: Transaction, *, reason: str | None, due_at: datetime) -> None:
    """Answer leads whose matter ends now, all alike."""
    await tx.execute(GIVE, {"leads": list(leads), **_answered(outcome, reason, due_at, tx)})


async def give_of_case(case_id: CaseId, outcome: LeadOutcome, tx: Transaction, *, reason: str | None, due_at: datetime) -> None:
    """Answer the leads of a case that is decided now."""
    await tx.execute(GIVE_OF_CASE, {"case": case_id, **_answered(outcome, reason, due_at, tx)})


async def get(answer_id: AnswerId, tx: Transaction) -> LeadAnswer:
    """Load one answer.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    found = (await tx.execute(GET, {"counties": tx.counties, "answer_id": answer_id})).mappings().one_or_none()
    if found is None:
        raise NotFound
    return LeadAnswer(**found)


async def of_leads(leads: Sequence[UUID], tx: Transaction) -> dict[UUID, LeadAnswer]:
    """Give the answers of leads that have ended, by lead."""
    rows = await tx.execute(OF_LEADS, {"counties": tx.counties, "leads": list(leads)})
    return {row["lead_id"]: LeadAnswer(**row) for row in rows.mappings()}


async def of_lead(lead_id: LeadId, tx: Transaction) -> LeadAnswer | None:
    """Give the answer of a lead, if it has ended."""
    return (await of_leads([lead_id], tx)).get(lead_id)


async def note_returned(answer: LeadAnswer, becomes: AnswerStatus, tx: Transaction, *, expected: int, at: datetime, receipt: str) -> int:
    """Keep that a source has its answer, if it still is as the caller saw it, and give its new version.

    :raises Stale: somebody changed it.
    """
    this = {"counties": tx.counties, "answer_id": answer.id, "before": answer.status, "expected": expected}
    return await tx.change(RETURN, this | {"becomes": becomes, "at": at, "person": tx.actor.id, "paper": receipt})


def _answered(outcome: LeadOutcome, reason: str | None, due_at: datetime, tx: Transaction) -> dict[str, Any]:
    return {"counties": tx.counties, "outcome": outcome, "reason": reason, "awaiting": list(AWAITING), "now": tx.now, "due_at": due_at}
