"""A household is parted, or brought into another: who lives where, on what, and what is under way decides whether it may be."""

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.builders.families import Family, a_merger, a_registered, a_split, as_it_is, named, shown
from tests.builders.places import NEXT_VILLAGE, NO_VILLAGE, OTHER_COUNTY, OTHER_TOWNSHIP, STRANGERS
from tests.builders.story import Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import auditor, county, prefecture, township, village

ROWS = "SELECT relation, valid_from::text, valid_to::text FROM membership WHERE person_id = $1 ORDER BY valid_from, valid_to NULLS LAST"


async def split(way: Way, family: Family, *members: dict[str, Any], seen: int | None = None, by: Any = None, **more: Any) -> Any:
    by = by or way.officials.township
    return await way.call(by).post(f"/v1/households/{family.id}/split", a_split(*members, **more), seen=seen or family.version)


async def merge(way: Way, family: Family, into: Family, *members: dict[str, Any], seen: int | None = None, **more: Any) -> Any:
    body = a_merger(into, *members, **more)
    return await way.call(way.officials.township).post(f"/v1/households/{family.id}/merge", body, seen=seen or family.version)


def relations(household: dict[str, Any]) -> list[str]:
    return sorted(each["relation"] for each in household["members"])


async def test_who_leaves_forms_a_household_of_the_same_kind_with_an_income_of_its_own(way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "spouse", "son", "daughter_in_law")
    _, _, son, wife = family.people

    answer = done(await split(way, family, named(son, "head"), named(wife, "spouse", labour="weak"), number="FH-1", village=NEXT_VILLAGE))

    old, new = await shown(way, family.id), await shown(way, answer["new_household"])
    assert (answer["version"], old["version"], new["version"]) == (2, 2, 1)
    assert (relations(old), relations(new)) == (["head", "spouse"], ["head", "spouse"])
    assert (new["number"], new["area"], new["kind"], new["status"]) == ("FH-1", NEXT_VILLAGE, "lifted_out", "normal")
    assert (old["income"]["people"], old["income"]["wage_income"]) == (2, "3000.00")
    assert (new["income"]["people"], new["income"]["wage_income"]) == (2, "4000.00")
    assert {each["labour"] for each in new["members"]} == {"ordinary", "weak"}
    places = await admin.fetch("SELECT area_code FROM person WHERE id = ANY($1::uuid[])", [son, wife])
    assert {row["area_code"] for row in places} == {NEXT_VILLAGE}


async def test_where_the_head_leaves_all_who_stay_are_said_to_stand_to_the_new_one(way: Way) -> None:
    family = await a_registered(way, "head", "spouse", "son")
    head, wife, son = family.people

    unsaid = await split(way, family, named(head, "head"))
    partly = await split(way, family, named(head, "head"), remaining=[named(wife, "head")])
    right = await split(way, family, named(head, "head"), remaining=[named(wife, "head"), named(son, "son")])

    assert refused(unsaid) == (422, "OneHead", ["body.remaining"])
    assert refused(partly) == (422, "RelationsMissing", ["body.remaining"])
    done(right)
    assert relations(await shown(way, family.id)) == ["head", "son"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([("head", "head"), ("son", "son")], (422, "NobodyLeft", ["body.members"])),
        ([("son", "son")], (422, "OneHead", ["body.members"])),
        ([("son", "head"), ("son", "head")], (422, "NamedTwice", ["body.members.1.person_id"])),
        ([("stranger", "head")], (422, "NotAMember", ["body.members.0.person_id"])),
    ],
)
async def test_both_households_have_a_head_and_members_of_this_one(members: list[tuple[str, str]], said: Any, way: Way) -> None:
    family = await a_registered(way, "head", "son")
    people: dict[str, str] = dict(zip(("head", "son", "stranger"), (*family.people, (await a_registered(way, "head")).people[0]), strict=True))

    answer = await split(way, family, *(named(people[who], relation) for who, relation in members))

    assert refused(answer) == said
    assert (await shown(way, family.id))["version"] == 1


