"""Put a household into a key group (重点人群)."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.monitoring.domain.care import groups as rules
from services.monitoring.domain.periods import Period, fitting
from services.monitoring.store.care import groups
from services.monitoring.store.register import households
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, new_id
from shared.wire import Day, command

GroupCode = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$", strict=True), Field(examples=["unstable_wages"])]


@command
class PutInGroup:
    """From which day, and how it is known."""

    valid_from: Day
    source: rules.GroupSource = rules.GroupSource.HOME_VISIT


class Grouped(BaseModel):
    id: UUID
    version: int
    status: Literal["in_group", "ended"]


async def put_in_group(household_id: HouseholdId, group_code: str, belonging: PutInGroup, tx: Transaction) -> tuple[Grouped, bool]:
    """Note that a household belongs to a key group from a day on (R38; plan ch.3 s.1); say also whether it is new.

    :raises NotFound: there is no such household here.
    :raises HouseholdGone: it was struck off.
    :raises NoSuchGroup: there is no such group in force there.
    :raises GroupedAlready: it is in the group from another day or source; PeriodsOverlap: it was, on one of the days.
    """
    household = await households.hold(household_id, tx)
    if group_code not in await groups.groups_for(household.area_code, tx):
        raise rules.NoSuchGroup
    before = await groups.periods(household_id, group_code, tx)
    if before and before[-1].valid_to is None:
        if (before[-1].valid_from, before[-1].source) != (belonging.valid_from, belonging.source):
            raise rules.GroupedAlready("body.valid_from")
        return Grouped(id=before[-1].id, version=before[-1].version, status="in_group"), False
    fitting(Period(valid_from=belonging.valid_from), [Period(valid_from=each.valid_from, valid_to=each.valid_to) for each in before])

    row = {
        "county_code": household.county_code,
        "id": new_id(),
        "household_id": household_id,
        "area_code": household.area_code,
        "group_code": group_code,
        "valid_from": belonging.valid_from,
        "source": belonging.source,
        "noted_by": tx.actor.id,
        "noted_at": tx.now,
    }
    await groups.add(row, tx)
    return Grouped(id=row["id"], version=1, status="in_group"), True
