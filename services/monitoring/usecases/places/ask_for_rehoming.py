"""Ask that the households of villages that have ended follow to the villages that took these over."""

from uuid import UUID

from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.jobs import jobs
from services.monitoring.store.places import changes, left_behind
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
    """Ask for the job where a day has come on which an area ended, something is left in it and nobody has asked yet: the actor's county."""
    county = tx.actor.scope.county
    if county not in COUNTIES:
        return None
    ended = list(await changes.areas_today(county, tx))
    is_left = bool(await rehoming.counts_in(ended, county, tx)) or await left_behind.is_left(ended, county, tx)
    return await ask_for_rehoming(county, tx) if is_left and not await jobs.is_waiting(REHOMING, county, tx) else None
