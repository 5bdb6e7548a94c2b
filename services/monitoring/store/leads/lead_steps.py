"""How a lead went from level to level: who sent it where, and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, Row, bindparam, select
from sqlmodel import col

from services.monitoring.domain.leads.leads import Lead, LeadAct
from services.monitoring.store.base import Base
from shared.database.columns import code, instant, one_of, only, sealed
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.ids import LeadId, new_id


class LeadStepRow(Base, table=True):
    """A lead on its way. Its area is the one in which the lead lies, so that who has the lead sees the whole way; nothing else of it changes.

    The note is sealed.
    """

    __tablename__ = "lead_step"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"]),
        only("act", LeadAct),
        Index("ix_lead_step_lead_id", "county_code", "lead_id"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    lead_id: UUID
    act: LeadAct = one_of(LeadAct)
    from_area: str = code()
    to_area: str = code()
    acted_by: str
    acted_at: datetime = instant()
    secrets: bytes | None = sealed(default=None, nullable=True)


STEPS = (
    select(
        col(LeadStepRow.id),
        col(LeadStepRow.act),
        col(LeadStepRow.from_area),
        col(LeadStepRow.to_area),
        col(LeadStepRow.acted_by),
        col(LeadStepRow.acted_at),
        col(LeadStepRow.secrets),
    )
    .where(among(LeadStepRow.county_code, "counties"), col(LeadStepRow.lead_id) == bindparam("lead_id"))
    .order_by(col(LeadStepRow.id))
)


async def add(lead: Lead, act: LeadAct, to: str, tx: Transaction, *, note: str | None) -> None:
    """Keep a step that a lead takes. It is kept before the lead moves, for afterwards it may lie out of sight."""
    step_id = new_id()
    row = {
        "county_code": lead.county_code,
        "id": step_id,
        "area_code": lead.area_code,
        "lead_id": lead.id,
        "act": act,
        "from_area": lead.area_code,
        "to_area": to,
        "acted_by": tx.actor.id,
        "acted_at": tx.now,
        "secrets": None if note is None else tx.vault.seal({"note": note}, table="lead_step", row=step_id),
    }
    await tx.insert(LeadStepRow, [row])


async def of_lead(lead_id: LeadId, tx: Transaction) -> Sequence[Row[Any]]:
    """List the steps of a lead in their order, each with its note sealed."""
    return (await tx.execute(STEPS, {"counties": tx.counties, "lead_id": lead_id})).all()


def note_of(step: Row[Any], tx: Transaction) -> str | None:
    """Open what was said when a lead took a step."""
    return None if step.secrets is None else tx.vault.open(step.secrets, table="lead_step", row=step.id)["note"]
