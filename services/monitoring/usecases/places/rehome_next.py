"""Let the next households of villages that have ended follow to the villages that took these over: a slice of the job."""

from services.monitoring.store.places import changes
from services.monitoring.store.register import change_requests, rehoming
from services.monitoring.usecases.register.rehome_households import rehome_households
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId


async def count_to_rehome(tx: Transaction) -> int:
    """Count the households of the actor's county whose village went over whole to another."""
    county = tx.actor.scope.county
    return sum((await rehoming.counts_in(list(await changes.homes_today(county, tx)), county, tx)).values())


async def rehome_next(tx: Transaction, *, at_most: int) -> int:
    """Let the next households of the actor's county follow their village, and in the end what belongs to no household; say how many (R18).

    What has followed is not found again, so whoever resumes goes on. What was asked of them and is not decided yet may still be approved.
    """
    county = tx.actor.scope.county
    homes = await changes.homes_today(county, tx)
    found = await rehoming.next_in(list(homes), county, tx, at_most=at_most) if homes else []
    await rehome_households({HouseholdId(row.id): homes[row.area_code] for row in found}, tx)
    await change_requests.keep_up([row.id for row in found], county, tx)
    if homes and len(found) < at_most:
        await rehoming.move_unregistered(await changes.areas_today(county, tx), county, tx)
    return len(found)
