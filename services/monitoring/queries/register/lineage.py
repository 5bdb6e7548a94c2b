"""A household's file of changes: where it came from and went to, as far as the caller may see."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Row

from services.monitoring.domain.register.lineage import LineageAct
from services.monitoring.store.register import households, lineage
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.ids import HouseholdId


class ActShown(BaseModel):
    """One act. Of a village outside the caller's area nothing is said: the household there has its id only."""

    act: LineageAct
    from_household: UUID
    to_household: UUID | None
    from_village: str | None
    to_village: str | None
    effective_on: date
    reason: str
    document_number: str | None
    decided_by: str
    recorded_at: datetime


class LineageShown(BaseModel):
    """The acts that connect a household with those it came from and went to, and those with theirs, oldest first."""

    household_id: UUID
    items: list[ActShown]


async def show_lineage(household_id: HouseholdId, tx: Transaction) -> LineageShown:
    """Show where a household came from and went to (R38), over as many households as lie between; who looked is left in the audit.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    household = await households.get(household_id, tx)
    await tx.note_read("household", household.county_code, household.id)
    acts = await lineage.kin(household_id, tx)
    return LineageShown(household_id=household_id, items=[_shown(act, tx) for act in acts])


def _shown(act: Row[Any], tx: Transaction) -> ActShown:
    shown = {name: getattr(act, name) for name in ActShown.model_fields if name != "reason"}
    for village in ("from_village", "to_village"):
        shown[village] = shown[village] if shown[village] and is_inside(shown[village], tx.actor.area) else None
    return ActShown(**shown, reason=lineage.reason_of(act, tx))
