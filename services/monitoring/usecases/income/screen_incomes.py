"""Screen an area for households whose income lies below the line in force (定期排查)."""

from services.monitoring.usecases.income.apply_line import SCREENING, ask_to_apply
from services.monitoring.usecases.law.published import require_own_area
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job
from shared.wire import AreaCode, command


@command
class ScreenIncomes:
    """The area that is screened."""

    area: AreaCode


async def screen_incomes(screening: ScreenIncomes, tx: Transaction) -> Job:
    """Ask for a lead on each household of an area below the line, wherever it came from, that nobody is looking at yet (R38; plan ch.3 s.1).

    :raises NotYourArea: the area is not the caller's.
    """
    require_own_area(screening.area, tx, field="body.area")
    return await ask_to_apply(SCREENING, screening.area, tx)
