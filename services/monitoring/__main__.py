"""How monitoring is started: `python -m services.monitoring {api|worker|migrate|announce|dead-letters|restored|calendar|import}`."""

import asyncio
from collections.abc import Sequence

from services.monitoring.app import DESK, SERVICE, load_years
from shared.service.commands import service_commands
from shared.service.jobs.command import add_import_command
from shared.service.settings import ServiceSettings
from shared.service.start import read_settings

KNOWN_YEARS = range(2020, 2027)
"""What `migrate` loads; every later year is announced in the autumn before and loaded by `calendar`."""


def load(settings: ServiceSettings, years: Sequence[int] = KNOWN_YEARS) -> int:
    async def run() -> int:
        database = SERVICE.worker_database(settings)
        try:
            return await load_years(years, database)
        finally:
            await database.close()

    return asyncio.run(run())


commands = service_commands(SERVICE, seed=lambda settings: print(f"work calendar: {load(settings)} new days"))


add_import_command(commands, SERVICE, DESK)


@commands.command()
def calendar(years: list[int]) -> None:
    """Load the working days of years, 调休 included, as announced by the State Council."""
    print(f"{load(read_settings(SERVICE.settings), years)} new days")


if __name__ == "__main__":
    commands()
