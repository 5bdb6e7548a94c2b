"""A household moves inside its county, or is struck off; and its file tells where it came from and went to."""

from typing import Any

import asyncpg
import orjson
import pytest

from tests.builders.families import Family, a_merger, a_registered, a_split, a_striking_off, a_transfer, as_it_is, named, shown
from tests.builders.places import NEXT_VILLAGE, NO_VILLAGE, OTHER_COUNTY, OTHER_TOWNSHIP, STRANGERS
from tests.builders.story import Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import HOME, auditor, county, prefecture, township, village


async def moved(way: Way, family: Family, to: str = NEXT_VILLAGE, *, by: Any = None, seen: int | None = None) -> Any:
    return await way.call(by or township()).post(f"/v1/households/{family.id}/transfer", a_transfer(to), seen=seen or family.version)


async def struck(way: Way, family: Family, reason: str = "all_died", *, by: Any = None, seen: int | None = None) -> Any:
    return await way.call(by or township()).post(f"/v1/households/{family.id}/strike-off", a_striking_off(reason), seen=seen or family.version)


async def lineage(way: Way, household_id: str, *, by: Any = None) -> list[dict[str, Any]]:
    return done(await way.call(by or county()).get(f"/v1/households/{household_id}/lineage"))["items"]


async def test_a_household_moves_with_its_people_and_what_is_kept_of_it(way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "son")
    lead = await way.lead(family.id)

    answer = done(await moved(way, family))

    assert (answer["version"], answer["status"]) == (2, "normal")
    assert (await shown(way, family.id))["area"] == NEXT_VILLAGE
    for table in ("membership", "household_income"):
        assert await admin.fetchval(f"SELECT DISTINCT area_code FROM {table} WHERE household_id = $1", family.id) == NEXT_VILLAGE
    there = way.call(village("there", NEXT_VILLAGE))
    assert done(await there.get(f"/v1/leads/{lead['id']}"))["area"] == NEXT_VILLAGE
    assert refused(await way.call(village()).get(f"/v1/households/{family.id}"))[0] == 404


async def test_a_flag_goes_along_and_is_announced_again(way: Way, set_clock: SetClock, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head")
    later, flag_id = await way.flagged((await way.confirmed(await way.lead(family.id), "06"))["case_id"], set_clock)

    done(await moved(later, await as_it_is(later, family.id)))

    row = await admin.fetchrow("SELECT payload FROM outbox WHERE entity_id = $1 AND entity_version = 2", flag_id)
    assert row
    assert (orjson.loads(row["payload"])["area_code"], orjson.loads(row["payload"])["status"]) == (NEXT_VILLAGE, "open")
    assert (await shown(later, family.id))["status"] == "monitored"


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (HOME, (422, "SameVillage", ["body.to_village"])),
        (NO_VILLAGE, (422, "NoSuchVillage", ["body.to_village"])),
        (OTHER_TOWNSHIP, (403, "OutsideYourArea", ["body.to_village"])),
        (OTHER_COUNTY, (403, "AcrossCounties", ["body.to_village"])),
    ],
)
async def test_a_township_moves_households_among_its_villages(to: str, said: Any, way: Way) -> None:
    assert refused(await moved(way, await a_registered(way, "head"), to)) == said


async def test_a_county_moves_households_among_its_townships(way: Way) -> None:
    family = await a_registered(way, "head")

    done(await moved(way, family, OTHER_TOWNSHIP, by=county()))

    assert (await shown(way, family.id))["area"] == OTHER_TOWNSHIP


async def test_a_case_is_decided_where_it_was_opened_before_the_household_moves(way: Way) -> None:
    family = await a_registered(way, "head")
    await way.confirmed(await way.lead(family.id), "06")

    assert refused(await moved(way, family)) == (409, "CaseUnderWay", [])


@pytest.mark.parametrize("official", [village(), prefecture(), auditor()])
async def test_moving_and_striking_off_are_the_townships_and_the_counties(official: Any, way: Way) -> None:
    family = await a_registered(way, "head")

    assert refused(await moved(way, family, by=official))[:2] == (403, "Forbidden")
    assert refused(await struck(way, family, by=official))[:2] == (403, "Forbidden")


async def test_to_strangers_there_is_nothing_to_move_or_to_strike_off(way: Way) -> None:
    family = await a_registered(way, "head")

    for stranger in (each for each in STRANGERS if each.role != "village_cadre"):
        assert refused(await moved(way, family, by=stranger))[0] == 404
        assert refused(await struck(way, family, by=stranger))[0] == 404
        assert refused(await way.call(stranger).get(f"/v1/households/{family.id}/lineage"))[0] == 404