async def test_a_new_household_has_one_spouse_at_most(way: Way) -> None:
    family = await a_registered(way, "head", "son", "daughter", "other")
    _, one, two, three = family.people

    assert refused(await split(way, family, named(one, "head"), named(two, "spouse"), named(three, "spouse"))) == (422, "OneSpouse", ["body.members"])


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (NO_VILLAGE, (422, "NoSuchVillage", ["body.village"])),
        (OTHER_TOWNSHIP, (403, "OutsideYourArea", ["body.village"])),
        (OTHER_COUNTY, (403, "AcrossCounties", ["body.village"])),
    ],
)
async def test_a_new_household_lies_in_the_own_area(place: str, said: Any, way: Way) -> None:
    family = await a_registered(way, "head", "son")

    assert refused(await split(way, family, named(family.people[1], "head"), village=place)) == said


async def test_a_number_of_the_county_is_given_once(way: Way) -> None:
    taken = (await shown(way, (await a_registered(way, "head")).id))["number"]
    family = await a_registered(way, "head", "son")

    assert refused(await split(way, family, named(family.people[1], "head"), number=taken)) == (409, "NumberTaken", ["body.number"])


@pytest.mark.parametrize("official", [village(), prefecture(), auditor()])
async def test_parting_is_the_townships_and_the_counties(official: Any, way: Way) -> None:
    family = await a_registered(way, "head", "son")

    assert refused(await split(way, family, named(family.people[1], "head"), by=official)) == (403, "Forbidden", [])


async def test_to_strangers_there_is_no_such_household(way: Way) -> None:
    family = await a_registered(way, "head", "son")

    for stranger in (each for each in STRANGERS if each.role != "village_cadre"):
        assert refused(await split(way, family, named(family.people[1], "head"), by=stranger))[0] == 404


async def test_all_members_join_and_the_household_is_gone(way: Way, admin: asyncpg.Connection) -> None:
    parents, family = await a_registered(way, "head", "spouse", kind="lifted_out"), await a_registered(way, "head", "spouse", kind="general")
    father, mother = parents.people

    answer = done(await merge(way, parents, family, named(father, "father"), named(mother, "mother")))

    gone, both = await shown(way, parents.id), await shown(way, family.id)
    assert (answer["status"], answer["version"], answer["into_version"]) == ("gone", gone["version"], both["version"]) == ("gone", 2, 2)
    assert (gone["status"], gone["members"], gone["income"]) == ("gone", [], None)
    assert (relations(both), both["income"]["people"]) == (["father", "head", "mother", "spouse"], 4)
    assert both["kind"] == "lifted_out", "nobody loses what is owed to those lifted out"
    assert refused(await merge(way, parents, family, named(father, "father"), seen=2)) == (409, "HouseholdGone", [])


async def test_a_merger_names_all_who_join_and_brings_no_second_head(way: Way) -> None:
    one, two = await a_registered(way, "head", "son"), await a_registered(way, "head", "spouse")
    head, son = one.people

    assert refused(await merge(way, one, two, named(head, "other"))) == (422, "RelationsMissing", ["body.members"])
    assert refused(await merge(way, one, two, named(head, "head"), named(son, "son"))) == (422, "OneHead", ["body.members"])
    assert refused(await merge(way, one, two, named(head, "spouse"), named(son, "son"))) == (422, "OneSpouse", ["body.members"])
    assert refused(await merge(way, one, one, named(head, "other"))) == (422, "SameHousehold", ["body.into"])


async def test_who_saw_an_older_state_of_either_must_look_again(way: Way) -> None:
    one, two = await a_registered(way, "head"), await a_registered(way, "head")
    joins = named(one.people[0], "sibling")

    assert refused(await merge(way, one, two, joins, seen=9)) == (412, "Stale", ["header.if-match"])
    assert refused(await merge(way, one, two, joins, into_version=9)) == (412, "Stale", ["body.into_version"])
    assert refused(await split(way, one, joins, seen=9)) == (412, "Stale", ["header.if-match"])


async def test_what_is_parted_and_joined_again_on_one_day_is_as_it_was(way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "son")
    son = family.people[1]

    for _ in range(2):
        family = await as_it_is(way, family.id)
        parted = await as_it_is(way, done(await split(way, family, named(son, "head")))["new_household"])
        family = await as_it_is(way, family.id)
        done(await merge(way, parted, family, named(son, "son")))

    again = await shown(way, family.id)
    assert (relations(again), again["income"]["people"], again["version"]) == (["head", "son"], 2, 5)
    rows = [tuple(row) for row in await admin.fetch(ROWS, son)]
    assert rows[-1] == ("son", "2021-09-22", None)
    assert [row[2] for row in rows].count(None) == 1
    assert await admin.fetchval("SELECT count(*) FROM household_income WHERE household_id = $1", family.id) == 1


