from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, Row, and_, bindparam, func, select
from sqlmodel import col

from services.monitoring.domain.answers import LeadOutcome
from services.monitoring.domain.leads import LeadStatus
from services.monitoring.store.answers import LeadAnswerRow
from services.monitoring.store.base import Base
from services.monitoring.store.leads import LeadRow
from shared.database.columns import code, instant, sealed
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.ids import LeadId


class DepartmentRow(Base, table=True):
    """A row of a department's list under the department's own number; who it is about is sealed, and recognised by the blind index."""

    __tablename__ = "department_row"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"]),
        Index("ix_department_row_person", "county_code", "kind", "person_index"),
        Index("ix_department_row_lead_id", "county_code", "lead_id"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    department: str = code()
    kind: str = code()
    source_number: str
    job_id: UUID
    person_index: bytes = sealed()
    content_index: bytes = sealed()
    secrets: bytes = sealed()
    household_id: UUID | None = None
    lead_id: UUID | None = None
    rule_document: str | None = None
    received_at: datetime = instant()


STANDING = (
    select(
        col(DepartmentRow.id),
        col(DepartmentRow.source_number),
        col(DepartmentRow.lead_id),
        col(LeadRow.status),
        func.coalesce(col(LeadRow.dismissal_reason), col(LeadAnswerRow.reason)).label("reason"),
        col(LeadAnswerRow.outcome),
    )
    .outerjoin(LeadRow, and_(col(LeadRow.county_code) == col(DepartmentRow.county_code), col(LeadRow.id) == col(DepartmentRow.lead_id)))
    .outerjoin(
        LeadAnswerRow,
        and_(col(LeadAnswerRow.county_code) == col(DepartmentRow.county_code), col(LeadAnswerRow.lead_id) == col(DepartmentRow.lead_id)),
    )
    .where(among(DepartmentRow.county_code, "counties"), among(DepartmentRow.id, "ids"))
)
BEHIND = (
    select(col(DepartmentRow.id), col(DepartmentRow.secrets))
    .where(among(DepartmentRow.county_code, "counties"), col(DepartmentRow.lead_id) == bindparam("lead_id"))
    .order_by(col(DepartmentRow.received_at), col(DepartmentRow.id))
    .limit(1)
)

Standing = Row[tuple[UUID, str, UUID | None, LeadStatus | None, str | None, LeadOutcome | None]]


async def standing(ids: Sequence[UUID], tx: Transaction) -> Sequence[Row[Any]]:
    """Say how the leads of rows stand."""
    return (await tx.execute(STANDING, {"counties": tx.counties, "ids": list(ids)})).all()


async def behind(lead_id: LeadId, tx: Transaction) -> Row[Any] | None:
    """Find the row that opened a lead."""
    return (await tx.execute(BEHIND, {"counties": tx.counties, "lead_id": lead_id})).one_or_none()
