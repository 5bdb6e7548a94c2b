"""Answers to the sources of leads: the list of an area, by when each source is to know."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.leads.answers import WORDS, AnswerStatus, LeadOutcome
from services.monitoring.domain.leads.channels import Channel, own_channel, place_told
from services.monitoring.store.leads import answers
from shared.database.transaction import Transaction
from shared.kernel.page import Place


class AnswerLine(BaseModel):
    """An answer in a list. `due_at`: by when its source is to have it; `words` are the official's for the outcome.

    `area` is the county where an outside platform asks.
    """

    id: UUID
    area: str
    lead_id: UUID
    channel: Channel
    source: str | None = Field(examples=["medical_insurance"])
    source_number: str | None = Field(examples=["RX2021-000123"])
    outcome: LeadOutcome
    words: str = Field(examples=["已纳入监测"])
    reason: str | None
    status: AnswerStatus
    decided_at: datetime
    due_at: datetime
    returned_at: datetime | None
    receipt: str | None
    version: int


class AnswerPage(BaseModel):
    items: list[AnswerLine]
    next: str | None


async def list_answers(area: str, status: AnswerStatus, channel: Channel | None, tx: Transaction, *, after: Place | None, size: int) -> AnswerPage:
    """List an area's answers in one status, of one channel or of all, the oldest first; to a platform its own, of no less than a county.

    :raises NotYourChannel: a platform asks for another channel.
    """
    if tx.actor.platform:
        channel = channel or Channel(tx.actor.platform)
        own_channel(channel, by=tx.actor, field="query.channel")
        area = place_told(area, to=tx.actor)
    if channel is None:
        rows, following = await answers.worklist.page(area, status, tx, after=after, size=size)
    else:
        rows, following = await answers.channel_worklist.page(area, status, tx, after=after, size=size, channel=channel)
    return AnswerPage(items=[_line(row, tx) for row in rows], next=following)


def _line(row: Any, tx: Transaction) -> AnswerLine:
    shown = {name: getattr(row, name) for name in AnswerLine.model_fields if name not in ("area", "words")}
    return AnswerLine(**shown, area=place_told(row.area_code, to=tx.actor), words=WORDS[row.outcome])
