"""Somebody is born, marries in, dies, moves out, or was written wrongly: the household, its income and the register of the prefecture follow."""

from typing import Any

import asyncpg
import pytest

from tests.builders.families import DOCUMENT, Family, a_family, a_registered, as_it_is, named, shown
from tests.builders.people import a_household, a_member, an_id_number
from tests.builders.places import OTHER_COUNTY, STRANGERS
from tests.builders.story import Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import auditor, county, prefecture, township, village

SPANS = "SELECT valid_from::text, valid_to::text, people FROM household_income WHERE household_id = $1 ORDER BY valid_from"


async def joined(way: Way, family: Family, member: dict[str, Any], *, since: str = "2021-09-22", seen: int | None = None, by: Any = None) -> Any:
    body = {"member": member, "since": since}
    return await way.call(by or way.officials.village).post(f"/v1/households/{family.id}/members", body, seen=seen or family.version)


async def left(way: Way, family: Family, person: str, *, seen: int | None = None, by: Any = None, **body: Any) -> Any:
    body = {"on": "2021-09-22", "why": "died", **body}
    address = f"/v1/households/{family.id}/members/{person}/departure"
    return await way.call(by or way.officials.village).post(address, body, seen=seen or family.version)


async def corrected(way: Way, person: str, *, seen: int = 1, by: Any = None, **body: Any) -> Any:
    body = {"reason": "户口簿核对", "document_number": DOCUMENT, **body}
    return await way.call(by or way.officials.township).post(f"/v1/people/{person}/correction", body, seen=seen)


async def found(way: Way, id_number: str) -> list[str]:
    answer = done(await way.call(way.officials.county).post("/v1/households/search", {"id_number": id_number}))
    return [item["id"] for item in answer["items"]]


@pytest.mark.parametrize("official", [village(), township(), county()])
async def test_a_member_joins_and_one_more_shares_the_income_from_that_day_on(official: Any, way: Way, admin: asyncpg.Connection) -> None:
    family, child = await a_registered(way, "head", "spouse"), a_member(relation="son", labour="none")

    answer = await joined(way, family, child, by=official)

    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    now = await shown(way, family.id)
    assert sorted(each["relation"] for each in now["members"]) == ["head", "son", "spouse"]
    assert (now["income"]["people"], now["income"]["wage_income"]) == (3, "8000.00")
    assert await found(way, child["id_number"]) == [family.id]


