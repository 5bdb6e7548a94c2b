"""Key groups are law; a household belongs to them from a day on, and each group lists its households."""

from typing import Any

import asyncpg
import pytest

from services.monitoring.store.care.groups import groups_for
from shared.database.transaction import Database
from shared.kernel.actors import Actor
from tests.builders.places import STRANGERS
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.platform import rehearsal
from tests.fixtures.tokens import HOME, auditor, county, prefecture, village
from tests.monitoring.lists import listed

VILLAGE = "530923102201"  # 永德: no other tests group households here


async def put(way: Way, household: str, group: str = "low_income", *, by: Actor | None = None, **changes: Any) -> Any:
    body = {"valid_from": "2021-09-01", "source": "home_visit", **changes}
    return await way.call(by or way.officials.village).put(f"/v1/households/{household}/groups/{group}", body)


async def end(way: Way, household: str, group: str, on: str, *, seen: int = 1) -> Any:
    return await way.call(way.officials.village).post(f"/v1/households/{household}/groups/{group}/end", {"on": on}, seen=seen)


async def shown(way: Way, household: str, **query: str) -> list[tuple[str, str]]:
    items = done(await way.call(county()).get(f"/v1/households/{household}/groups", **query))["items"]
    return [(each["group"], each["title"]) for each in items]


async def test_the_groups_in_force_are_told_with_their_documents(way: Way) -> None:
    items = done(await way.call(auditor()).get("/v1/key-groups"))["items"]

    assert len(items) == 16
    assert {each["code"]: each["document_number"] for each in items}["lifted_out"] == "临乡振发〔2022〕37号"


async def test_a_group_of_an_area_holds_there_from_its_day_and_overwrites_the_wider_one(
    way: Way, admin: asyncpg.Connection, monitoring: Database
) -> None:
    new = "INSERT INTO key_group VALUES ($1, uuidv7(), $1, 'low_income', $2, $3::text::date, '县发〔2021〕1号')"
    try:
        await admin.execute(new, "530923", "本县低收入户", "2021-09-22")
        await admin.execute(new, "530923", "将来的名称", "2021-09-23")
        async with rehearsal(monitoring, village("v", VILLAGE)) as tx:
            there = (await groups_for(VILLAGE, tx))["low_income"].title
            here = (await groups_for(HOME, tx))["low_income"].title
    finally:
        await admin.execute("DELETE FROM key_group WHERE county_code = '530923'")

    assert (there, here) == ("本县低收入户", "农村低收入户")


async def test_a_household_is_in_its_groups_on_the_days_that_are_theirs(way: Way) -> None:
    household = await way.household()
    done(await put(way, household, "low_income", valid_from="2021-01-01"))
    done(await put(way, household, "disabled", valid_from="2021-06-01", source="department"))
    done(await end(way, household, "low_income", "2021-08-01"))

    found = [[group for group, _ in await shown(way, household, on=on)] for on in ("2020-12-31", "2021-01-01", "2021-07-31", "2021-08-01")]

    assert found == [[], ["low_income"], ["disabled", "low_income"], ["disabled"]]
    assert await shown(way, household) == [("disabled", "残疾人家庭（含新增、重度）")]
    done(await put(way, household, "low_income", valid_from="2021-08-01"))
    assert len(await shown(way, household)) == 2


async def test_the_same_again_is_the_same_and_another_day_is_refused(way: Way) -> None:
    household = await way.household()

    first, again, other = await put(way, household), await put(way, household), await put(way, household, valid_from="2021-08-01")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert refused(other) == (409, "GroupedAlready", ["body.valid_from"])


async def test_what_cannot_be_is_refused(way: Way, admin: asyncpg.Connection) -> None:
    household, gone = await way.household(), await way.household()
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", gone)
    done(await put(way, household))

    assert refused(await put(way, household, "no_such_group"))[:2] == (404, "NoSuchGroup")
    assert refused(await put(way, gone))[:2] == (409, "HouseholdGone")
    assert refused(await end(way, household, "disabled", "2021-10-01"))[:2] == (404, "NotFound")
    assert refused(await end(way, household, "low_income", "2021-08-31")) == (422, "PeriodReversed", ["body.on"])
    assert refused(await end(way, household, "low_income", "2021-10-01", seen=4)) == (412, "Stale", ["header.if-match"])
    done(await end(way, household, "low_income", "2021-10-01"))
    assert refused(await put(way, household, valid_from="2021-09-15"))[:2] == (409, "PeriodsOverlap")
    assert refused(await way.call(county()).get("/v1/key-groups/no_such_group/households"))[:2] == (404, "NoSuchGroup")


async def test_a_group_lists_its_households_page_by_page_in_one_s_area(way: Way) -> None:
    there = Way(way.call, way.now, Officials.of(VILLAGE))
    ids = [await there.household(members=1) for _ in range(5)]
    for household in ids:
        done(await put(there, household, "hidden_debt"))
    done(await end(there, ids[0], "hidden_debt", "2021-09-10"))

    path = "/v1/key-groups/hidden_debt/households"
    found = await listed(way.call(prefecture()), path, size=2, area=VILLAGE[:6])

    assert [each["id"] for each in found] == ids[1:]
    assert {(each["area"], each["since"], each["head"][1:]) for each in found} == {(VILLAGE, "2021-09-01", "**")}
    assert [each["id"] for each in await listed(way.call(village("v", VILLAGE)), path)] == ids[1:]
    for stranger in STRANGERS:
        assert await listed(way.call(stranger), path, area=VILLAGE) == []


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_a_household_of_another_area_is_not_grouped_nor_are_its_groups_seen(stranger: Actor, way: Way) -> None:
    household = await way.household()

    assert refused(await put(way, household, by=stranger))[:2] == (404, "NotFound")
    assert refused(await way.call(stranger).get(f"/v1/households/{household}/groups"))[:2] == (404, "NotFound")


async def test_the_audit_does_not_say_which_group_for_it_may_be_health(way: Way, admin: asyncpg.Connection) -> None:
    grouped = done(await put(way, await way.household(), "serious_illness"))

    (trace,) = await admin.fetch("SELECT after, actor FROM audit WHERE relation = 'household_group' AND after ->> 'id' = $1", grouped["id"])

    assert "serious_illness" not in trace["after"]
    assert trace["actor"] == way.officials.village.id
