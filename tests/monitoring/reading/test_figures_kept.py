"""Figures are kept by what happens, and are what a count from scratch gives."""

import asyncpg

from tests.builders.story import Way, done
from tests.fixtures.clock import SetClock
from tests.monitoring.reading.conftest import Fold, Wrong


async def test_a_way_from_registration_to_withdrawal_leaves_the_figures_that_a_count_gives(
    way: Way, fold: Fold, wrong: Wrong, set_clock: SetClock, admin: asyncpg.Connection
) -> None:
    await wrong()
    case_id = await way.case("06")
    assert await wrong() == 0
    later, flag_id = await way.flagged(case_id, set_clock)
    assert await wrong() == 0
    await fold()
    assert await wrong() == 0
    done(await later.withdrawal(flag_id))
    assert await wrong() == 0
    await fold()
    assert await admin.fetchval("SELECT count(*) FROM figure_change") == 0
    assert await wrong() == 0
