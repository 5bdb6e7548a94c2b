"""The limits that begin with a lead, in one place for whatever opens one."""

from collections.abc import Mapping, Sequence

from services.monitoring.domain.deadlines.limits import LEAD_STEP, LeadLimits, lead_limits, period_of
from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from shared.database.transaction import Transaction


async def lead_limits_in(areas: Sequence[str], tx: Transaction) -> Mapping[str, LeadLimits]:
    """Say which limits begin with a lead that is registered now, in each area, by what is in force there: two questions, however many areas.

    :raises ParameterMissing: no such limit is in force; likewise CalendarMissing.
    """
    if not areas:
        return {}
    rules = await law.parameters_of(areas, tx)
    periods = [period for each in rules.values() for period in (each.period(Key.TOTAL_DAYS, Key.TOTAL_DAY_KIND), period_of(LEAD_STEP, each))]
    calendars = await law.calendars_of(areas, tx, days=max(period.reach for period in periods))
    return {area: lead_limits(rules[area], calendars[area], now=tx.now) for area in areas}