async def test_what_held_until_a_later_day_stays_to_be_read(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "son")
    later = await way.after_notice(set_clock)

    done(await split(later, family, named(family.people[1], "head")))

    assert [tuple(row) for row in await admin.fetch(ROWS, family.people[1])] == [("son", "2021-09-22", "2021-10-03"), ("head", "2021-10-03", None)]
    incomes = await admin.fetch("SELECT valid_from::text, valid_to::text, people FROM household_income WHERE household_id = $1 ORDER BY 1", family.id)
    assert [tuple(row) for row in incomes] == [("2021-09-22", "2021-10-03", 2), ("2021-10-03", None, 1)]


async def a_case(way: Way, family: Family) -> str:
    return (await way.confirmed(await way.lead(family.id), "06"))["case_id"]


async def test_a_household_with_a_case_is_neither_parted_nor_merged(way: Way) -> None:
    family, other = await a_registered(way, "head", "son"), await a_registered(way, "head")
    await a_case(way, family)
    head, son = family.people

    assert refused(await split(way, family, named(son, "head"))) == (409, "CaseUnderWay", [])
    assert refused(await merge(way, family, other, named(head, "other"), named(son, "other"))) == (409, "CaseUnderWay", [])
    assert refused(await merge(way, other, family, named(other.people[0], "other"))) == (409, "CaseUnderWay", [])


async def test_a_lead_is_verified_before_people_part_but_does_not_keep_others_from_joining(way: Way) -> None:
    family, other = await a_registered(way, "head", "son"), await a_registered(way, "head")
    await way.lead(family.id)
    head, son = family.people

    assert refused(await split(way, family, named(son, "head"))) == (409, "LeadsUnderWay", [])
    assert refused(await merge(way, family, other, named(head, "other"), named(son, "other"))) == (409, "LeadsUnderWay", [])
    done(await merge(way, other, family, named(other.people[0], "other")))


async def test_a_flag_stays_with_those_who_remain_and_no_monitored_household_goes_into_another(way: Way, set_clock: SetClock) -> None:
    family = await a_registered(way, "head", "son")
    later, flag_id = await way.flagged(await a_case(way, family), set_clock)
    family, other = await as_it_is(later, family.id, family.sent), await a_registered(later, "head")
    head, son = family.people

    assert refused(await merge(later, family, other, named(head, "other"), named(son, "other"))) == (409, "StillMonitored", [])
    done(await merge(later, other, family, named(other.people[0], "other")))
    family = await as_it_is(later, family.id)
    parted = done(await split(later, family, named(son, "head")))

    flag = done(await later.call(county()).get(f"/v1/risk-flags/{flag_id}"))
    assert (flag["status"], flag["household_id"]) == ("open", family.id)
    assert (parted["status"], (await shown(later, parted["new_household"]))["status"]) == ("monitored", "normal")


async def test_of_two_who_change_one_household_at_once_one_is_told_to_look_again(way: Way) -> None:
    family, other = await a_registered(way, "head", "son", "daughter"), await a_registered(way, "head")
    head, son, daughter = family.people

    answers = await asyncio.gather(
        split(way, family, named(son, "head")),
        split(way, family, named(daughter, "head"), by=county()),
        merge(way, family, other, named(head, "other"), named(son, "other"), named(daughter, "other")),
    )

    assert sorted(answer.status_code for answer in answers) in ([200, 412, 412], [200, 409, 409], [200, 409, 412])
    assert township().area == way.officials.township.area


async def test_of_two_mergers_into_each_other_at_once_at_most_one_is_done(way: Way, admin: asyncpg.Connection) -> None:
    one, two = await a_registered(way, "head"), await a_registered(way, "head")

    answers = await asyncio.gather(merge(way, one, two, named(one.people[0], "other")), merge(way, two, one, named(two.people[0], "other")))

    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 412])
    living = await admin.fetch(
        "SELECT household_id FROM membership WHERE person_id = ANY($1::uuid[]) AND valid_to IS NULL", [*one.people, *two.people]
    )
    assert len(living) == 2
    assert len({row["household_id"] for row in living}) == 1
