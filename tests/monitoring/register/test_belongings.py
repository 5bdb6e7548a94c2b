"""What a household takes along to another county: everybody's papers and forms, its own, its items and quarters, and its key groups."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.database.transaction import Database
from shared.service.jobs.runner import JobRunner
from tests.builders.families import DOCUMENT, a_family
from tests.builders.incomes import a_quarter, an_income
from tests.builders.people import WITHOUT_NUMBER, a_member
from tests.builders.places import OTHER_COUNTY
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import HOME, county, prefecture, village

THERE = Officials.of(OTHER_COUNTY)
PASSPORT: dict[str, Any] = {
    **{"id_number": None, "certificate": "foreign_passport", "born_on": "1990-05-06", "sex": "female"},
    "relation": "spouse",
}
FORM = {"fuel": "gas", "farmland": "3.50", "address": "下寨12号", "bank_account": "6228480000000000010", "bank": "农村信用社"}
PERSON = {"ethnic_group": "21", "health": ["chronic_disease"], "work_place": "county", "work_months": 8}


async def moved(way: Way, runner: JobRunner, household_id: str, to: str = OTHER_COUNTY) -> str:
    """Move a household to another county; give its id there."""
    seen = done(await way.call(prefecture()).get(f"/v1/households/{household_id}"))["version"]
    body = {"to_village": to, "reason": "随子女迁居", "document_number": DOCUMENT}
    accepted = done(await way.call(prefecture()).post(f"/v1/households/{household_id}/county-transfer", body, seen=seen))
    while await runner.do_one():
        pass
    transfer = done(await way.call(prefecture()).get(f"/v1/household-transfers/{accepted['id']}"))
    assert transfer["status"] == "done"
    return transfer["to_household"]


async def a_mixed_family(way: Way, *, passport: str) -> str:
    """Register a head with an ID number, a spouse with a passport, and a child without anything."""
    family = a_family("head")
    family["members"] += [a_member(**PASSPORT, certificate_number=passport), a_member(**WITHOUT_NUMBER, born_on="2021-09-01", relation="son")]
    return done(await way.call(village()).post("/v1/households", family))["id"]


async def seen_there(way: Way, household_id: str, **query: Any) -> dict[str, Any]:
    return done(await way.call(THERE.county).get(f"/v1/households/{household_id}", **query))


async def test_who_has_another_certificate_or_none_moves_too(way: Way, job_runner: JobRunner, admin: asyncpg.Connection) -> None:
    before = done(await way.call(county()).get(f"/v1/households/{(here := await a_mixed_family(way, passport='E12345688'))}"))

    there = await seen_there(way, await moved(way, job_runner, here))

    names = ("id", "name", "certificate", "id_number", "certificate_number", "sex", "age", "phone", "relation", "labour")
    assert sorted([each[name] or "" for name in names] for each in there["members"]) == sorted(
        [each[name] or "" for name in names] for each in before["members"]
    )
    kept = await admin.fetch("SELECT certificate, born_on::text FROM person WHERE county_code = $1 AND id = ANY($2)", OTHER_COUNTY[:6], ids(before))
    assert ("foreign_passport", "1990-05-06") in kept
    assert ("none", "2021-09-01") in kept
    directory = await admin.fetch("SELECT county_code FROM person_directory WHERE person_id = ANY($1)", ids(before))
    assert [row["county_code"] for row in directory] == [OTHER_COUNTY[:6]] * 2
    again = a_family("head") | {"members": [a_member(**PASSPORT, certificate_number="E12345688") | {"relation": "head"}]}
    assert refused(await way.call(village()).post("/v1/households", again))[:2] == (409, "RegisteredElsewhere")


def filled(household: dict[str, Any]) -> dict[str, dict[str, Any] | None]:
    """Give the forms of a household's members, by person."""
    return {each["id"]: each["form"] for each in household["members"]}


def ids(household: dict[str, Any]) -> list[UUID]:
    return [UUID(each["id"]) for each in household["members"]]


async def test_the_forms_hold_there_from_the_day_on_sealed_for_the_household_that_it_is_there(
    way: Way, job_runner: JobRunner, set_clock: SetClock, admin: asyncpg.Connection, monitoring: Database
) -> None:
    here = await a_mixed_family(way, passport="E12345689")
    person = done(await way.call(county()).get(f"/v1/households/{here}"))["members"][0]["id"]
    since = {"effective_from": "2021-09-22"}
    done(await way.call(village()).put(f"/v1/households/{here}/form", {**since, **FORM, "phone": "13900001234"}, seen=1))
    done(await way.call(village()).put(f"/v1/people/{person}/form", {**since, **PERSON}, seen=2))
    before = done(await way.call(county()).get(f"/v1/households/{here}"))
    await set_clock(way.now + timedelta(days=10))

    there = await moved(way, job_runner, here)

    after = await seen_there(way, there)
    assert after["form"] == before["form"] | {"valid_from": "2021-10-02"}
    assert filled(after) == filled(before)
    row = await admin.fetchrow("SELECT valid_from::text, village_code, area_code, secrets FROM household_form WHERE household_id = $1", UUID(there))
    assert row is not None
    assert tuple(row)[:3] == ("2021-10-02", OTHER_COUNTY, OTHER_COUNTY)
    assert monitoring.vault.open(row["secrets"], table="household_form", row=UUID(there))["address"] == "下寨12号"
    for table, column, whose in (("household_form", "household_id", here), ("person_form", "person_id", person)):
        ends = await admin.fetch(f"SELECT valid_to::text FROM {table} WHERE county_code = $1 AND {column} = $2", HOME[:6], UUID(whose))
        assert [row["valid_to"] for row in ends] == ["2021-10-02"]
    gone = done(await way.call(county()).get(f"/v1/households/{here}"))
    assert (gone["form"], gone["missing"]) == (None, [])


