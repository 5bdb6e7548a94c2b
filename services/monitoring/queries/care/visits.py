"""Visits of a household, and whom a month's visits reached in each village."""

from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import Row

from services.monitoring.domain.care.visits import Finding
from services.monitoring.domain.places.width import within_a_county
from services.monitoring.queries.evidence import EvidenceShown
from services.monitoring.store.care import visits
from services.monitoring.store.register import households
from shared.database.transaction import Transaction
from shared.kernel.actors import Role
from shared.kernel.areas import is_inside
from shared.kernel.ids import HouseholdId
from shared.kernel.workdays import SHANGHAI, local_day

Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$"), Field(examples=["2021-09"])]

_WHO_CHECKS = (Role.VILLAGE_CADRE, Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICER)


class PositionShown(BaseModel):
    latitude: str
    longitude: str


class VisitShown(BaseModel):
    """A visit. Note and position are shown to those who check and decide. `lead_id`: the lead that what was found has opened."""

    id: UUID
    visited_at: datetime
    visited_by: str
    recorded_at: datetime
    findings: list[Finding]
    note: str | None
    position: PositionShown | None
    evidence: list[EvidenceShown]
    lead_id: UUID | None


class VisitPage(BaseModel):
    items: list[VisitShown]
    next: UUID | None = Field(description="下一页的 before。The `before` of the next page.")


class VillageCoverage(BaseModel):
    """A village in a month. `due`: visited in it, or to be visited by its end; `overdue`: due and not visited by its end, or by now if it goes on."""

    area: str = Field(examples=["530902102201"])
    households: int
    due: int
    visited: int
    overdue: int


class CoverageShown(BaseModel):
    month: str = Field(examples=["2021-09"])
    items: list[VillageCoverage]


async def list_visits(household_id: HouseholdId, tx: Transaction, *, before: UUID | None, size: int) -> VisitPage:
    """List a household's visits, the one recorded last first; who looked is left in the audit.

    :raises NotFound: there is no such household here.
    """
    household = await households.get(household_id, tx)
    await tx.note_read("household", household.county_code, household.id)
    rows = await visits.newest(household_id, tx, before=before, at_most=size + 1)
    return VisitPage(items=[_shown(row, tx) for row in rows[:size]], next=rows[size - 1].id if len(rows) > size else None)


async def show_coverage(area: str, month: str | None, tx: Transaction) -> CoverageShown:
    """Count for each village of an area how far a month's visits have come, this month's if none is named (R38; plan ch.3 s.1).

    :raises AreaTooWide: the area is wider than a county.
    """
    if is_inside(tx.actor.area, area):
        area = tx.actor.area
    within_a_county(area, field="query.area")
    month = month or local_day(tx.now).strftime("%Y-%m")
    year, number = map(int, month.split("-"))
    first, last = _midnight(date(year, number, 1)), _midnight(date(year + number // 12, number % 12 + 1, 1))
    rows = await visits.coverage(area, tx, first=first, last=last, until=min(last, tx.now))
    return CoverageShown(month=month, items=[VillageCoverage(**row._mapping) for row in rows])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)


def _shown(row: Row[Any], tx: Transaction) -> VisitShown:
    sealed = row.secrets if tx.actor.role in _WHO_CHECKS else None
    told: dict[str, Any] = tx.vault.open(sealed, table="visit", row=row.id) if sealed else {}
    return VisitShown(
        id=row.id,
        visited_at=row.visited_at,
        visited_by=row.visited_by,
        recorded_at=row.recorded_at,
        findings=row.findings,
        note=told.get("note"),
        position=told.get("position"),
        evidence=row.evidence,
        lead_id=row.lead_id,
    )
