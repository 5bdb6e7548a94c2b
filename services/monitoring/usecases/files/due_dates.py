"""When periods end that begin now, in many villages at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.monitoring.domain.parameters import Key
from services.monitoring.store import law
from shared.database.transaction import Transaction


async def due_in(villages: Sequence[str], tx: Transaction, *, days: Key, kind: Key | None = None) -> Mapping[str, datetime]:
    """Say when a period ends that begins now, in each village, by what is in force there: two questions, however many villages.

    :raises ParameterMissing: no such period is in force; likewise CalendarMissing.
    """
    if not villages:
        return {}
    periods = {village: parameters.period(days, kind) for village, parameters in (await law.parameters_of(villages, tx)).items()}
    calendars = await law.calendars_of(villages, tx, days=max(period.reach for period in periods.values()))
    return {village: calendars[village].end_of(period, tx.now) for village, period in periods.items()}
