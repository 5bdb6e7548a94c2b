"""Events that officers or departments report for whole areas."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import PrimaryKeyConstraint

from services.monitoring.domain.regional.causes import Cause
from services.monitoring.domain.register.codes import IndustryKind
from services.monitoring.store.base import Base
from shared.database.columns import code, day, document, instant, one_of, only, sealed, version
from shared.database.transaction import Transaction


class EventRow(Base, table=True):
    """What happened to the households of some areas of one county, or to those with an industry, as its document says; its size is sealed."""

    __tablename__ = "regional_event"
    __table_args__ = (PrimaryKeyConstraint("county_code", "id"), only("cause", Cause), only("form_kind", IndustryKind))

    county_code: str = code()
    id: UUID
    area_code: str = code()
    areas: list[str] = document()
    cause: Cause = one_of(Cause)
    industry: str | None = code(default=None, nullable=True)
    form_kind: IndustryKind | None = one_of(IndustryKind, default=None, nullable=True)
    happened_on: date = day()
    secrets: bytes | None = sealed(default=None, nullable=True)
    document_number: str
    reported_by: str
    reported_at: datetime = instant()
    version: int = version()


async def add(event: Mapping[str, Any], tx: Transaction) -> None:
    """Keep an event; the duty that counts makes its occurrences."""
    await tx.insert(EventRow, [event])
