"""Look whether areas call for an alarm: open, keep and clear (区域性、规模性返贫监测)."""

from datetime import datetime

from services.monitoring.domain.regional.detection import monday, window_on
from services.monitoring.store import law
from services.monitoring.store.regional import counts, detecting, occurrences
from services.monitoring.usecases.regional.count_occurrences import count_some
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTIES
from shared.kernel.jobs import Job, Taken
from shared.kernel.sheets import Outcome
from shared.kernel.workdays import Calendar, DayKind, Period, local_day

CHECK, RECOUNT = "regional_check", "regional_recount"


async def check_county(tx: Transaction) -> int:
    """Check the actor's county under the rules in force (R40, R53, R55, R166; plan ch.3 s.3, ch.12); say how many alarms are new.

    The same day again changes nothing that has not changed itself.
    """
    county, today = tx.actor.scope.county, local_day(tx.now)
    if county not in COUNTIES:
        return 0
    await occurrences.hold_county(county, tx)
    await detecting.look_again(county, today, monday(today), tx)
    since = await counts.counted_since(county, tx)
    opened = 0
    for row in await law.regional_rules_for(county, today, tx):
        rule = law.as_rule(row)
        places = await detecting.areas_on_list(rule, county, today, tx)
        window = window_on(rule, today, counted_since=since)
        opened += await detecting.open_called(rule, row.id, window, county, tx, places=places, due_at=_due(tx.now, rule.answer_days))
    await detecting.add_households(county, tx)
    return opened


async def check_duty(tx: Transaction) -> None:
    """Check the actor's county."""
    await check_county(tx)


async def size_of_check(_: Job, tx: Transaction) -> int:
    """A county is looked at as a whole."""
    return 1


async def check_slice(_: Job, tx: Transaction, number: int) -> Taken:
    """Count the next of what waits; when nothing waits, check."""
    if await count_some(tx):
        return Taken(counts={}, more=True)
    return Taken(counts={Outcome.CREATED: await check_county(tx)}, more=False)


async def recount_slice(_: Job, tx: Transaction, number: int) -> Taken:
    """Count a county anew, from all its occurrences."""
    county = tx.actor.scope.county
    await occurrences.hold_county(county, tx)
    return Taken(counts={Outcome.UPDATED: await counts.count_all(county, tx)}, more=False)


def _due(now: datetime, days: int) -> datetime:
    """An answer is due after calendar days that do not roll."""
    return Calendar({}).end_of(Period(days=days, kind=DayKind.CALENDAR, rolls=False), now)
