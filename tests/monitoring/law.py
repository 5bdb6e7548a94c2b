"""The law in force in the home village, read as the service reads it."""

from services.monitoring.domain.measures import Measure
from services.monitoring.store import law
from shared.database.transaction import Database
from shared.kernel.workdays import Calendar
from tests.fixtures.platform import rehearsal
from tests.fixtures.tokens import HOME, village


async def law_of_the_tests(database: Database) -> tuple[list[Measure], Calendar]:
    async with rehearsal(database, village()) as tx:
        return await law.measures_for(HOME, tx), await law.calendar_for(HOME, tx, days=80)