async def test_the_items_behind_its_income_and_its_quarters_go_along(way: Way, job_runner: JobRunner) -> None:
    here = await way.household()
    done(await way.call(village()).post(f"/v1/households/{here}/incomes", an_income(), seen=1))
    done(await way.call(village()).post(f"/v1/households/{here}/incomes", a_quarter(2021, 1), seen=2))
    done(await way.call(village()).post(f"/v1/households/{here}/incomes", a_quarter(2021, 2), seen=3))
    before = done(await way.call(county()).get(f"/v1/households/{here}/incomes"))

    there = await moved(way, job_runner, here)

    after = done(await way.call(THERE.county).get(f"/v1/households/{there}/incomes"))
    assert without_ids(after["record"]) == without_ids(before["record"])
    assert [without_ids(each) for each in after["quarters"]] == [without_ids(each) for each in before["quarters"]]
    assert len(after["quarters"]) == 2


def without_ids(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in ("id", "effective_from", "valid_from", "recorded_at")}


async def test_its_key_groups_go_along_and_who_looked_after_it_does_so_no_more(way: Way, job_runner: JobRunner, admin: asyncpg.Connection) -> None:
    here = await way.household()
    await way.grouped(here, "low_income")
    await way.grouped(here, "disabled", source="department")
    await way.assigned(here)
    only_here = (
        "INSERT INTO household_group SELECT county_code, uuidv7(), household_id, area_code, 'only_here', valid_from, NULL, source, noted_by, noted_at"
    )
    await admin.execute(f"{only_here} FROM household_group WHERE household_id = $1 AND group_code = 'disabled'", UUID(here))

    there = await moved(way, job_runner, here)

    groups = done(await way.call(THERE.county).get(f"/v1/households/{there}/groups"))["items"]
    assert sorted((each["group"], each["valid_from"], each["source"]) for each in groups) == [
        ("disabled", "2021-09-01", "department"),
        ("low_income", "2021-09-01", "home_visit"),
    ]
    assert done(await way.call(THERE.county).get(f"/v1/households/{there}/assignments"))["items"] == []
    for table in ("household_group", "care_assignment"):
        ends = await admin.fetch(f"SELECT valid_to::text FROM {table} WHERE household_id = $1", UUID(here))
        assert {row["valid_to"] for row in ends} == {"2021-09-22"}, table


@pytest.mark.parametrize("days", [0, 40])
async def test_who_comes_back_brings_along_what_is_known_now(
    days: int, way: Way, job_runner: JobRunner, set_clock: SetClock, admin: asyncpg.Connection
) -> None:
    here = await a_mixed_family(way, passport=f"E123457{days:02}")
    person = next(each for each in done(await way.call(county()).get(f"/v1/households/{here}"))["members"] if each["relation"] == "head")
    done(await way.call(village()).put(f"/v1/people/{person['id']}/form", {"effective_from": "2021-09-22", **PERSON}, seen=1))
    there = await moved(way, job_runner, here)
    await set_clock(way.now + timedelta(days=days))
    seen = (await seen_there(way, there))["version"]
    if days:
        form = {"effective_from": "2021-10-30", **PERSON, "work_months": 9}
        done(await way.call(THERE.village).put(f"/v1/people/{person['id']}/form", form, seen=seen))

    back = done(await way.call(county()).get(f"/v1/households/{await moved(way, job_runner, there, HOME)}"))

    head = next(each for each in back["members"] if each["relation"] == "head")
    assert (head["id"], head["phone"], head["form"]["work_months"]) == (person["id"], person["phone"], 9 if days else 8)
    present = "SELECT county_code FROM person_form WHERE person_id = $1 AND valid_to IS NULL AND county_code = $2"
    assert len(await admin.fetch(present, UUID(person["id"]), HOME[:6])) == 1


async def test_the_lead_of_one_that_was_monitored_is_graded_and_limited_by_the_law_there(
    way: Way, job_runner: JobRunner, set_clock: SetClock, admin: asyncpg.Connection
) -> None:
    case_id = await way.case("06")
    here = done(await way.call(county()).get(f"/v1/cases/{case_id}"))["household_id"]
    later, _ = await way.flagged(case_id, set_clock)

    there = await moved(later, job_runner, here)

    [lead] = await admin.fetch("SELECT grade, heard_at = registered_at AS now, due_at, step_due_at FROM lead WHERE household_id = $1", UUID(there))
    assert (lead["grade"], lead["now"]) == ("yellow", True)
    assert later.now < lead["step_due_at"] < lead["due_at"] == later.now.replace(hour=16, minute=0) + timedelta(days=15)


async def test_who_arrives_without_an_id_number_is_compared_with_those_who_are_there(
    way: Way, job_runner: JobRunner, admin: asyncpg.Connection
) -> None:
    twin = a_member(name="龖文芳", relation="head")
    there = a_family("head", village=OTHER_COUNTY) | {"members": [twin]}
    done(await way.call(THERE.village).post("/v1/households", there))
    family = a_family("head")
    family["members"].append(a_member(**WITHOUT_NUMBER, name="龖文芳", born_on="1990-05-06"))
    here = done(await way.call(village()).post("/v1/households", family))["id"]

    arrived = await seen_there(way, await moved(way, job_runner, here))

    child = next(each["id"] for each in arrived["members"] if each["certificate"] == "none")
    assert await admin.fetchval("SELECT count(*) FROM duplicate_pair WHERE county_code = $1 AND person_a = $2", OTHER_COUNTY[:6], UUID(child)) == 1
