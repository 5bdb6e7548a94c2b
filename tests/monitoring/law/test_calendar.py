"""The working days of a year come as they were announced; one that is not announced is refused by name, and nothing of its neighbours is kept."""

import asyncpg
import pytest

from services.monitoring.usecases.law.load_calendar import CalendarUnknown, load_calendar
from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from shared.kernel.areas import LINCANG
from tests.fixtures.platform import count_of


async def test_a_year_that_is_not_announced_yet_is_refused_and_nothing_is_kept(monitoring_worker: Database, admin: asyncpg.Connection) -> None:
    with pytest.raises(CalendarUnknown) as refused:
        async with monitoring_worker.transaction(service_actor("monitoring", LINCANG)) as tx:
            await load_calendar([2019, 2099], tx)

    assert refused.value.detail == "2099"
    assert await count_of(admin, "SELECT count(*) FROM work_calendar WHERE day < '2020-01-01' OR day >= '2099-01-01'") == 0


async def test_a_year_that_was_loaded_before_stays_as_it_is(monitoring_worker: Database) -> None:
    async with monitoring_worker.transaction(service_actor("monitoring", LINCANG)) as tx:
        assert await load_calendar([2021], tx) == 0
