from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, Row, UniqueConstraint, and_, bindparam, func, select, text
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from services.monitoring.domain.signals import Grade, Judgement
from services.monitoring.store.base import Base
from services.monitoring.store.leads.answers import LeadAnswerRow
from services.monitoring.store.leads.leads import LeadRow
from shared.database.columns import code, day, document, instant, one_of, only, sealed
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, LeadId


class DepartmentRow(Base, table=True):
    """A record of a department under its own number, one row for each revision; who it is about is sealed, and recognised by the blind index.

    `area_code` is where the person lives as far as is known, `village` what the department says. `facts` holds what rules look at, plain under the
    department's policy and hidden from the audit: amounts of illness among them. Of a record the highest revision counts (`is_latest`).
    """

    __tablename__ = "department_row"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        UniqueConstraint("county_code", "kind", "source_number", "revision"),
        ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"]),
        only("judgement", Judgement),
        only("grade", Grade),
        Index("ix_department_row_person", "county_code", "person_index"),
        Index("ix_department_row_lead_id", "county_code", "lead_id"),
        Index("ix_department_row_unmatched", "county_code", "person_index", postgresql_where=text("household_id IS NULL AND is_latest")),
        Index("ix_department_row_unregistered", "county_code", "area_code", postgresql_where=text("household_id IS NULL")),
        Index("ix_department_row_kept", "county_code", "household_id", postgresql_where=text("judgement = 'kept' AND is_latest")),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    village: str = code()
    department: str = code()
    kind: str = code()
    source_number: str
    revision: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    is_latest: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    effective_on: date = day()
    reported_at: datetime = instant()
    facts: dict[str, str | None] | None = document(default=None, nullable=True)
    job_id: UUID | None = None
    person_index: bytes = sealed()
    content_index: bytes = sealed()
    secrets: bytes = sealed()
    household_id: UUID | None = None
    lead_id: UUID | None = None
    judgement: Judgement = one_of(Judgement)
    rule_code: str | None = code(default=None, nullable=True)
    rule_document: str | None = None
    grade: Grade | None = one_of(Grade, default=None, nullable=True)
    received_at: datetime = instant()


_LATEST = aliased(DepartmentRow)
# A row that a higher revision has replaced is answered as its record stands.
STANDING = (
    select(
        col(DepartmentRow.id),
        col(DepartmentRow.source_number),
        col(_LATEST.judgement),
        col(_LATEST.rule_document),
        col(_LATEST.lead_id),
        col(LeadRow.status),
        func.coalesce(col(LeadRow.dismissal_reason), col(LeadAnswerRow.reason)).label("reason"),
        col(LeadAnswerRow.outcome),
    )
    .join(
        _LATEST,
        and_(
            col(_LATEST.county_code) == col(DepartmentRow.county_code),
            col(_LATEST.kind) == col(DepartmentRow.kind),
            col(_LATEST.source_number) == col(DepartmentRow.source_number),
            col(_LATEST.is_latest),
        ),
    )
    .outerjoin(LeadRow, and_(col(LeadRow.county_code) == col(_LATEST.county_code), col(LeadRow.id) == col(_LATEST.lead_id)))
    .outerjoin(LeadAnswerRow, and_(col(LeadAnswerRow.county_code) == col(_LATEST.county_code), col(LeadAnswerRow.lead_id) == col(_LATEST.lead_id)))
    .where(among(DepartmentRow.county_code, "counties"), among(DepartmentRow.id, "ids"))
)
BEHIND = (
    select(col(DepartmentRow.id), col(DepartmentRow.kind), col(DepartmentRow.secrets))
    .where(among(DepartmentRow.county_code, "counties"), col(DepartmentRow.lead_id) == bindparam("lead_id"), col(DepartmentRow.is_latest))
    .order_by(col(DepartmentRow.effective_on), col(DepartmentRow.kind), col(DepartmentRow.source_number))
    .limit(20)
)
HOLDINGS = (
    select(col(DepartmentRow.kind))
    .distinct()
    .where(
        among(DepartmentRow.county_code, "counties"),
        col(DepartmentRow.household_id) == bindparam("household"),
        text("department_row.judgement = 'kept'"),
        col(DepartmentRow.is_latest),
    )
)


async def standing(ids: Sequence[UUID], tx: Transaction) -> Sequence[Row[Any]]:
    """Say how records stand: what the rules made of them, and how the leads are that they stand behind."""
    return (await tx.execute(STANDING, {"counties": tx.counties, "ids": list(ids)})).all()


async def behind(lead_id: LeadId, tx: Transaction) -> Sequence[Row[Any]]:
    """List the rows behind a lead, the earliest first, up to twenty."""
    return (await tx.execute(BEHIND, {"counties": tx.counties, "lead_id": lead_id})).all()


async def holdings_of(household_id: HouseholdId, tx: Transaction) -> list[str]:
    """Name the lists kept for checking that name somebody of a household."""
    return sorted((await tx.execute(HOLDINGS, {"counties": tx.counties, "household": household_id})).scalars())
