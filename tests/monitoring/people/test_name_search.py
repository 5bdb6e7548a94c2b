"""Searching households by a part of somebody's name, at the door."""

from typing import Any

import asyncpg
import pytest

from tests.builders.families import a_striking_off
from tests.builders.people import a_household, a_member, an_id_number
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY, STRANGERS
from tests.builders.story import Way, done, refused
from tests.fixtures.callers import Call
from tests.fixtures.tokens import HOME, auditor, county, prefecture, township, village

PATH = "/v1/households/search"


async def registered(call: Call, *names: str, place: str = HOME) -> str:
    members = [a_member(name=name, relation="head" if n == 0 else "other") for n, name in enumerate(names)]
    return done(await call(village(place, place)).post("/v1/households", a_household(village=place, members=1) | {"members": members}))["id"]


async def ids(call: Call, by: Any, **wanted: Any) -> list[str]:
    return [item["id"] for item in done(await call(by).post(PATH, wanted, key=None))["items"]]


async def test_a_part_of_a_name_finds_households_with_who_was_found_masked(way: Way, call: Call) -> None:
    mine = await registered(call, "龘国强", "龘丽·麤买提")

    page = done(await call(village()).post(PATH, {"name_part": "麤买"}, key=None))

    assert [(item["id"], item["head"], item["person_name"]) for item in page["items"]] == [(mine, "龘**", "龘***")]
    assert page["next"] is None
    assert await ids(call, county(), name_part="龘") == [mine, mine]
    assert await ids(call, county(), name_part="龘国") == [mine]


@pytest.mark.parametrize("pattern", ["%", "_", "龘%", "\\", "'", "龘_强", ".*"])
async def test_a_part_is_never_a_pattern(pattern: str, way: Way, call: Call) -> None:
    await registered(call, "龘国强")

    assert await ids(call, village(), name_part=pattern) == []


async def test_the_area_narrows_what_is_found_and_widens_nothing(way: Way, call: Call) -> None:
    here, next_door, far = [await registered(call, "骉小", place=place) for place in (HOME, NEXT_VILLAGE, OTHER_COUNTY)]

    assert await ids(call, village(), name_part="骉") == [here]
    assert await ids(call, village(), name_part="骉", area=OTHER_COUNTY[:6]) == []
    assert set(await ids(call, township(), name_part="骉")) == {here, next_door}
    assert await ids(call, prefecture(), name_part="骉", area=NEXT_VILLAGE) == [next_door]
    assert set(await ids(call, prefecture(), name_part="骉")) == {here, next_door, far}


async def test_pages_hold_fifty_and_join(way: Way, call: Call) -> None:
    mine = {await registered(call, "靐某", "靐某", "靐某") for _ in range(40)}

    first = done(await call(village()).post(PATH, {"name_part": "靐"}, key=None))
    second = done(await call(village()).post(PATH, {"name_part": "靐", "cursor": first["next"]}, key=None))
    third = done(await call(village()).post(PATH, {"name_part": "靐", "cursor": second["next"]}, key=None))

    assert [len(page["items"]) for page in (first, second, third)] == [50, 50, 20]
    assert third["next"] is None
    assert {item["id"] for page in (first, second, third) for item in page["items"]} == mine
    assert "靐" not in str(first["next"])


@pytest.mark.parametrize(
    "wanted",
    [{}, {"id_number": an_id_number(), "name_part": "李"}, {"area": HOME}, {"id_number": an_id_number(), "area": HOME}, {"name_part": None}],
)
async def test_one_searches_by_number_or_by_name(wanted: dict[str, Any], way: Way, call: Call) -> None:
    assert refused(await call(village()).post(PATH, wanted, key=None)) == (422, "SearchByOne", ["body.id_number", "body.name_part"])


@pytest.mark.parametrize("cursor", ["", "530902.9.x", "530902.1.0", "999999.1." + "0" * 32, "530902.1." + "0" * 32 + "\n"])
async def test_a_cursor_that_is_none_of_ours_is_refused(cursor: str, way: Way, call: Call) -> None:
    assert refused(await call(village()).post(PATH, {"name_part": "李", "cursor": cursor}, key=None)) == (422, "Malformed", ["body.cursor"])


async def test_that_somebody_searched_is_left_in_the_audit_without_the_name(way: Way, call: Call, admin: asyncpg.Connection) -> None:
    await registered(call, "龖飞")

    await ids(call, county("seeker"), name_part="龖")

    rows = await admin.fetch("SELECT relation, act, after::text AS after FROM audit WHERE actor = 'seeker'")
    assert [(row["relation"], row["act"]) for row in rows] == [("name_search", "READ")]
    assert "龖" not in str(rows)


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_somebody_elsewhere_and_nobody_are_answered_alike(stranger: Any, way: Way, call: Call) -> None:
    household = a_household(members=1)
    household["members"][0]["name"] = "齉某"
    done(await call(village()).post("/v1/households", household))

    for body in ({"name_part": "齉"}, {"id_number": household["members"][0]["id_number"]}, {"name_part": "龗"}, {"id_number": an_id_number()}):
        answer = await call(stranger).post(PATH, body, key=None)
        assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})


async def test_who_left_all_households_is_found_no_more(way: Way, call: Call) -> None:
    household = await registered(call, "纛某")
    done(await call(township()).post(f"/v1/households/{household}/strike-off", a_striking_off(), seen=1))

    assert await ids(call, village(), name_part="纛") == []


async def test_auditors_do_not_search(call: Call) -> None:
    assert refused(await call(auditor()).post(PATH, {"name_part": "李"}, key=None))[:2] == (403, "Forbidden")
