"""Load the working days of a year (工作日历), as the State Council announced them."""

from collections.abc import Sequence
from datetime import date, timedelta

import chinese_calendar

from services.monitoring.store import law
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG
from shared.kernel.errors import Conflict


class CalendarUnknown(Conflict):
    sentence = "该年度的放假安排尚未公布或本版本尚未收录，请升级 chinesecalendar 后再载入。"
    english = "The holidays of that year are not announced, or not in this release of chinesecalendar: upgrade it."


async def load_calendar(years: Sequence[int], tx: Transaction) -> int:
    """Load years for the whole prefecture; a year loaded before stays as it is. Say how many days are new.

    :raises CalendarUnknown: a year is not announced yet.
    """
    rows = [row for year in years for row in _days(year)]
    return await law.add_workdays(rows, tx)


def _days(year: int) -> list[dict[str, object]]:
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    try:
        return [
            {"area_code": LINCANG, "day": day, "is_workday": chinese_calendar.is_workday(day), "source": "国务院办公厅节假日安排"} for day in days
        ]
    except NotImplementedError as error:
        raise CalendarUnknown(detail=str(year)) from error