@pytest.mark.parametrize(("reason", "why"), [("all_died", "died"), ("moved_away", "moved"), ("entered_in_error", "entered_in_error")])
async def test_a_household_struck_off_is_gone_and_its_people_are_free(reason: str, why: str, way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head", "son")
    lead = await way.lead(family.id)

    answer = done(await struck(way, family, reason))

    gone = await shown(way, family.id)
    assert (answer["status"], answer["version"]) == (gone["status"], gone["version"]) == ("gone", 2)
    assert (gone["members"], gone["income"]) == ([], None)
    assert {row["ended_why"] for row in await admin.fetch("SELECT ended_why FROM membership WHERE household_id = $1", family.id)} == {why}
    dismissed = done(await way.call(village()).get(f"/v1/leads/{lead['id']}"))
    assert (dismissed["status"], dismissed["dismissal_reason"]) == ("dismissed", "经核实整户已不在")
    assert await admin.fetchval("SELECT count(*) FROM person_directory WHERE person_id = ANY($1::uuid[])", family.people) == 0
    assert refused(await struck(way, family, reason, seen=2)) == (409, "HouseholdGone", [])
    export = await way.call(county()).get("/v1/households/export", status="gone", format="csv", area=HOME)
    assert export.status_code == 200


async def test_what_a_county_decided_a_county_ends(way: Way, set_clock: SetClock) -> None:
    family = await a_registered(way, "head")
    case_id = (await way.confirmed(await way.lead(family.id), "06"))["case_id"]
    later, flag_id = await way.flagged(case_id, set_clock)
    second = (await later.confirmed(await later.lead(family.id), "07"))["case_id"]
    family = await as_it_is(later, family.id)

    assert refused(await struck(later, family)) == (403, "CountyDecides", [])
    done(await struck(later, family, "entered_in_error", by=county()))

    assert done(await later.call(county()).get(f"/v1/risk-flags/{flag_id}"))["status"] == "withdrawn"
    assert done(await later.call(county()).get(f"/v1/cases/{second}"))["status"] == "cancelled"
    assert (await shown(later, family.id))["status"] == "gone"


async def test_who_saw_an_older_state_must_look_again(way: Way) -> None:
    family = await a_registered(way, "head")

    assert refused(await moved(way, family, seen=5)) == (412, "Stale", ["header.if-match"])
    assert refused(await struck(way, family, seen=5)) == (412, "Stale", ["header.if-match"])


async def test_a_file_leads_to_every_household_that_came_of_it_and_from_which_it_came(way: Way) -> None:
    family, other = await a_registered(way, "head", "son"), await a_registered(way, "head")
    parted = done(await way.call(township()).post(f"/v1/households/{family.id}/split", a_split(named(family.people[1], "head")), seen=1))
    young = await as_it_is(way, parted["new_household"])
    done(await way.call(township()).post(f"/v1/households/{other.id}/merge", a_merger(young, named(other.people[0], "other")), seen=1))
    done(await moved(way, await as_it_is(way, young.id)))

    for one in (family.id, young.id, other.id):
        acts = await lineage(way, one)
        assert [(act["act"], act["from_household"], act["to_household"]) for act in acts] == [
            ("split", family.id, young.id),
            ("merge", other.id, young.id),
            ("transfer", young.id, young.id),
        ]
        assert {act["decided_by"] for act in acts} == {"township"}
        assert acts[2]["to_village"] == NEXT_VILLAGE


async def test_of_a_village_outside_ones_area_the_file_says_nothing(way: Way) -> None:
    family = await a_registered(way, "head", "son")
    body = a_split(named(family.people[1], "head"), village=NEXT_VILLAGE)
    parted = done(await way.call(township()).post(f"/v1/households/{family.id}/split", body, seen=1))["new_household"]

    [here] = await lineage(way, family.id, by=village())
    [there] = await lineage(way, parted, by=village("there", NEXT_VILLAGE))

    assert (here["from_village"], here["to_village"], here["to_household"]) == (HOME, None, parted)
    assert (there["from_village"], there["to_village"], there["from_household"]) == (None, NEXT_VILLAGE, family.id)


async def test_looking_at_a_file_leaves_a_trace(way: Way, admin: asyncpg.Connection) -> None:
    family = await a_registered(way, "head")
    question = "SELECT count(*) FROM audit WHERE relation = 'household' AND act = 'READ' AND after ->> 'id' = $1"
    before = await count_of(admin, question, family.id)

    await lineage(way, family.id)

    assert await count_of(admin, question, family.id) == before + 1
