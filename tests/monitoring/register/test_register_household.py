"""Registering a household: what makes one, whose it is, and that nobody is in two."""

import asyncio
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from tests.builders.people import a_household, a_member, some_income
from tests.builders.places import NEXT_VILLAGE, NO_VILLAGE, OTHER_COUNTY, OTHER_TOWNSHIP
from tests.builders.story import done, refused
from tests.fixtures.callers import Call
from tests.fixtures.tokens import HOME, county, prefecture, township, village


def with_members(*relations: str) -> dict[str, Any]:
    return a_household() | {"members": [a_member(relation=relation) for relation in relations]}


async def test_a_household_is_registered_and_due_a_visit_within_thirty_days(call: Call, september: datetime, admin: asyncpg.Connection) -> None:
    household = a_household()

    answer = await call(village()).post("/v1/households", household)

    assert answer.status_code == 201, answer.text
    assert (answer.json()["version"], answer.json()["status"]) == (1, "normal")
    (row,) = await admin.fetch("SELECT * FROM household WHERE id = $1", answer.json()["id"])
    assert (row["county_code"], row["township_code"], row["area_code"]) == ("530902", "530902102", "530902102201")
    assert row["due_at"].isoformat() == "2021-10-22T16:00:00+00:00"


async def test_a_township_officer_registers_in_every_village_of_the_township(call: Call) -> None:
    answer = await call(township()).post("/v1/households", a_household(village=NEXT_VILLAGE))

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("relations", "said"),
    [
        (["spouse", "son"], (422, "OneHead", ["body.members"])),
        (["head", "head"], (422, "OneHead", ["body.members"])),
        (["head", "spouse", "spouse"], (422, "OneSpouse", ["body.members"])),
    ],
)
async def test_a_household_has_one_head_and_one_spouse_at_most(relations: list[str], said: tuple[int, str, list[str]], call: Call) -> None:
    answer = await call(village()).post("/v1/households", with_members(*relations))

    assert refused(answer) == said


async def test_one_person_is_not_entered_twice_in_a_household(call: Call) -> None:
    household = with_members("head", "son", "mother", "other")
    household["members"][2]["id_number"] = household["members"][0]["id_number"]
    household["members"][3]["id_number"] = household["members"][1]["id_number"].lower()

    answer = await call(village()).post("/v1/households", household)

    assert refused(answer) == (422, "TwiceInHousehold", ["body.members.2.id_number", "body.members.3.id_number"])


async def test_a_village_that_does_not_exist_is_refused(call: Call) -> None:
    answer = await call(township()).post("/v1/households", a_household(village=NO_VILLAGE))

    assert refused(answer) == (422, "NoSuchVillage", ["body.village"])


@pytest.mark.parametrize("place", [NEXT_VILLAGE, OTHER_TOWNSHIP, OTHER_COUNTY])
async def test_a_cadre_registers_in_the_own_village_only(place: str, call: Call) -> None:
    answer = await call(village()).post("/v1/households", a_household(village=place))

    assert refused(answer) == (403, "OutsideYourArea", ["body.village"])


@pytest.mark.parametrize("official", [county(), prefecture()])
async def test_registering_is_the_village_s_and_the_township_s(official: Any, call: Call) -> None:
    answer = await call(official).post("/v1/households", a_household())

    assert refused(answer) == (403, "Forbidden", [])


@pytest.mark.parametrize("place", [HOME, OTHER_COUNTY])
async def test_who_is_registered_anywhere_is_not_registered_again_and_the_member_is_named(place: str, call: Call) -> None:
    before = a_household(village=place)
    done(await call(village("other", place)).post("/v1/households", before))
    household = with_members("head", "son", "mother")
    household["members"][1]["id_number"] = before["members"][2]["id_number"]
    household["members"][2]["id_number"] = before["members"][0]["id_number"]

    answer = await call(village()).post("/v1/households", household)

    assert refused(answer) == (409, "RegisteredElsewhere", ["body.members.1.id_number", "body.members.2.id_number"])
    assert "5309" not in answer.text


async def test_a_refused_household_leaves_nobody_registered(call: Call) -> None:
    before = a_household()
    done(await call(village()).post("/v1/households", before))
    household = with_members("head", "son")
    free = household["members"][0]["id_number"]
    household["members"][1]["id_number"] = before["members"][0]["id_number"]
    refused(await call(village()).post("/v1/households", household))

    again = await call(village()).post("/v1/households", a_household(members=1) | {"members": [a_member(relation="head", id_number=free)]})

    assert again.status_code == 201


@pytest.mark.parametrize("place", [HOME, OTHER_COUNTY])
async def test_of_two_households_that_take_one_person_at_once_one_wins(place: str, call: Call) -> None:
    one, two = a_household(), a_household(village=place)
    two["members"][3]["id_number"] = one["members"][1]["id_number"]

    answers = await asyncio.gather(call(village()).post("/v1/households", one), call(village("other", place)).post("/v1/households", two))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (loser,) = [answer for answer in answers if answer.status_code == 409]
    assert refused(loser)[1] == "RegisteredElsewhere"


@pytest.mark.parametrize("amount", ["-1.00", "1.005", "1e3", "NaN", "1000000000000.00", 12.5])
async def test_an_amount_is_a_text_of_yuan_and_cents(amount: Any, call: Call) -> None:
    answer = await call(village()).post("/v1/households", a_household(income=some_income(wage_income=amount)))

    assert refused(answer) == (422, "Malformed", ["body.income.wage_income"])
