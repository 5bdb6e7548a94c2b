"""What households were given after an incident (救助)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, Row, UniqueConstraint, bindparam, select
from sqlmodel import col

from services.monitoring.domain.incidents.tracking import ReliefKind
from services.monitoring.store.base import Base
from shared.database.columns import code, document, instant, money, not_nan, one_of, only
from shared.database.rows import among
from shared.database.transaction import Transaction


class ReliefRow(Base, table=True):
    """One delivery; `amount` in yuan, of goods what they are worth if that is known. Never changed; only its area follows the household."""

    __tablename__ = "relief"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        UniqueConstraint("county_code", "effect_id", "kind", "delivered_at", "provider"),
        only("kind", ReliefKind),
        *not_nan("amount"),
    )

    county_code: str = code()
    id: UUID
    incident_id: UUID
    effect_id: UUID
    household_id: UUID
    area_code: str = code()
    kind: ReliefKind = one_of(ReliefKind)
    amount: Decimal | None = money(default=None, nullable=True)
    delivered_at: datetime = instant()
    provider: str
    evidence: list[dict[str, str]] = document()
    entered_by: str
    entered_at: datetime = instant()


OF_EFFECT = (
    select(col(ReliefRow.id), col(ReliefRow.kind), col(ReliefRow.amount), col(ReliefRow.delivered_at), col(ReliefRow.provider))
    .where(among(ReliefRow.county_code, "counties"), col(ReliefRow.effect_id) == bindparam("effect"))
    .order_by(col(ReliefRow.delivered_at), col(ReliefRow.id))
)


async def add(given: Mapping[str, Any], tx: Transaction) -> bool:
    """Keep a delivery; false if the very same is there already."""
    return bool(await tx.insert(ReliefRow, [given], skip_existing=True))


async def of_effect(effect_id: UUID, tx: Transaction) -> Sequence[Row[Any]]:
    """List what a household was given after an incident."""
    return (await tx.execute(OF_EFFECT, {"counties": tx.counties, "effect": effect_id})).all()
