"""Ask that regions be checked now, or counted anew: jobs."""

from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.jobs import jobs
from services.monitoring.usecases.law.published import require_own_area
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTY
from shared.kernel.errors import Invalid
from shared.kernel.jobs import Job
from shared.wire import AreaCode, command


@command
class CheckRegions:
    """A county, or the prefecture with all of its counties."""

    area: AreaCode


class WholeCountiesOnly(Invalid):
    sentence = "区域预警以县为单位核算，请填写县或州市。"
    english = "Regions are counted by county: name a county or the prefecture."


async def ask_for_check(kind: str, asked: CheckRegions, tx: Transaction) -> Job:
    """Ask for a check or a recount (R40, plan ch.3 s.1), to be done in the caller's name.

    :raises NotYourArea: the area is not the caller's.
    :raises WholeCountiesOnly: it is smaller than a county.
    """
    require_own_area(asked.area, tx, field="body.area")
    if len(asked.area) > COUNTY:
        raise WholeCountiesOnly("body.area")
    days = (await law.parameters_for(tx.actor.area, tx)).number(Key.FILE_DAYS)
    return await jobs.ask(kind, "regional_alarms", {"area": asked.area}, tx, keep_days=days)
