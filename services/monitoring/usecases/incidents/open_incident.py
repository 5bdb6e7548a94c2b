"""Enter a disaster or an accident (灾情)."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.incidents import incidents as rules
from services.monitoring.domain.incidents import polygons
from services.monitoring.domain.incidents.hazards import Hazard
from services.monitoring.domain.incidents.incidents import IncidentGrade, IncidentId, IncidentStatus
from services.monitoring.domain.places.tree import NoSuchArea
from services.monitoring.store.incidents import incidents
from services.monitoring.store.places import areas
from services.monitoring.usecases.register.register_household import OutsideYourArea
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of, is_inside
from shared.kernel.ids import new_id
from shared.kernel.workdays import happened
from shared.wire import AreaCode, AwareTime, Day, DocumentNumber, SafeText, command, part

Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[100.1])]
Position = Annotated[list[Degrees], Field(min_length=2, max_length=2, examples=[[100.1, 23.9]])]
Ring = Annotated[list[Position], Field(min_length=4, max_length=200)]
_AROUND = [[100.0, 23.8], [100.2, 23.8], [100.2, 24.0], [100.0, 23.8]]


@part
class DrawnArea:
    """A GeoJSON polygon (RFC 7946): longitude before latitude, closed rings, the first one around and the others holes."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[Ring], Field(min_length=1, max_length=5, examples=[[_AROUND]])]


@command
class OpenIncident:
    """What happened where and from when to when, who said so, and by which document; without areas those counties that the drawn area touches."""

    hazard: Hazard
    grade: IncidentGrade
    title: Annotated[SafeText, Field(examples=["9·18洪涝灾害"])]
    happened_at: AwareTime
    ends_on: Day | None = None
    areas: Annotated[list[AreaCode], Field(max_length=50)] = Field(default_factory=list)
    polygon: DrawnArea | None = None
    source: Annotated[SafeText, Field(examples=["市应急管理局"])]
    document_number: DocumentNumber


class IncidentChanged(BaseModel):
    id: UUID
    version: int
    status: IncidentStatus
    areas: list[str]


async def open_incident(new: OpenIncident, tx: Transaction) -> IncidentChanged:
    """Enter an incident of the caller's area or a part of it (R40, R54; plan ch.3 s.1, s.3).

    :raises NotYetHappened: it lies ahead; EndsTooEarly: it would end before it happened.
    :raises RingUnfit: the drawn area is none; OutsidePrefecture: it lies elsewhere.
    :raises AreasUnfit: no area, or one that contains another.
    :raises OutsideYourArea: an area is not the caller's; NoSuchArea: there is none of this code.
    """
    happened("body.happened_at", new.happened_at, now=tx.now)
    ends_on = rules.lasted(new.happened_at, new.ends_on)
    if new.polygon:
        polygons.fitting(new.polygon.coordinates)
    places = new.areas or await _touched(new.polygon, tx)
    rules.placed(places)
    missing = await areas.missing_of(new.areas, tx)
    for n, area in enumerate(new.areas):
        if not is_inside(area, tx.actor.area):
            raise OutsideYourArea(f"body.areas.{n}")
        if area in missing:
            raise NoSuchArea(f"body.areas.{n}")
    incident_id, home = IncidentId(new_id()), rules.home_of(places)
    row = {
        "county_code": county_of(home),
        "id": incident_id,
        "area_code": home,
        "hazard": new.hazard,
        "grade": new.grade,
        "title": new.title,
        "happened_at": new.happened_at,
        "ends_on": ends_on,
        "areas": places,
        "polygon": [[list(point) for point in ring] for ring in new.polygon.coordinates] if new.polygon else None,
        "source": new.source,
        "document_number": new.document_number,
        "opened_by": tx.actor.id,
        "opened_at": tx.now,
    }
    await incidents.add(row, tx)
    return IncidentChanged(id=incident_id, version=1, status=IncidentStatus.OPEN, areas=places)


async def _touched(drawn: DrawnArea | None, tx: Transaction) -> list[str]:
    """Name the caller's counties that a drawn area touches."""
    if drawn is None:
        return []
    found = [code for code in polygons.touched(drawn.coordinates, await incidents.boundaries(tx)) if is_inside(code, tx.actor.area)]
    if not found:
        raise OutsideYourArea("body.polygon")
    return found
