"""Finding and reading households: inside one's area, masked, and never unseen."""

from datetime import datetime
from typing import Any

import asyncpg
import pytest

from tests.builders.people import a_household, a_member
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY, STRANGERS
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.callers import Call
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import HOME, auditor, citizen, county, prefecture, village
from tests.monitoring.lists import listed

READS = "SELECT actor, relation FROM audit WHERE act = 'READ' AND (after ->> 'id')::uuid = $1 ORDER BY id"


async def registered(call: Call, place: str = HOME, **changes: Any) -> tuple[str, dict[str, Any]]:
    household = a_household(village=place, **changes)
    return done(await call(village(place, place)).post("/v1/households", household))["id"], household


async def test_a_household_is_shown_with_its_figures_and_without_its_people_in_full(call: Call, september: datetime) -> None:
    household_id, household = await registered(call)

    answer = await call(county()).get(f"/v1/households/{household_id}")

    shown = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert (shown["area"], shown["kind"], shown["status"], shown["due_at"]) == (HOME, "lifted_out", "normal", "2021-10-22T16:00:00Z")
    assert (shown["income"]["people"], shown["income"]["wage_income"], shown["income"]["property_income"]) == (4, "8000.00", "0.00")
    assert (shown["income"]["net_per_head"], shown["income"]["reference_per_head"]) == ("3925.00", "3925.00")
    assert (shown["income"]["line"], shown["income"]["below_line"]) == ("6000.00", True)
    assert sorted(member["relation"] for member in shown["members"]) == ["head", "other", "other", "other"]
    for member in household["members"]:
        masked = f"{member['id_number'][:6]}********{member['id_number'][14:16]}**"
        assert masked in [each["id_number"] for each in shown["members"]]
        assert f"{member['phone'][:3]}****{member['phone'][7:]}" in [each["phone"] for each in shown["members"]]
        assert f"{member['name'][0]}**" in [each["name"] for each in shown["members"]]


async def test_without_a_line_of_the_year_no_household_lies_below_it(call: Call, set_clock: SetClock) -> None:
    await set_clock(datetime.fromisoformat("2021-09-22T09:00:00+08:00"))
    household_id, _ = await registered(call)

    await set_clock(datetime.fromisoformat("2027-01-05T09:00:00+08:00"))

    income = done(await call(county()).get(f"/v1/households/{household_id}"))["income"]
    assert (income["line"], income["below_line"], income["reference_per_head"]) == (None, None, "3925.00")


async def test_reading_a_household_leaves_a_trace_and_listing_it_none(call: Call, admin: asyncpg.Connection) -> None:
    household_id, household = await registered(call)
    await listed(call(village()), "/v1/households", status="normal")
    assert await admin.fetch(READS, household_id) == []

    await call(auditor()).get(f"/v1/households/{household_id}")
    await call(county()).post("/v1/households/search", {"id_number": household["members"][0]["id_number"]})

    assert [tuple(row) for row in await admin.fetch(READS, household_id)] == [("auditor", "household"), ("county", "household")]


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_a_household_of_another_area_is_not_found(stranger: Any, call: Call, admin: asyncpg.Connection) -> None:
    household_id, household = await registered(call)

    answer = await call(stranger).get(f"/v1/households/{household_id}")
    found = await call(stranger).post("/v1/households/search", {"id_number": household["members"][0]["id_number"]})

    assert refused(answer) == (404, "NotFound", [])
    assert found.json() == {"items": [], "next": None}
    assert await admin.fetch(READS, household_id) == []


async def test_any_member_s_number_finds_the_household_however_it_is_written(call: Call) -> None:
    person = a_member(relation="son", id_number="53352219800229104X", name="罗国强")
    household_id, household = await registered(call, members=2)
    other, _ = await registered(call, members=1)
    with_x = a_household(members=1)
    with_x["members"].append(person)
    wanted = done(await call(village()).post("/v1/households", with_x))["id"]

    found = done(await call(village()).post("/v1/households/search", {"id_number": "53352219800229104x"}, key=None))["items"]
    second = done(await call(county()).post("/v1/households/search", {"id_number": household["members"][1]["id_number"]}, key=None))["items"]

    assert [each["id"] for each in found] == [wanted]
    assert found[0]["head"] == with_x["members"][0]["name"][0] + "**"
    assert [each["id"] for each in second] == [household_id] != [other]


async def test_a_number_with_a_wrong_check_digit_is_refused_without_repeating_it(call: Call) -> None:
    answer = await call(village()).post("/v1/households/search", {"id_number": "533522198002290021"})

    assert refused(answer) == (422, "Malformed", ["body.id_number"])
    assert answer.json()["fields"][0]["detail"] == "校验码不符，请核对号码"
    assert "533522198002290021" not in answer.text


async def test_a_list_holds_one_status_of_one_area_and_its_pages_join(call: Call, way: Way, set_clock: SetClock) -> None:
    mine = [(await registered(call))[0] for _ in range(3)]
    next_door = (await registered(call, NEXT_VILLAGE))[0]
    far_off = (await registered(call, OTHER_COUNTY))[0]
    case_id = await way.case("06")
    later, _ = await way.flagged(case_id, set_clock)
    monitored = done(await call(county()).get(f"/v1/cases/{case_id}"))["household_id"]

    village_list = await listed(call(village()), "/v1/households", status="normal", size=2)
    of_township = {each["id"] for each in await listed(call(prefecture()), "/v1/households", status="normal", area=HOME[:9])}
    of_prefecture = [each["id"] for each in await listed(call(prefecture()), "/v1/households", status="normal", size=50)]
    being_monitored = {each["id"] for each in await listed(call(later.officials.village), "/v1/households")}

    assert {each["area"] for each in village_list} == {HOME}
    assert {each["status"] for each in village_list} == {"normal"}
    assert set(mine) <= {each["id"] for each in village_list}
    assert len({each["id"] for each in village_list}) == len(village_list)
    assert [each["due_at"] for each in village_list] == sorted(each["due_at"] for each in village_list)
    assert all(set(each["head"][1:]) == {"*"} for each in village_list)
    assert {*mine, next_door} <= of_township
    assert far_off not in of_township
    assert {*mine, next_door, far_off} <= set(of_prefecture)
    assert len(of_prefecture) == len(set(of_prefecture))
    assert monitored in being_monitored
    assert being_monitored.isdisjoint({*mine, next_door, far_off})


async def test_a_list_of_an_area_outside_one_s_own_is_empty(call: Call) -> None:
    await registered(call, OTHER_COUNTY)

    page = done(await call(county()).get("/v1/households", area=OTHER_COUNTY[:6], status="normal"))

    assert page == {"items": [], "next": None}


async def test_a_cursor_that_is_none_of_ours_is_refused(call: Call) -> None:
    answer = await call(village()).get("/v1/households", cursor="530902.1.x")

    assert refused(answer) == (422, "NoSuchPlace", ["query.cursor"])


async def test_citizens_read_no_households(call: Call) -> None:
    household_id, _ = await registered(call)

    assert refused(await call(citizen()).get(f"/v1/households/{household_id}"))[0] == 403
    assert refused(await call(citizen()).get("/v1/households"))[0] == 403
    assert refused(await call(Officials.of().village).post("/v1/households/search", {}))[0] == 422


async def test_auditors_do_not_search_by_number(call: Call) -> None:
    _, household = await registered(call)

    answer = await call(auditor()).post("/v1/households/search", {"id_number": household["members"][0]["id_number"]})

    assert refused(answer) == (403, "Forbidden", [])
