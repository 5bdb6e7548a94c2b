"""What disasters did to a household that is owed a check or visits yet (R56): with an open incident that reaches its new county both go on there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlmodel import col

from services.monitoring.domain.incidents.effects import OPEN_EFFECTS, EffectStatus, status_elsewhere
from services.monitoring.domain.incidents.hazards import Hazard
from services.monitoring.domain.incidents.incidents import IncidentStatus
from services.monitoring.domain.incidents.tracking import TrackingStatus
from services.monitoring.store.incidents import incidents
from services.monitoring.store.incidents.households import EffectRow
from services.monitoring.store.incidents.trackings import TrackingRow
from services.monitoring.store.register.belongings import rows
from shared.database.rows import among, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG, TOWNSHIP
from shared.kernel.ids import derived_id

EFFECT = ("id", "incident_id", "status", "due_at", "losses", "estimate", "risks", "evidence", "checked_at", "checked_by")
VISIT = ("effect_id", "nth", "due_at")
EFFECTS = (
    select(*(table_of(EffectRow).c[name] for name in (*EFFECT, "secrets")))
    .where(
        among(EffectRow.county_code, "counties"),
        col(EffectRow.household_id) == bindparam("household"),
        col(EffectRow.status).in_(OPEN_EFFECTS),
    )
    .order_by(col(EffectRow.id))
)
VISITS = (
    select(*(table_of(TrackingRow).c[name] for name in VISIT))
    .where(
        among(TrackingRow.county_code, "counties"),
        col(TrackingRow.household_id) == bindparam("household"),
        col(TrackingRow.status) == TrackingStatus.TO_VISIT,
    )
    .order_by(col(TrackingRow.effect_id), col(TrackingRow.nth))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """An incident that does not reach the new county, or is over, and what was owed to the household in it: its check, or so many visits."""

    title: str
    hazard: Hazard
    unchecked: bool
    visits: int


async def packed(household: Row[Any], tx: Transaction) -> dict[str, Any]:
    asked = {"counties": [household.county_code], "household": household.id}
    effects = (await tx.execute(EFFECTS, asked)).all()
    visits = [rows.written(VISIT, row) for row in await tx.execute(VISITS, asked)] if effects else []
    known = await incidents.known([row.incident_id for row in effects], tx)
    return {
        "incidents": [
            {
                **rows.written(EFFECT, row),
                "title": known[row.incident_id].title,
                "hazard": known[row.incident_id].hazard,
                "secrets": tx.vault.open(row.secrets, table="incident_household", row=row.id) if row.secrets else None,
                "visits": [visit for visit in visits if visit["effect_id"] == str(row.id)],
            }
            for row in effects
        ]
    }


async def unpack(place: Mapping[str, Any], content: Mapping[str, Any], tx: Transaction) -> list[LeftBehind]:
    """Set down what goes on here, with the visits that are owed; give what does not."""
    effects: Sequence[dict[str, Any]] = content.get("incidents", ())
    known = await incidents.known_and_kept_open([UUID(each["incident_id"]) for each in effects], tx)
    homes = (place["county_code"], LINCANG)
    going_on = {str(each.id) for each in known.values() if each.status is IncidentStatus.OPEN and each.county_code in homes}
    here = [each for each in effects if each["incident_id"] in going_on]
    township = {"township_code": place["area_code"][:TOWNSHIP]}
    await tx.insert(EffectRow, [{**place, **township, **_effect_there(place, each, tx)} for each in here])
    await tx.insert(TrackingRow, [{**place, **township, **visit} for each in here for visit in _visits_there(place, each)])
    return [_left(each) for each in effects if each["incident_id"] not in going_on]


def _id_there(place: Mapping[str, Any], kept: Mapping[str, Any]) -> UUID:
    return derived_id(place["household_id"], kept["id"])


def _effect_there(place: Mapping[str, Any], kept: Mapping[str, Any], tx: Transaction) -> dict[str, Any]:
    """Its lead and its case are the old county's."""
    effect_id = _id_there(place, kept)
    secrets = tx.vault.seal(kept["secrets"], table="incident_household", row=effect_id) if kept["secrets"] else None
    status = status_elsewhere(EffectStatus(kept["status"]))
    return {**rows.read(EffectRow, EFFECT, kept), "id": effect_id, "status": status, "secrets": secrets}


def _visits_there(place: Mapping[str, Any], kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    effect_id = _id_there(place, kept)
    same = {"effect_id": effect_id, "incident_id": UUID(kept["incident_id"])}
    return [{**rows.read(TrackingRow, VISIT, visit), **same, "id": derived_id(effect_id, f"tracking/{visit['nth']}")} for visit in kept["visits"]]


def _left(kept: Mapping[str, Any]) -> LeftBehind:
    unchecked = kept["status"] == EffectStatus.TO_CHECK
    return LeftBehind(title=kept["title"], hazard=Hazard(kept["hazard"]), unchecked=unchecked, visits=len(kept["visits"]))
