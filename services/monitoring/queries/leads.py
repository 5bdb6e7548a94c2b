"""Leads: the list of an area, one lead with what was said, and a citizen's own report."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.files.department_lists import LISTS
from services.monitoring.domain.leads import Channel, LeadStatus
from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.signals import WITHDRAWN
from services.monitoring.store import leads, self_reports, signals
from shared.database.transaction import Transaction
from shared.kernel.actors import Role
from shared.kernel.errors import NotFound
from shared.kernel.ids import LeadId, SelfReportId
from shared.kernel.page import Place
from shared.kernel.people import IdNumber, PersonName, Phone

ELSEWHERE = "已在别处登记"
_WHO_CHECKS = (Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER)


class LeadLine(BaseModel):
    """A lead in a list. `due_at` ends the limit from the lead to the county's decision. `remark`: 已在别处登记, without a place; 来源更正, when
    the department's rows call for it no longer. `began_on`: the earliest effective day among them.
    """

    id: UUID
    area: str
    household_id: UUID | None
    channel: Channel
    status: LeadStatus
    hardships: list[Hardship]
    remark: str | None = Field(examples=[ELSEWHERE])
    registered_at: datetime
    due_at: datetime
    began_on: date | None
    case_id: UUID | None
    version: int


class LeadPage(BaseModel):
    items: list[LeadLine]
    next: str | None


class Reporter(BaseModel):
    """Who reported, or whom a department's list names, masked: enough for the village to know whom to ask for."""

    name: str = Field(examples=["李**"])
    id_number: str = Field(examples=["533522********00**"])
    phone: str | None = Field(examples=["139****0000"])


class LeadShown(LeadLine):
    """A lead with what was said in it; the note is shown to those who check and decide.

    `reporter`: who reported for themselves, or whom a department's list names.
    """

    note: str | None
    reporter: Reporter | None
    risks: list[str]
    dismissal_reason: str | None


class SelfReportShown(BaseModel):
    """How a citizen's report stands: `registered` while it is being checked, then `confirmed` or `dismissed`."""

    id: UUID
    version: int = 1
    status: LeadStatus
    hardships: list[Hardship]
    received_at: datetime


async def list_leads(area: str, status: LeadStatus, tx: Transaction, *, after: Place | None, size: int) -> LeadPage:
    """List an area's leads in one status, those first whose limit ends first."""
    rows, following = await leads.worklist.page(area, status, tx, after=after, size=size)
    return LeadPage(items=[LeadLine(**_line(row)) for row in rows], next=following)


async def show_lead(lead_id: LeadId, tx: Transaction) -> LeadShown:
    """Show one lead with what was said in it; who looked is left in the audit.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    row = await leads.show(lead_id, tx)
    await tx.note_read("lead", row.county_code, row.id)
    sources = await _sources(row, tx)
    note = _note(row, sources, tx) if tx.actor.role in _WHO_CHECKS else None
    reporter = _reporter(sources[0][1]) if sources else None
    return LeadShown(**_line(row), note=note, reporter=reporter, risks=row.risks or [], dismissal_reason=row.dismissal_reason)


async def show_self_report(report_id: SelfReportId, tx: Transaction) -> SelfReportShown:
    """Show a citizen how the report stands that the same citizen made.

    :raises NotFound: there is none, or somebody else made it.
    """
    report = await self_reports.mine(report_id, tx)
    if report is None:
        raise NotFound
    return SelfReportShown(id=report_id, status=report.status, hardships=report.hardships, received_at=report.received_at)


async def _sources(row: Any, tx: Transaction) -> list[tuple[str | None, dict[str, Any]]]:
    """Open what a lead came of: a household's own report, or the rows of departments, the earliest first, each with its list."""
    if row.channel is Channel.SELF_REPORT:
        report = await self_reports.behind(LeadId(row.id), tx)
        return [(None, tx.vault.open(report.secrets, table="self_report", row=report.id))] if report else []
    rows = await signals.behind(LeadId(row.id), tx)
    return [(each.kind, tx.vault.open(each.secrets, table="department_row", row=each.id)) for each in rows]


def _reporter(secrets: dict[str, Any]) -> Reporter:
    return Reporter(
        name=str(PersonName(secrets["name"])),
        id_number=str(IdNumber(secrets["id_number"])),
        phone=str(Phone(secrets["phone"])) if secrets["phone"] else None,
    )


def _note(row: Any, sources: list[tuple[str | None, dict[str, Any]]], tx: Transaction) -> str | None:
    """Say what was said: with the lead itself, or in the rows that call for it, as they are now."""
    if row.secrets:
        return tx.vault.open(row.secrets, table="lead", row=row.id)["note"]
    return "\n".join(LISTS[kind].note(told) for kind, told in sources if kind) or None


def remark_of(row: Any) -> str | None:
    """Say what is to be known of a lead beside its matter."""
    remarks = [ELSEWHERE] if row.registered_elsewhere else []
    return "；".join([*remarks, WITHDRAWN] if row.source_corrected else remarks) or None


def _line(row: Any) -> dict[str, Any]:
    names: Sequence[str] = ("id", "household_id", "channel", "status", "hardships", "registered_at", "due_at", "began_on", "case_id", "version")
    return {"area": row.area_code, "remark": remark_of(row), **{name: getattr(row, name) for name in names}}
