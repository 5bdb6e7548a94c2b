"""Incidents: which there are, whom they hit, and what was done about it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.incidents.effects import EffectStatus, Loss
from services.monitoring.domain.incidents.hazards import Hazard
from services.monitoring.domain.incidents.incidents import IncidentGrade, IncidentId, IncidentStatus
from services.monitoring.domain.incidents.tracking import ReliefKind, State, TrackingStatus
from services.monitoring.domain.risks import Risk
from services.monitoring.queries.register.named import Named, named
from services.monitoring.queries.showing import shown
from services.monitoring.store.incidents import counts, households, incidents, relief, trackings
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId
from shared.kernel.page import Place
from shared.wire import Yuan


class IncidentLine(BaseModel):
    """An incident. `area` is where it lies at home: its county, or the prefecture; `areas` is where it happened."""

    id: UUID
    area: str
    hazard: Hazard
    grade: IncidentGrade
    title: str = Field(examples=["9·18洪涝灾害"])
    happened_at: datetime
    ends_on: date
    areas: list[str]
    source: str
    document_number: str
    status: IncidentStatus
    opened_at: datetime
    closed_at: datetime | None
    version: int


class IncidentPage(BaseModel):
    items: list[IncidentLine]
    next: UUID | None = Field(description="下一页的 before。The `before` of the next page.")


class IncidentShown(IncidentLine):
    """An incident, and where it was drawn on the map: GeoJSON coordinates, longitude before latitude."""

    polygon: list[list[list[float]]] | None


class VillageFigures(BaseModel):
    """How many households of a village there are, and what became of them; `amount` of all relief in yuan. `overdue`: a check or a visit is late."""

    area: str
    households: int
    to_check: int
    affected: int
    relieved: int
    amount: Yuan
    tracked: int
    overdue: int


class FiguresShown(BaseModel):
    items: list[VillageFigures]


class EffectLine(BaseModel):
    """A household that an incident may have hit. `due_at`: by when it is to be checked; `estimate`: what it lost, in yuan."""

    id: UUID
    incident_id: UUID
    household_id: UUID
    number: str | None = Field(examples=["5309021022010001"], description="户编号")
    head: str | None = Field(examples=["李**"])
    area: str
    status: EffectStatus
    due_at: datetime
    losses: list[Loss]
    estimate: Yuan | None
    risks: list[Risk]
    checked_at: datetime | None
    lead_id: UUID | None
    case_id: UUID | None
    version: int


class EffectPage(BaseModel):
    items: list[EffectLine]
    next: str | None


class ReliefShown(BaseModel):
    id: UUID
    kind: ReliefKind
    amount: Yuan | None
    delivered_at: datetime
    provider: str


class ReliefsShown(BaseModel):
    """What a household was given after an incident, the earliest first; how it stands there."""

    id: UUID
    household_id: UUID
    status: EffectStatus
    version: int
    reliefs: list[ReliefShown]


class TrackingLine(BaseModel):
    """A visit that is owed to a household after an incident, the `nth`, by `due_at`."""

    id: UUID
    incident_id: UUID
    household_id: UUID
    number: str | None = Field(examples=["5309021022010001"], description="户编号")
    head: str | None = Field(examples=["李**"])
    area: str
    nth: int
    status: TrackingStatus
    due_at: datetime
    overdue: bool
    visited_at: datetime | None
    state: State | None
    lead_id: UUID | None
    version: int


class TrackingPage(BaseModel):
    items: list[TrackingLine]
    next: str | None


async def list_incidents(status: IncidentStatus, tx: Transaction, *, before: UUID | None, size: int) -> IncidentPage:
    """List the incidents inside the caller's area and those that reach over it, the newest first."""
    found, following = await incidents.newest(status, tx, before=before, size=size)
    return IncidentPage(items=[shown(IncidentLine, each) for each in found], next=following)


async def show_incident(incident_id: IncidentId, tx: Transaction) -> IncidentShown:
    """Show one incident.

    :raises NotFound: there is none here.
    """
    held = await incidents.get(incident_id, tx)
    return shown(IncidentShown, held, polygon=await incidents.polygon_of(incident_id, tx))


async def show_figures(incident_id: IncidentId, area: str, tx: Transaction) -> FiguresShown:
    """Count an incident's households in each village of an area (R56).

    :raises NotFound: there is no such incident here.
    """
    rows = await counts.figures(await incidents.get(incident_id, tx), area, tx)
    return FiguresShown(items=[shown(VillageFigures, row) for row in rows])


async def list_effects(area: str, status: EffectStatus, incident_id: UUID | None, tx: Transaction, *, after: Place | None, size: int) -> EffectPage:
    """List an area's households in incidents, of one or of all, those first that are to be checked first."""
    if incident_id is None:
        rows, following = await households.worklist.page(area, status, tx, after=after, size=size)
    else:
        rows, following = await households.incident_worklist.page(area, status, tx, after=after, size=size, incident=incident_id)
    names = await named((row.household_id for row in rows), tx)
    return EffectPage(items=[_effect(row, names[row.household_id]) for row in rows], next=following)


async def show_reliefs(incident_id: IncidentId, household_id: HouseholdId, tx: Transaction) -> ReliefsShown:
    """Show how a household stands in an incident, and what it was given; who looked is left in the audit.

    :raises NotFound: the household is none of this incident, or not here.
    """
    effect = await households.get(incident_id, household_id, tx)
    await tx.note_read("incident_household", effect.county_code, effect.id)
    given = [shown(ReliefShown, row) for row in await relief.of_effect(effect.id, tx)]
    return shown(ReliefsShown, effect, reliefs=given)


async def list_trackings(area: str, status: TrackingStatus, tx: Transaction, *, after: Place | None, size: int) -> TrackingPage:
    """List the visits after incidents of an area in one status, those first that are due first."""
    rows, following = await trackings.worklist.page(area, status, tx, after=after, size=size)
    names = await named((row.household_id for row in rows), tx)
    return TrackingPage(items=[_tracking(row, names[row.household_id], now=tx.now) for row in rows], next=following)


def _effect(row: Row[Any], name: Named) -> EffectLine:
    return shown(EffectLine, row, number=name.number, head=name.head, losses=row.losses or [], risks=row.risks or [])


def _tracking(row: Row[Any], name: Named, *, now: datetime) -> TrackingLine:
    is_late = row.status is TrackingStatus.TO_VISIT and row.due_at < now
    return shown(TrackingLine, row, number=name.number, head=name.head, overdue=is_late)
