"""The limits that begin with a lead, in one place for whatever opens one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.monitoring.domain.deadlines.limits import LeadLimits, lead_limits, lead_periods
from services.monitoring.store import law
from shared.database.transaction import Transaction
from shared.kernel.workdays import local_day


async def lead_limits_in(areas: Sequence[str], tx: Transaction, *, heard_at: datetime | None = None) -> Mapping[str, LeadLimits]:
    """Say which limits begin with a lead that is registered now, in each area, by what is in force there: two questions, however many areas.

    :param heard_at: when the trouble was heard of, if that was before: the total limit counts from there.

    :raises ParameterMissing: no such limit is in force; likewise CalendarMissing.
    """
    if not areas:
        return {}
    since = heard_at or tx.now
    rules = await law.parameters_of(areas, tx)
    periods = [period for each in rules.values() for period in lead_periods(each)]
    calendars = await law.calendars_of(areas, tx, days=max(period.reach for period in periods), around=[local_day(since)])
    return {area: lead_limits(rules[area], calendars[area], heard_at=since, now=tx.now) for area in areas}
