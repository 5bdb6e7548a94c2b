"""Incidents. One of a wide area is seen by everybody whose area lies in it, and closed only by who holds all of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, Integer, PrimaryKeyConstraint, Uuid, and_, bindparam, select, text, update
from sqlmodel import col

from services.monitoring.domain.incidents.hazards import Hazard
from services.monitoring.domain.incidents.incidents import Incident, IncidentGrade, IncidentId, IncidentStatus
from services.monitoring.domain.incidents.polygons import Polygon
from services.monitoring.store.base import Base
from shared.database.columns import code, day, document, instant, one_of, only, version
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG
from shared.kernel.errors import NotFound


class IncidentRow(Base, table=True):
    """An incident; `polygon` is where it was drawn on the map, GeoJSON coordinates."""

    __tablename__ = "incident"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        only("hazard", Hazard),
        only("grade", IncidentGrade),
        only("status", IncidentStatus),
        Index("ix_incident_status", "county_code", "status", "id"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    hazard: Hazard = one_of(Hazard)
    grade: IncidentGrade = one_of(IncidentGrade)
    title: str
    happened_at: datetime = instant()
    ends_on: date = day()
    areas: list[str] = document()
    polygon: list[Any] | None = document(default=None, nullable=True)
    source: str
    document_number: str
    status: IncidentStatus = one_of(IncidentStatus, sa_column_kwargs={"server_default": text("'open'")})
    opened_by: str
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(default=None)
    closed_by: str | None = None
    version: int = version()


class BoundaryRow(Base, table=True):
    """The boundary of a county, as GeoJSON writes polygons of several parts."""

    __tablename__ = "county_boundary"
    __table_args__ = (PrimaryKeyConstraint("county_code"),)

    county_code: str = code()
    parts: list[Any] = document()


# An incident lies at home in its county, or in the prefecture.
HERE = among(IncidentRow.county_code, "homes")
THIS = and_(HERE, col(IncidentRow.id) == bindparam("incident_id"))
GET = select(*columns_of(IncidentRow, Incident)).where(THIS)
SHOW = select(col(IncidentRow.polygon)).where(THIS)
_NEWEST = (
    select(*columns_of(IncidentRow, Incident))
    .where(HERE, col(IncidentRow.status) == bindparam("status"))
    .order_by(col(IncidentRow.id).desc())
    .limit(bindparam("at_most", type_=Integer()))
)
NEWEST = {False: _NEWEST, True: _NEWEST.where(col(IncidentRow.id) < bindparam("before"))}
CLOSE = (
    update(IncidentRow)
    .where(THIS, col(IncidentRow.status) == IncidentStatus.OPEN, col(IncidentRow.version) == bindparam("expected"))
    .values(status=IncidentStatus.CLOSED, closed_at=bindparam("at"), closed_by=bindparam("person"), version=col(IncidentRow.version) + 1)
    .returning(col(IncidentRow.version))
)
AMONG = select(*columns_of(IncidentRow, Incident)).where(HERE, among(IncidentRow.id, "incidents"))
# Whoever lays households down shares the incident with others of the kind; who closes it has it alone.
_LOCK = "SELECT pg_advisory_xact_lock{}(hashtextextended('incident/' || each.id::text, 0)) FROM unnest(:incidents) AS each (id)"
SHARE, HOLD_ALONE = (text(_LOCK.format(kind)).bindparams(bindparam("incidents", type_=ARRAY(Uuid()))) for kind in ("_shared", ""))
BOUNDARIES = select(col(BoundaryRow.county_code), col(BoundaryRow.parts))


async def add(new: Mapping[str, Any], tx: Transaction) -> None:
    await tx.insert(IncidentRow, [new])


async def get(incident_id: IncidentId, tx: Transaction) -> Incident:
    """Load one incident.

    :raises NotFound: there is none, or the caller's area neither holds it nor lies in it.
    """
    found = (await tx.execute(GET, _this(incident_id, tx))).mappings().one_or_none()
    if found is None:
        raise NotFound
    return Incident(**found)


async def kept_open(incident_id: IncidentId, tx: Transaction) -> Incident:
    """Load one incident as `get` does, and keep it from being closed until this act ends."""
    await tx.execute(SHARE, {"incidents": [incident_id]})
    return await get(incident_id, tx)


async def held_alone(incident_id: IncidentId, tx: Transaction) -> Incident:
    """Load one incident as `get` does when nobody lays its households down, and keep others from it until this act ends."""
    await tx.execute(HOLD_ALONE, {"incidents": [incident_id]})
    return await get(incident_id, tx)


async def known(ids: Sequence[UUID], tx: Transaction) -> dict[UUID, Incident]:
    """Load those of some incidents whose area the caller's holds or lies in."""
    if not ids:
        return {}
    return {row["id"]: Incident(**row) for row in (await tx.execute(AMONG, {"homes": _homes(tx), "incidents": list(ids)})).mappings()}


async def known_and_kept_open(ids: Sequence[UUID], tx: Transaction) -> dict[UUID, Incident]:
    """Load incidents as `known` does, and keep them from being closed until this act ends."""
    if ids:
        await tx.execute(SHARE, {"incidents": list(ids)})
    return await known(ids, tx)


async def polygon_of(incident_id: IncidentId, tx: Transaction) -> Polygon | None:
    return (await tx.execute(SHOW, _this(incident_id, tx))).scalar_one_or_none()


async def newest(status: IncidentStatus, tx: Transaction, *, before: UUID | None, size: int) -> tuple[list[Incident], UUID | None]:
    """Read a page of incidents in one status, the newest first, and the id after which the next page begins."""
    asked = {"homes": _homes(tx), "status": status, "at_most": size + 1, **({"before": before} if before else {})}
    found = [Incident(**row) for row in (await tx.execute(NEWEST[before is not None], asked)).mappings()]
    return found[:size], found[size - 1].id if len(found) > size else None


async def close(held: Incident, tx: Transaction, *, expected: int) -> int:
    """Close an incident if it still is as the caller saw it, and give its new version.

    :raises Stale: somebody changed it.
    """
    return await tx.change(CLOSE, _this(held.id, tx) | {"expected": expected, "at": tx.now, "person": tx.actor.id})


async def boundaries(tx: Transaction) -> dict[str, Sequence[Polygon]]:
    """Read the boundaries of the counties."""
    return {row.county_code: row.parts for row in await tx.execute(BOUNDARIES)}


def _this(incident_id: IncidentId, tx: Transaction) -> dict[str, Any]:
    return {"homes": _homes(tx), "incident_id": incident_id}


def _homes(tx: Transaction) -> list[str]:
    return [*tx.counties, LINCANG]
