"""What moves with a household to another county: its people, as they are sealed, their forms and its own, what it lives on, its key groups, what
it was monitored as, and what disasters did to it.

A person keeps the id, to which the ciphertexts are bound; the household has another one there. In the old county the rows stay as they were until
that day. Who looked after it does so no more.
"""

from typing import Any

from sqlalchemy import Row

from services.monitoring.store.register.belongings import file, harm, means, people
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.ids import HouseholdId


async def packed(household: Row[Any], tx: Transaction) -> dict[str, Any]:
    """Take up all that moves with a household, to be sealed."""
    return {
        "kind": household.kind,
        "due_at": household.due_at.isoformat(),
        "people": await people.packed(household, tx),
        **await means.packed(household, tx),
        **await file.packed(household, tx),
        **await harm.packed(household, tx),
    }


async def unpack(household_id: HouseholdId, village: str, content: dict[str, Any], tx: Transaction) -> bool:
    """Set down all that moved with a household that is open there; false if somebody else is registered as one of its people."""
    place = {"county_code": county_of(village), "area_code": village, "household_id": household_id}
    if not await people.unpack(place, content["people"], tx):
        return False
    await means.unpack(place, content, tx)
    await file.unpack(place, content, tx)
    return True