async def test_who_joined_on_an_earlier_day_is_there_since_then(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head")
    later = await way.after_notice(set_clock)

    done(await joined(later, family, a_member(relation="son"), since="2021-09-30"))

    assert [tuple(row) for row in await admin.fetch(SPANS, family.id)] == [("2021-09-22", "2021-09-30", 1), ("2021-09-30", None, 2)]
    assert await admin.fetchval("SELECT valid_from::text FROM membership WHERE household_id = $1 AND relation = 'son'", family.id) == "2021-09-30"


async def test_a_second_head_or_spouse_does_not_join_nor_anybody_from_tomorrow_on(way: Way) -> None:
    family = await a_registered(way, "head", "spouse")

    assert refused(await joined(way, family, a_member(relation="head"))) == (422, "OneHead", ["body.member.relation"])
    assert refused(await joined(way, family, a_member(relation="spouse"))) == (422, "OneSpouse", ["body.member.relation"])
    assert refused(await joined(way, family, a_member(), since="2021-09-23")) == (422, "NotYetHappened", ["body.since"])
    assert refused(await joined(way, family, a_member(), seen=7)) == (412, "Stale", ["header.if-match"])


async def test_who_is_registered_elsewhere_does_not_join(way: Way) -> None:
    family, other = await a_registered(way, "head"), a_household(village=OTHER_COUNTY, members=2)
    done(await way.call(village("other", OTHER_COUNTY)).post("/v1/households", other))

    answer = await joined(way, family, other["members"][1])

    assert refused(answer) == (409, "RegisteredElsewhere", ["body.member.id_number"])
    assert (await shown(way, family.id))["income"]["people"] == 1


@pytest.mark.parametrize("why", ["died", "married_out", "moved", "entered_in_error"])
async def test_who_left_may_be_registered_again_wherever_it_is(why: str, way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "daughter")

    done(await left(way, family, family.people[1], why=why))

    assert await found(way, family.sent[1]["id_number"]) == []
    ended = await admin.fetchrow("SELECT valid_to::text, ended_why FROM membership WHERE person_id = $1", family.people[1])
    assert tuple(ended or ()) == ("2021-09-22", why)
    there = a_family("head", village=OTHER_COUNTY) | {"members": [{**family.sent[1], "relation": "head"}]}
    done(await way.call(village("other", OTHER_COUNTY)).post("/v1/households", there))


async def test_who_comes_back_is_a_member_again_and_a_file_of_the_register_knows_him_once(way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "son")
    done(await left(way, family, family.people[1], why="entered_in_error"))

    done(await joined(way, family, family.sent[1], seen=2))

    assert await found(way, family.sent[1]["id_number"]) == [family.id]
    assert (await shown(way, family.id))["income"]["people"] == 2


async def test_where_the_head_dies_the_others_stand_to_a_new_one_since_that_day(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "spouse", "son")
    head, wife, son = family.people
    later = await way.after_notice(set_clock)

    assert refused(await left(later, family, head, on="2021-09-25")) == (422, "OneHead", ["body.remaining"])
    assert refused(await left(later, family, head, on="2021-09-25", remaining=[named(wife, "head")])) == (422, "RelationsMissing", ["body.remaining"])
    done(await left(later, family, head, on="2021-09-25", remaining=[named(wife, "head"), named(son, "son")]))

    rows = "SELECT relation, valid_from::text, valid_to::text FROM membership WHERE person_id = $1 ORDER BY valid_from"
    assert [tuple(row) for row in await admin.fetch(rows, wife)] == [("spouse", "2021-09-22", "2021-09-25"), ("head", "2021-09-25", None)]
    assert [tuple(row) for row in await admin.fetch(SPANS, family.id)] == [("2021-09-22", "2021-09-25", 3), ("2021-09-25", None, 2)]


async def test_the_last_one_does_not_leave_nor_somebody_else_s_member(way: Way) -> None:
    family, other = await a_registered(way, "head"), await a_registered(way, "head", "son")

    assert refused(await left(way, family, family.people[0])) == (422, "NobodyLeft", [])
    assert refused(await left(way, family, other.people[1]))[:2] == (404, "NotFound")
    assert refused(await left(way, other, other.people[1], on="2021-09-23")) == (422, "NotYetHappened", ["body.on"])
    assert refused(await left(way, other, other.people[1], remaining=[named(family.people[0], "head")])) == (
        422,
        "NotAMember",
        ["body.remaining.0.person_id"],
    )


async def test_births_and_deaths_wait_for_no_case(way: Way) -> None:
    family = await a_registered(way, "head", "mother")
    case_id = (await way.confirmed(await way.lead(family.id), "06"))["case_id"]
    before = done(await way.call(county()).get(f"/v1/cases/{case_id}"))["basis"]

    done(await left(way, family, family.people[1]))
    done(await joined(way, family, a_member(relation="son"), seen=2))

    assert done(await way.call(county()).get(f"/v1/cases/{case_id}"))["basis"] == before


async def test_a_name_and_a_number_are_set_right_and_the_register_follows(way: Way, admin: asyncpg.Connection) -> None:
    family, number = await a_registered(way, "head", "son"), an_id_number()
    person = family.people[1]

    done(await corrected(way, person, name="罗国强", id_number=number))

    now = next(each for each in (await shown(way, family.id))["members"] if each["id"] == person)
    assert now["name"] == "罗**"
    assert now["phone"] is not None
    assert (await found(way, number), await found(way, family.sent[1]["id_number"])) == ([family.id], [])
    assert await admin.fetchval("SELECT count(*) FROM person_directory WHERE person_id = $1", person) == 1
    free = a_family("head") | {"members": [{**family.sent[1], "relation": "head"}]}
    done(await way.call(village()).post("/v1/households", free))


async def test_a_number_that_is_somebody_s_is_nobody_else_s(way: Way, admin: asyncpg.Connection) -> None:
    family, other = await a_registered(way, "head"), a_household(village=OTHER_COUNTY, members=1)
    done(await way.call(village("other", OTHER_COUNTY)).post("/v1/households", other))

    answer = await corrected(way, family.people[0], id_number=other["members"][0]["id_number"])

    assert refused(answer) == (409, "RegisteredElsewhere", ["body.id_number"])
    assert await found(way, family.sent[0]["id_number"]) == [family.id]


async def test_a_correction_says_what_is_right_of_somebody_who_lives_here(way: Way) -> None:
    family = await a_registered(way, "head", "son")

    nothing = ["body.name", "body.certificate", "body.id_number", "body.certificate_number", "body.born_on", "body.sex"]
    assert refused(await corrected(way, family.people[0])) == (422, "NothingCorrected", nothing)
    assert refused(await corrected(way, family.people[0], name="罗国强", seen=3)) == (412, "Stale", ["header.if-match"])
    assert refused(await corrected(way, family.people[0], name="罗国强", by=village()))[:2] == (403, "Forbidden")
    for stranger in (each for each in STRANGERS if each.role != "village_cadre"):
        assert refused(await corrected(way, family.people[0], name="罗国强", by=stranger))[0] == 404
    done(await left(way, family, family.people[1]))
    assert refused(await corrected(way, family.people[1], name="罗国强", seen=2))[0] == 404


@pytest.mark.parametrize("official", [prefecture(), auditor()])
async def test_who_registers_nobody_takes_nobody_in_and_out(official: Any, way: Way) -> None:
    family = await a_registered(way, "head", "son")

    assert refused(await joined(way, family, a_member(), by=official))[:2] == (403, "Forbidden")
    assert refused(await left(way, family, family.people[1], by=official))[:2] == (403, "Forbidden")
    assert (await as_it_is(way, family.id)).version == 1
