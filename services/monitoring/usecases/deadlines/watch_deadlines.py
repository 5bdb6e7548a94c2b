"""Watch the limits of a county: what the worker does every minute (the time-limit list of R163; R43).

A county's round speaks to village, township and county, the prefecture's round to the prefecture: each lies in the area of whoever works, for
nobody writes above it. Likewise what is done is taken back here and not in the act: who acts in a village does not see what the county was told.
"""

from services.monitoring.domain.deadlines.limits import Level, Subject
from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from services.monitoring.store.deadlines import raising
from services.monitoring.store.deadlines.raising import Patience
from services.monitoring.usecases.deadlines.end_pauses import end_pauses_that_ran_out
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTY
from shared.kernel.workdays import ONE_DAY, end_of_day, local_day

_BELOW = (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)
_ABOVE = (Level.PREFECTURE,)


async def watch_deadlines(tx: Transaction) -> int:
    """Say what is due and what is late, once to each level, by business time; take back what is done. Say how much was said.

    Safe to do again at any time and by many at once.
    """
    levels = _BELOW if len(tx.actor.area) == COUNTY else _ABOVE
    if levels is _BELOW:
        await end_pauses_that_ran_out(tx)
    patience = await _patience(tx)
    said = 0
    for kind in Subject:
        await raising.take_back_what_is_over(kind, levels, tx)
        said += await raising.say_what_is_due(kind, patience, levels, tx)
    return said


async def _patience(tx: Transaction) -> list[Patience]:
    """Read how long before, and after how many days, in every area that has a rule of its own.

    :raises ParameterMissing: there is none at all.
    """
    today = local_day(tx.now)
    rules = await law.parameters_within([Key.WARNING_DAYS, Key.ESCALATION_DAYS], tx)
    return [
        Patience(
            area=area,
            warn_before=end_of_day(today + each.number(Key.WARNING_DAYS) * ONE_DAY),
            step_days=each.number(Key.ESCALATION_DAYS),
        )
        for area, each in rules.items()
    ]
