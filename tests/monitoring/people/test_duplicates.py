"""People without an ID number who may be registered already: found by the machine, decided by an officer."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.app import SERVICE
from services.monitoring.domain.register.duplicates import Likeness, give_way, likeness
from services.monitoring.domain.register.people import Sex
from shared.database.transaction import Database
from shared.kernel.actors import Actor
from shared.service.jobs.runner import JobRunner
from tests.builders.people import WITHOUT_NUMBER, a_household, a_member, an_id_number
from tests.builders.places import NEXT_VILLAGE, OTHER_COUNTY, OTHER_TOWNSHIP
from tests.builders.story import Way, done, refused
from tests.fixtures.callers import Call
from tests.fixtures.platform import Cluster, settings_of
from tests.fixtures.tokens import HOME, auditor, county, prefecture, township, village
from tests.monitoring.lists import listed


def somebody(name: str = "李文芳", born_on: date | None = date(1980, 1, 1), sex: Sex | None = Sex.FEMALE, area_code: str = HOME) -> Likeness:
    return Likeness(name=name, born_on=born_on, sex=sex, area_code=area_code)


@pytest.mark.parametrize(
    ("other", "score"),
    [
        (somebody(), "1.00"),
        (somebody("李文方"), "0.80"),
        (somebody(born_on=date(1980, 1, 2)), "0.80"),
        (somebody(born_on=None, sex=None), "0.70"),
        (somebody("李芳", area_code=OTHER_TOWNSHIP), "0.78"),
        (somebody("王国强", date(1990, 1, 1), Sex.MALE, OTHER_TOWNSHIP), "0.00"),
    ],
)
def test_two_people_are_as_alike_as_their_names_days_sexes_and_villages(other: Likeness, score: str) -> None:
    assert likeness(somebody(), other) == Decimal(score)


def in_common(one: str, other: str) -> int:
    """Count the most characters that two names have in the same order, tried out."""
    return next(size for size in range(min(len(one), len(other)), -1, -1) if {*combinations(one, size)} & {*combinations(other, size)})


names = st.text("李文芳·王𠮷", min_size=1, max_size=6)
people = st.builds(somebody, names, st.none() | st.dates(date(1980, 1, 1), date(1980, 1, 3)), st.none() | st.sampled_from(Sex), st.sampled_from("ab"))


@given(people, people)
def test_likeness_is_the_same_both_ways_and_whole_for_oneself(one: Likeness, other: Likeness) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= likeness(one, one) <= 1


@given(names, names)
def test_names_are_as_alike_as_the_most_characters_that_both_have_in_one_order(one: str, other: str) -> None:
    far = {"born_on": None, "sex": None}
    score = likeness(somebody(one, **far, area_code="a"), somebody(other, **far, area_code="b"))

    assert score == Decimal(120 * in_common(one, other) // (len(one) + len(other))) / 100


@given(st.uuids(), st.uuids(), st.booleans(), st.booleans())
def test_who_has_no_number_gives_way_and_of_two_the_later(one: UUID, other: UUID, numbered: bool, other_numbered: bool) -> None:
    a, b = give_way((one, numbered), (other, other_numbered))

    assert (a, b) == give_way((other, other_numbered), (one, numbered)) or one == other
    assert {a, b} == {one, other}
    if numbered is not other_numbered:
        assert a == (other if numbered else one)
    else:
        assert a == max(one, other)


async def registered(call: Call, *members: dict[str, Any], place: str = HOME) -> str:
    household = a_household(village=place, members=1)
    household["members"] += [a_member(**member) for member in members]
    return done(await call(village(place, place)).post("/v1/households", household))["id"]


def without_number(name: str, born_on: str = "1970-01-01") -> dict[str, Any]:
    return {"name": name, "born_on": born_on, **WITHOUT_NUMBER}


async def pairs(call: Call, by: Actor, initial: str, status: str = "open") -> list[dict[str, Any]]:
    items = await listed(call(by), "/v1/duplicates", status=status, size=200)
    return [item for item in items if item["first"] and item["first"]["name"].startswith(initial)]


async def decided(call: Call, by: Actor, pair: dict[str, Any], decision: str, *, seen: int | None = None) -> Any:
    body = {"decision": decision, "reason": "入户核实"}
    return await call(by).post(f"/v1/duplicates/{pair['id']}/decision", body, seen=seen or pair["version"])


async def test_who_is_registered_without_a_number_is_compared_with_the_county_at_once(way: Way, call: Call) -> None:
    number = an_id_number()
    born_on, sex = f"{number[6:10]}-{number[10:12]}-{number[12:14]}", "male" if int(number[16]) % 2 else "female"
    known = await registered(call, {"name": "靏文芳", "id_number": number}, place=OTHER_TOWNSHIP)
    await registered(call, {"name": "靏文芳"}, place=OTHER_COUNTY)
    mine = await registered(call, without_number("靏文方", born_on) | {"sex": sex})

    (pair,) = await pairs(call, county(), "靏")

    assert (pair["area"], pair["status"], pair["version"], pair["score"]) == (HOME, "open", 1, "0.70")
    assert (pair["first"]["household_id"], pair["first"]["id_number"], pair["first"]["sex"]) == (mine, None, sex)
    assert (pair["second"]["household_id"], pair["second"]["name"], pair["second"]["age"]) == (known, "靏**", pair["first"]["age"])
    assert pair["due_at"] > pair["found_at"]


async def test_who_is_of_another_village_and_born_on_another_day_is_somebody_else(way: Way, call: Call) -> None:
    await registered(call, {"name": "龤文芳"}, place=OTHER_TOWNSHIP)
    await registered(call, without_number("龤文芳", "1901-01-01"))

    assert await pairs(call, county(), "龤") == []


async def test_of_a_pair_whose_other_lies_outside_the_area_nothing_is_shown_and_nothing_decided(way: Way, call: Call) -> None:
    await registered(call, without_number("靎文芳"), place=OTHER_TOWNSHIP)
    await registered(call, without_number("靎文芳"))

    (pair,) = await pairs(call, township(), "靎")
    (whole,) = await pairs(call, county(), "靎")

    assert (pair["second"], whole["second"]["area"]) == (None, OTHER_TOWNSHIP)
    assert refused(await decided(call, township(), pair, "different"))[:2] == (409, "OtherOutside")
    assert done(await decided(call, county(), pair, "different"))["status"] == "different"
    assert await pairs(call, county(), "靎") == []


async def test_the_same_person_leaves_the_household_and_both_ids_stay_linked(way: Way, call: Call, admin: asyncpg.Connection) -> None:
    home = await registered(call, {"name": "靍文芳"}, place=HOME)
    twice = await registered(call, without_number("靍文芳"))
    (pair,) = await pairs(call, township(), "靍")

    answer = done(await decided(call, township("decider"), pair, "same"))

    assert (answer["status"], answer["version"]) == ("same", 2)
    assert len(done(await call(village()).get(f"/v1/households/{twice}"))["members"]) == 1
    assert len(done(await call(village()).get(f"/v1/households/{home}"))["members"]) == 2
    assert done(await call(village()).get(f"/v1/households/{twice}"))["version"] == 2
    row = await admin.fetchrow("SELECT d.*, p.same_as FROM duplicate_pair d JOIN person p ON p.id = d.person_a WHERE d.id = $1", UUID(pair["id"]))
    assert row
    assert (row["same_as"], row["decided_by"]) == (row["person_b"], "decider")
    assert "入户核实" not in str(dict(row))
    assert await admin.fetchval("SELECT count(*) FROM person WHERE id = ANY($1)", [row["person_a"], row["person_b"]]) == 2
    assert refused(await decided(call, township(), pair, "different", seen=2))[:2] == (409, "Conflict")


async def test_who_leaves_so_gives_up_the_own_certificate_and_a_share_of_the_income(way: Way, call: Call, admin: asyncpg.Connection) -> None:
    number = f"E{int(way.now.timestamp()) % 10**8:08}"
    passport = {"certificate": "foreign_passport", "certificate_number": number, "id_number": None, "born_on": "1970-01-01", "sex": "male"}
    await registered(call, {"name": "齾文芳"})
    twice = await registered(call, {"name": "齾文芳", **passport})
    (pair,) = await pairs(call, township(), "齾")
    person = await admin.fetchval("SELECT person_a FROM duplicate_pair WHERE id = $1", UUID(pair["id"]))
    assert await admin.fetchval("SELECT count(*) FROM person_directory WHERE person_id = $1", person) == 1

    done(await decided(call, township(), pair, "same"))

    shown = done(await call(village()).get(f"/v1/households/{twice}"))
    assert (len(shown["members"]), shown["income"]["people"], shown["version"]) == (1, 1, 2)
    assert await admin.fetchval("SELECT count(*) FROM person_directory WHERE person_id = $1", person) == 0


async def test_decisions_are_the_township_s_and_the_county_s_on_what_they_saw(way: Way, call: Call) -> None:
    await registered(call, {"name": "龞文芳"}, without_number("龞文芳"))
    (pair,) = await pairs(call, village(), "龞")

    for other in (village(), prefecture(), auditor()):
        assert refused(await decided(call, other, pair, "same"))[:2] == (403, "Forbidden")
    assert refused(await decided(call, township(), pair, "same", seen=4))[:2] == (412, "Stale")
    assert refused(await decided(call, township("t", NEXT_VILLAGE[:6] + "001"), pair, "same"))[:2] == (404, "NotFound")
    assert refused(await decided(call, township(), pair, "perhaps"))[:2] == (422, "Malformed")


async def test_a_head_does_not_leave_the_household_by_such_a_decision(way: Way, call: Call) -> None:
    await registered(call, {"name": "鱻文芳"})
    household = a_household(members=1) | {"members": [a_member(relation="head", **without_number("鱻文芳"))]}
    done(await call(village()).post("/v1/households", household))
    (pair,) = await pairs(call, county(), "鱻")

    assert refused(await decided(call, county(), pair, "same"))[:2] == (409, "HeadCannotEnd")
    assert done(await decided(call, county(), pair, "different"))["status"] == "different"


async def test_who_was_found_to_be_one_is_not_found_to_be_another(way: Way, call: Call) -> None:
    await registered(call, {"name": "麣文芳"}, {"name": "麣文芳"}, without_number("麣文芳"))
    first, second = await pairs(call, county(), "麣")

    done(await decided(call, county(), first, "same"))

    assert refused(await decided(call, county(), second, "same"))[:2] == (409, "SameAsAnother")
    assert done(await decided(call, county(), second, "different"))["status"] == "different"


@pytest.fixture(scope="module")
def runner(cluster: Cluster, monitoring_worker: Database) -> JobRunner:
    runner = SERVICE.job_runner(settings_of("monitoring", cluster), monitoring_worker)
    assert runner is not None
    return runner


async def searched(call: Call, by: Actor, area: str, runner: JobRunner) -> dict[str, Any]:
    asked = done(await call(by).post("/v1/duplicate-searches", {"area": area}))
    while await runner.do_one():
        pass
    return done(await call(by).get(f"/v1/jobs/{asked['id']}"))


async def test_a_search_finds_the_same_pairs_again_and_again(way: Way, call: Call, admin: asyncpg.Connection, runner: JobRunner) -> None:
    household = await registered(call, {"name": "虋文芳"}, without_number("虋文芳"), without_number("虋文芳", "1971-01-01"))
    kept = "SELECT id, person_a, person_b, score FROM duplicate_pair WHERE county_code = '530902' ORDER BY id"
    here = {row["person_id"] for row in await admin.fetch("SELECT person_id FROM membership WHERE household_id = $1", household)}
    at_once = [tuple(row) for row in await admin.fetch(kept) if row["person_a"] in here]  # of others many have moved or are somebody else by now
    assert at_once
    await searched(call, prefecture(), "5309", runner)  # whoever came to another county by other tests
    await admin.execute("DELETE FROM duplicate_pair WHERE county_code = '530902'")

    first = await searched(call, county(), HOME[:6], runner)
    found = [tuple(row) for row in await admin.fetch(kept)]
    second = await searched(call, prefecture(), "5309", runner)

    assert (first["state"], second["state"]) == ("done", "done")
    assert set(at_once) <= set(found)
    assert first["created"] == len(found)
    assert second["created"] == 0
    assert [tuple(row) for row in await admin.fetch(kept)] == found
    assert len({frozenset(row[1:3]) for row in found}) == len(found)


async def test_a_search_reads_first_what_old_numbers_say(way: Way, call: Call, admin: asyncpg.Connection, runner: JobRunner) -> None:
    household = await registered(call, place=OTHER_TOWNSHIP)
    people = "id IN (SELECT person_id FROM membership WHERE household_id = $1)"
    before: Sequence[Any] = await admin.fetch(f"SELECT born_on, sex FROM person WHERE {people}", household)
    await admin.execute(f"UPDATE person SET born_on = NULL, sex = NULL WHERE {people}", household)

    await searched(call, county(), HOME[:6], runner)

    assert await admin.fetch(f"SELECT born_on, sex FROM person WHERE {people}", household) == before


async def test_one_searches_in_the_own_area(call: Call) -> None:
    assert refused(await call(county()).post("/v1/duplicate-searches", {"area": "5309"})) == (403, "OutsideYourArea", ["body.area"])
    assert refused(await call(village()).post("/v1/duplicate-searches", {"area": HOME}))[:2] == (403, "Forbidden")
