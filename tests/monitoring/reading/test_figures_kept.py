"""Figures are kept by what happens, and are what a count from scratch gives: after any acts, with any number who fold, whoever dies of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.monitoring.store.reading import area_figures
from services.monitoring.usecases.income.settle_standings import settle_waiting
from services.monitoring.usecases.reading.fold_figures import fold_waiting
from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from tests.builders.areas import a_change, a_new_village
from tests.builders.families import a_registered, a_transfer
from tests.builders.files import some_rows
from tests.builders.leads import a_person_lead
from tests.builders.people import proof
from tests.builders.places import NEXT_VILLAGE
from tests.builders.story import Way, done, refused
from tests.fixtures.tokens import HOME, county, prefecture, township, village
from tests.monitoring.files.conftest import Files
from tests.monitoring.reading.conftest import Fold, Wrong
from tests.monitoring.register.test_nobody_is_lost import Model

HOME_COUNTY = HOME[:6]
_WAITING = "SELECT count(*) FROM figure_change WHERE county_code = $1"
_FIGURES = "SELECT area_code, topic, period, key, value, own FROM area_figure WHERE value <> 0 OR own <> 0 ORDER BY 1, 2, 3, 4"

Act = Callable[["Life"], Awaitable[None]]


@dataclass
class Life:
    """A village in which things happen; `cases` by the step that they wait for."""

    way: Way
    files: Files
    register: Model
    worker: Database
    fold: Fold
    cases: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)

    async def registered(self) -> None:
        family = await a_registered(self.way, "head", "son", "mother")
        self.register.homes[family.id], self.register.places[family.id] = list(family.people), HOME

    async def changed(self) -> None:
        await self.register.act()

    async def moved(self) -> None:
        """Let a whole household move to the next village, with a case under way or without."""
        household = await self.way.household()
        seen = done(await self.way.call(county()).get(f"/v1/households/{household}"))["version"]
        done(await self.way.call(county()).post(f"/v1/households/{household}/transfer", a_transfer(NEXT_VILLAGE), seen=seen))

    async def imported(self) -> None:
        await self.files.sent(village(), some_rows(households=3, members=2, village=HOME))

    async def lead(self) -> None:
        lead = await self.way.lead(await self.way.household())
        body = {"waiting_on": "household", "reason": "外出务工", "evidence": proof("通话记录")}
        done(await self.way.call(village()).post(f"/v1/leads/{lead['id']}/pause", body, seen=1))

    async def dispatched(self) -> None:
        lead = done(await self.way.call(county()).post("/v1/leads", a_person_lead(area=HOME_COUNTY)))
        done(await self.way.call(county()).post(f"/v1/leads/{lead['id']}/dispatch", {"area": HOME[:9], "note": "请核实"}, seen=1))
        done(await self.way.call(township()).post(f"/v1/leads/{lead['id']}/referral-back", {"reason": "地址不符"}, seen=2))

    async def dismissed(self) -> None:
        lead = await self.way.lead(await self.way.household())
        done(await self.way.verification(lead, outcome="dismissed", reason="经查不属实"))

    async def case(self) -> None:
        self.cases[await self.way.case("06")] = "opened"

    async def stepped(self) -> None:
        """Take each case that can go on without waiting one step."""
        for case_id, status in list(self.cases.items()):
            if status == "opened":
                done(await self.way.appraisal(case_id))
                self.cases[case_id] = "appraised"
            elif status == "appraised":
                done(await self.way.notice(case_id))
                self.cases[case_id] = "on_notice"

    async def lost(self) -> None:
        case_id = await self.way.case("06")
        done(await self.way.appraisal(case_id, in_favour=2))

    async def settled(self) -> None:
        async with self.worker.transaction(service_actor("monitoring", HOME_COUNTY)) as tx:
            await settle_waiting(tx)

    async def folded(self) -> None:
        await self.fold()


ACTS: Mapping[str, Act] = {
    name: getattr(Life, name)
    for name in ("registered", "changed", "moved", "imported", "lead", "dispatched", "dismissed", "case", "stepped", "lost", "settled", "folded")
}


@pytest.fixture
def life(way: Way, files: Files, monitoring_worker: Database, fold: Fold) -> Life:
    return Life(way, files, Model(way, files.runner, Random(7)), monitoring_worker, fold)


@given(st.lists(st.sampled_from(sorted(ACTS)), min_size=4, max_size=14))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_happens_what_is_kept_is_what_a_count_gives(life: Life, wrong: Wrong, acts: list[str]) -> None:
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


@pytest.mark.parametrize("act", sorted(ACTS))
async def test_each_act_alone_leaves_right_figures(life: Life, wrong: Wrong, act: str) -> None:
    await life.registered()
    await life.case()
    await wrong()

    await ACTS[act](life)

    assert await wrong() == 0


async def test_a_way_from_registration_to_withdrawal_leaves_the_figures_that_a_count_gives(
    way: Way, fold: Fold, wrong: Wrong, set_clock: Any, admin: asyncpg.Connection
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


async def test_a_village_that_goes_over_takes_its_figures_along(way: Way, files: Files, wrong: Wrong, fold: Fold, admin: asyncpg.Connection) -> None:
    old = a_new_village(HOME[:9])
    names = {row["code"]: row["name"] for row in done(await way.call(prefecture()).get("/v1/areas", inside=HOME[:9], on="2021-01-01"))["items"]}
    change = a_change("split", [NEXT_VILLAGE], {NEXT_VILLAGE: names[NEXT_VILLAGE], old: "新设村"}, effective_from="2021-01-01")
    done(await way.call(prefecture()).post("/v1/area-changes", change))
    theirs = Way(way.call, way.now, type(way.officials).of(old))
    await theirs.case("06")
    await theirs.lead(await theirs.household())
    await wrong()
    whole = await of_area(admin, HOME[:9], fold)

    done(await way.call(prefecture()).post("/v1/area-changes", a_change("merge", [old], {NEXT_VILLAGE: names[NEXT_VILLAGE]})))
    await files.work()

    assert await wrong() == 0
    assert await of_area(admin, old, fold) == {}
    assert await of_area(admin, HOME[:9], fold) == whole, "of the township nothing has changed"


async def of_area(admin: asyncpg.Connection, area: str, fold: Fold) -> dict[tuple[str, ...], int]:
    await fold()
    rows = await admin.fetch("SELECT topic, period, key, value FROM area_figure WHERE area_code = $1 AND value <> 0", area)
    return {(row["topic"], row["period"], row["key"]): row["value"] for row in rows}


async def test_two_who_fold_at_once_add_each_change_once(
    way: Way, monitoring_worker: Database, wrong: Wrong, fold: Fold, admin: asyncpg.Connection
) -> None:
    await wrong()
    await fold()
    for _ in range(3):
        await way.case("06")
    expected = await admin.fetchval(_WAITING, HOME_COUNTY)

    async def some() -> int:
        taken = 0
        for _ in range(20):
            async with monitoring_worker.transaction(service_actor("monitoring", HOME_COUNTY)) as tx:
                taken += await area_figures.fold(HOME_COUNTY, tx, at_most=3)
        return taken

    folded = await asyncio.gather(some(), some(), some())

    assert sum(folded) == expected
    assert sum(folded) > 20
    assert await admin.fetchval(_WAITING, HOME_COUNTY) == 0
    assert await wrong() == 0


async def test_one_who_dies_while_folding_has_folded_nothing(
    way: Way, monitoring_worker: Database, wrong: Wrong, fold: Fold, admin: asyncpg.Connection
) -> None:
    await wrong()
    await fold()
    await way.case("06")
    before, waiting = await admin.fetch(_FIGURES), await admin.fetchval(_WAITING, HOME_COUNTY)

    async def dies() -> None:
        async with monitoring_worker.transaction(service_actor("monitoring", HOME_COUNTY)) as tx:
            assert await area_figures.fold(HOME_COUNTY, tx, at_most=5) == 5
            raise OSError("the folder is gone")

    with pytest.raises(OSError, match="gone"):
        await dies()

    assert (await admin.fetch(_FIGURES), await admin.fetchval(_WAITING, HOME_COUNTY)) == (before, waiting)
    async with monitoring_worker.transaction(service_actor("monitoring", HOME_COUNTY)) as tx:
        assert await fold_waiting(tx) == waiting
    assert await wrong() == 0


async def test_a_count_from_scratch_mends_what_is_wrong_beside_people_who_go_on(
    way: Way, files: Files, wrong: Wrong, fold: Fold, admin: asyncpg.Connection
) -> None:
    await way.household()
    await wrong()
    await fold()
    before = await admin.fetch(_FIGURES)
    assert before
    await admin.execute("DELETE FROM area_figure WHERE county_code = $1", HOME_COUNTY)

    asked = done(await way.call(county()).post("/v1/figure-recounts", {"area": HOME_COUNTY}))
    await asyncio.gather(files.work(), *(way.case("06") for _ in range(3)))
    job = await files.job(county(), asked["id"])

    assert (job["state"], job["kind"]) == ("done", "figure_recount")
    assert job["updated"] > 0
    assert await wrong() == 0
    await fold()
    again = done(await way.call(county()).post("/v1/figure-recounts", {"area": HOME_COUNTY}))
    await files.work()
    assert (await files.job(county(), again["id"]))["updated"] == 0
    assert refused(await way.call(county()).post("/v1/figure-recounts", {"area": "5309"})) == (403, "AreaNotYours", ["body.area"])


async def test_two_counts_at_once_correct_what_is_wrong_once(
    way: Way, fold: Fold, wrong: Wrong, monitoring_worker: Database, admin: asyncpg.Connection
) -> None:
    await way.household()
    await fold()
    await wrong()
    await admin.execute(
        "INSERT INTO figure_change (county_code, area_code, topic, key, period, value) VALUES ($1, $2, 'household', 'x', '', 7)", HOME_COUNTY, HOME
    )
    await fold()
    actor = service_actor("monitoring", HOME_COUNTY)

    async def count() -> int:
        async with monitoring_worker.transaction(actor) as tx:
            return await area_figures.recount(HOME_COUNTY, tx)

    async with monitoring_worker.transaction(actor) as tx:
        first = await area_figures.recount(HOME_COUNTY, tx)
        second = asyncio.create_task(count())
        await asyncio.wait([second], timeout=0.5)

    assert (first, await second) == (1, 0)
    await fold()
    assert await wrong() == 0


async def test_nobody_folds_or_counts_outside_the_own_county(monitoring_worker: Database, way: Way) -> None:
    await way.case("06")

    async with monitoring_worker.transaction(service_actor("monitoring", "530921")) as tx:
        assert await area_figures.fold(HOME_COUNTY, tx, at_most=5) == 0
        assert await area_figures.recount(HOME_COUNTY, tx) == 0
