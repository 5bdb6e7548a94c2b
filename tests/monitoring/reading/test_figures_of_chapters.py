"""Figures stay what a count gives through disasters, the green channel, decisions in bulk, alarms and data quality."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.database.transaction import Database
from tests.builders.families import a_striking_off
from tests.builders.story import done
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import count_of
from tests.monitoring.decisions.conftest import Bulk, approvals, reviewed
from tests.monitoring.files.conftest import Files
from tests.monitoring.incidents.conftest import COUNTY, Incidents
from tests.monitoring.quality.conftest import HOUSE, Quality
from tests.monitoring.reading import test_figures_kept as figures_kept
from tests.monitoring.reading.conftest import Fold, Wrong
from tests.monitoring.regional.conftest import Round, Work
from tests.monitoring.regional.test_leads_and_counts import led
from tests.monitoring.register.test_nobody_is_lost import Model


@dataclass
class LaterLife(figures_kept.Life):
    """A life in which disasters happen too, and many cases are decided as one job."""

    incidents: Incidents = None  # type: ignore[assignment]
    bulk: Bulk = None  # type: ignore[assignment]
    set_clock: SetClock = None  # type: ignore[assignment]

    async def hit(self) -> tuple[str, str]:
        household, incident = await self.incidents.household(), await self.incidents.opened()
        await self.incidents.hit(incident, household)
        return incident, household

    async def helped(self) -> dict[str, Any]:
        """Help a household first: it is flagged before its procedure."""
        incident, household = await self.hit()
        return (await self.incidents.helped(incident, household))[household]

    async def not_confirmed(self) -> None:
        case_id = (await self.helped())["case_id"]
        done(await self.incidents.way.appraisal(case_id, in_favour=1))

    async def taken_back(self) -> None:
        done(await self.incidents.way.withdrawal((await self.helped())["flag_id"]))

    async def risk_added(self) -> None:
        """Help one first that is monitored already, by another disaster."""
        incident, household = await self.hit()
        await self.incidents.helped(incident, household)
        await self.incidents.hit(again := await self.incidents.opened(hazard="earthquake"), household)
        await self.incidents.helped(again, household)

    async def dropped(self) -> None:
        _, household = await self.hit()
        await self._struck_off(household)

    async def helped_and_dropped(self) -> None:
        incident, household = await self.hit()
        await self.incidents.helped(incident, household)
        await self._struck_off(household)

    async def visited(self) -> None:
        _, household = await self.hit()
        (visit, *_) = await self.incidents.trackings(household)
        done(await self.incidents.visit(visit, "worse", note="房屋未修复"))

    async def decided(self) -> None:
        """Have many cases approved and others refused as one job, and go on at the same hour as before."""
        for number, agrees in ((2, True), (1, False)):
            _, cases = await reviewed(self.way, self.set_clock, number)
            job = await self.bulk.asked(approvals(cases, agrees=agrees))
            assert job["updated"] == number
            await self.set_clock(self.way.now)

    async def _struck_off(self, household: str) -> None:
        caller = self.way.call(COUNTY)
        seen = done(await caller.get(f"/v1/households/{household}"))["version"]
        done(await caller.post(f"/v1/households/{household}/strike-off", a_striking_off(), seen=seen))


LATER: Mapping[str, Any] = {
    name: getattr(LaterLife, name)
    for name in ("hit", "helped", "not_confirmed", "taken_back", "risk_added", "dropped", "helped_and_dropped", "visited", "decided")
}
ACTS: Mapping[str, Any] = {**figures_kept.ACTS, **LATER}


@pytest.fixture
def life(way: Any, files: Files, monitoring_worker: Database, fold: Fold, incidents: Incidents, bulk: Bulk, set_clock: SetClock) -> LaterLife:
    register = Model(way, files.runner, Random(11))
    return LaterLife(way, files, register, monitoring_worker, fold, incidents=incidents, bulk=bulk, set_clock=set_clock)


@given(st.lists(st.sampled_from(sorted(LATER) * 2 + sorted(figures_kept.ACTS)), min_size=4, max_size=10))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_happens_what_is_kept_is_what_a_count_gives(life: LaterLife, wrong: Wrong, acts: list[str]) -> None:
    life.cases.clear()
    life.register.homes.clear()
    life.register.places.clear()
    await wrong()
    await life.registered()

    for act in acts:
        await ACTS[act](life)

    assert await wrong() == 0
    await life.settled()
    await life.folded()
    assert await wrong() == 0


@pytest.mark.parametrize("act", sorted(LATER))
async def test_each_act_alone_leaves_right_figures(life: LaterLife, wrong: Wrong, act: str) -> None:
    await wrong()

    await LATER[act](life)

    assert await wrong() == 0


async def test_what_is_helped_first_counts_as_monitored_until_it_is_not_confirmed(life: LaterLife, fold: Fold, admin: asyncpg.Connection) -> None:
    monitored = "SELECT coalesce(sum(value), 0) FROM area_figure WHERE area_code = $1 AND topic = 'household' AND key LIKE '%/monitored/%'"
    over = "SELECT coalesce(sum(value), 0) FROM area_figure WHERE area_code = $1 AND topic = 'flag_over' AND key = 'withdrawn'"
    await fold()
    before, ended = await count_of(admin, monitored, COUNTY.area), await count_of(admin, over, COUNTY.area)

    case_id = (await life.helped())["case_id"]
    await fold()
    assert await count_of(admin, monitored, COUNTY.area) == before + 1
    done(await life.incidents.way.appraisal(case_id, in_favour=1))
    await fold()
    assert (await count_of(admin, monitored, COUNTY.area), await count_of(admin, over, COUNTY.area)) == (before, ended + 1)


async def test_leads_that_alarms_open_are_counted(here: Any, call: Call, check: Round, work: Work, wrong: Wrong, admin: asyncpg.Connection) -> None:
    await wrong()

    assert await led(here, call, check, work, admin)

    assert await wrong() == 0


async def test_leads_that_findings_open_are_counted(quality: Quality, wrong: Wrong) -> None:
    household = await quality.household(house_problem=True)
    await wrong()

    await quality.check(HOUSE)

    assert (await quality.found(household, HOUSE))["lead_id"]
    assert await wrong() == 0
