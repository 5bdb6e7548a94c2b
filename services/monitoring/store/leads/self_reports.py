"""What people report of themselves (自主申报), under the id that their phone made."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, Row, and_, bindparam, select
from sqlmodel import col

from services.monitoring.store.base import Base
from services.monitoring.store.leads.answers import LeadAnswerRow
from services.monitoring.store.leads.leads import LeadRow
from shared.database.columns import code, document, instant, sealed
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.ids import LeadId, SelfReportId


class SelfReportRow(Base, table=True):
    """A report. `content_index` is a keyed hash of all that was sent, so that a repetition is known without opening it."""

    __tablename__ = "self_report"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "lead_id"], ["lead.county_code", "lead.id"]),
        Index("ix_self_report_lead_id", "county_code", "lead_id"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    reported_by: str
    lead_id: UUID
    hardships: list[str] = document()
    content_index: bytes = sealed()
    secrets: bytes = sealed()
    reported_at: datetime = instant()
    received_at: datetime = instant()


class ClientIdRow(Base, table=True):
    """Ids that clients made, or that follow from a source's number, of all counties: one id is one report."""

    __tablename__ = "client_id"
    __table_args__ = (PrimaryKeyConstraint("id"),)

    id: UUID
    county_code: str = code()


MINE = and_(
    among(SelfReportRow.county_code, "counties"),
    col(SelfReportRow.id) == bindparam("report_id"),
    col(SelfReportRow.reported_by) == bindparam("person"),
)
GET = (
    select(
        col(SelfReportRow.id),
        col(SelfReportRow.content_index),
        col(SelfReportRow.received_at),
        col(SelfReportRow.hardships),
        col(LeadRow.status),
        col(LeadAnswerRow.outcome),
    )
    .join(LeadRow, and_(col(LeadRow.county_code) == col(SelfReportRow.county_code), col(LeadRow.id) == col(SelfReportRow.lead_id)))
    .outerjoin(
        LeadAnswerRow,
        and_(col(LeadAnswerRow.county_code) == col(SelfReportRow.county_code), col(LeadAnswerRow.lead_id) == col(SelfReportRow.lead_id)),
    )
    .where(MINE)
)


BEHIND = select(col(SelfReportRow.id), col(SelfReportRow.secrets)).where(
    among(SelfReportRow.county_code, "counties"), col(SelfReportRow.lead_id) == bindparam("lead_id")
)


async def behind(lead_id: LeadId, tx: Transaction) -> Row[Any] | None:
    """Find the report that opened a lead."""
    return (await tx.execute(BEHIND, {"counties": tx.counties, "lead_id": lead_id})).one_or_none()


async def take_id(report_id: UUID, county_code: str, tx: Transaction) -> bool:
    """Take an id for a new report, of a citizen or of a source under its number; a twin waits here for the first. False if it is taken."""
    return bool(await tx.insert(ClientIdRow, [{"id": report_id, "county_code": county_code}], skip_existing=True))


async def add(report: Mapping[str, Any], tx: Transaction) -> None:
    await tx.insert(SelfReportRow, [report])


async def mine(report_id: SelfReportId, tx: Transaction) -> Row[Any] | None:
    """Find a report that the caller made."""
    return (await tx.execute(GET, {"counties": tx.counties, "report_id": report_id, "person": tx.actor.id})).one_or_none()
