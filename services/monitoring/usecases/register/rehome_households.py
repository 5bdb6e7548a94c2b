"""Give households other villages, and let other services hear of it."""

from collections.abc import Mapping

from services.monitoring.publications import present_flags
from services.monitoring.store.flags import flags
from services.monitoring.store.register.rehoming import rehome
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.ids import HouseholdId


async def rehome_households(homes: Mapping[HouseholdId, str], tx: Transaction) -> None:
    """Let all that belongs to households follow them to other villages of their county; their flags are announced, so that tasks follow too (R18).

    :param homes: household -> its new village, all of one county.
    """
    if not homes:
        return
    await rehome(homes, tx)
    county_code = county_of(next(iter(homes.values())))
    tx.publish(*await present_flags(await flags.ids_of(list(homes), county_code, tx), county_code, tx))
