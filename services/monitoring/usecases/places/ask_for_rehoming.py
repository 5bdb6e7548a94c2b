"""Ask that the households of villages that have ended follow to the villages that took these over."""

from uuid import UUID

from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.jobs import jobs
from services.monitoring.store.places import changes
from services.monitoring.store.register import rehoming
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTIES

REHOMING = "rehoming"
WHAT = "village_succession"


async def ask_for_rehoming(county: str, tx: Transaction) -> UUID:
    """Ask for the job in one county (R18)."""
    keep_days = (await law.parameters_for(county, tx)).number(Key.FILE_DAYS)
    return (await jobs.ask(REHOMING, WHAT, {"area": county}, tx, keep_days=keep_days)).id


async def ask_for_what_is_due(tx: Transaction) -> UUID | None:
    """Ask for the job where a day has come on which a village ended and nobody has asked yet: the round of the actor's county."""
    county = tx.actor.scope.county
    if county not in COUNTIES:
        return None
    homes = await changes.homes_today(county, tx)
    if not homes or not await rehoming.counts_in(list(homes), county, tx) or await jobs.is_waiting(REHOMING, county, tx):
        return None
    return await ask_for_rehoming(county, tx)
