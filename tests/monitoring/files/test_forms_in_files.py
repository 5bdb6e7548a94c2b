"""The collection forms come in and go out with the register: what a row fills in begins today, and an empty cell changes nothing."""

from datetime import timedelta
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import asyncpg
import pytest

from services.monitoring.domain.files.form_columns import FAULTS, HOUSEHOLD_COLUMNS, PERSON_COLUMNS, YES_NO
from services.monitoring.domain.register.forms import HEALTH_FIELDS, HouseholdForm, PersonForm
from shared.kernel.sheets import Holds
from tests.builders.files import some_rows
from tests.builders.story import Officials, Way, done
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import county, township, village
from tests.monitoring.files.conftest import Files, counts

HEAD = {
    "natural_village": "下寨",
    "resettlement_site_code": "530902-01",
    "farmland": "3.5",
    "road_kind": "硬化路",
    "house_grade": "A级",
    "house_problem": "否",
    "fuel": "电",
    "water_safe": "是",
    "ethnic_group": "佤族",
    "education": "小学",
    "residents_medical_insurance": "是",
    "work_place": "省外",
    "work_months": "8",
}


async def shown(files: Files, rows: list[dict[str, Any]], **query: Any) -> dict[str, Any]:
    (found,) = done(await files.call(township()).post("/v1/households/search", {"id_number": rows[0]["id_number"]}))["items"]
    return done(await files.call(county()).get(f"/v1/households/{found['id']}", **query))


def head_of(household: dict[str, Any]) -> dict[str, Any]:
    return next(member for member in household["members"] if member["relation"] == "head")


def test_each_column_is_a_field_of_a_form_and_knows_its_list() -> None:
    for columns, form, absent in ((HOUSEHOLD_COLUMNS, HouseholdForm, ()), (PERSON_COLUMNS, PersonForm, set(HEALTH_FIELDS) - {"drop_out_reason"})):
        hints = get_type_hints(form)
        assert {column.field for column in columns} == set(hints) - set(absent)
        for column in columns:
            kinds = [each for each in get_args(hints[column.field]) if isinstance(each, type)]
            words = [each for each in kinds if issubclass(each, StrEnum)]
            if words:
                assert set(column.choices.values()) == set(words[0]), column.field
            elif bool in kinds:
                assert column.choices == YES_NO, column.field
            else:
                assert column.holds in (Holds.QUANTITY, Holds.WORDS, Holds.CHOICE), column.field


async def test_new_households_come_in_with_their_forms(files: Files) -> None:
    rows = some_rows(households=1, members=2)
    rows[0] |= HEAD

    job = await files.sent(township(), rows)

    assert counts(job) == ("done", {"created": 2}), job
    household = await shown(files, rows)
    form = household["form"]
    assert (form["natural_village"], form["farmland"], form["road_kind"], form["house_grade"]) == ("下寨", "3.50", "hardened", "A")
    assert (form["water_safe"], form["house_problem"], form["television"]) == (True, False, None)
    person = head_of(household)["form"]
    assert (person["ethnic_group"], person["education"], person["work_place"], person["work_months"]) == ("21", "primary", "other_province", 8)
    assert [member["form"] for member in household["members"] if member["relation"] != "head"] == [None]


async def test_the_same_again_changes_nothing_and_an_empty_cell_nothing_either(files: Files, admin: asyncpg.Connection) -> None:
    rows = some_rows(households=1, members=2)
    rows[0] |= HEAD
    await files.sent(township(), rows)
    before = await admin.fetchval("SELECT count(*) FROM audit WHERE relation <> 'job'")

    again = await files.sent(township(), rows)
    without = await files.sent(township(), [{**row, **dict.fromkeys(HEAD, "")} for row in rows])

    assert counts(again) == counts(without) == ("done", {"unchanged": 2})
    assert await admin.fetchval("SELECT count(*) FROM audit WHERE relation <> 'job'") == before


async def test_a_change_begins_today_and_carries_on_what_the_file_does_not_say(files: Files, way: Way, set_clock: SetClock) -> None:
    rows = some_rows(households=1, members=1)
    rows[0] |= HEAD
    await files.sent(township(), rows)
    household = await shown(files, rows)
    home, person = f"/v1/households/{household['id']}/form", f"/v1/people/{household['members'][0]['id']}/form"
    since = {"effective_from": "2021-09-22"}
    done(await files.call(village()).put(home, {**since, "address": "下寨12号", "fuel": "gas", "television": True}, seen=household["version"]))
    body = {**since, "health": ["disabled"], "disability_class": "4", "disability_grade": 2, "education": "primary"}
    done(await files.call(village()).put(person, body, seen=household["version"] + 1))
    await set_clock(way.now + timedelta(days=10))

    job = await files.sent(township(), [rows[0] | dict.fromkeys(HEAD, "") | {"fuel": "沼气", "school_status": "中职二年级", "kind": "一般农户"}])

    assert counts(job) == ("done", {"updated": 1})
    now, then = await shown(files, rows), await shown(files, rows, on="2021-10-01")
    assert (now["form"]["fuel"], now["form"]["television"], now["form"]["address"]) == ("biogas", True, "下寨1***")
    assert (then["form"]["fuel"], then["kind"], now["kind"]) == ("gas", "lifted_out", "general")
    form = head_of(now)["form"]
    assert (form["school_status"], form["education"], form["health"], form["disability_grade"]) == ("vocational_2", None, ["disabled"], 2)
    assert head_of(then)["form"]["education"] == "primary"
    assert now["version"] == household["version"] + 3


async def test_the_kind_that_a_file_changes_is_dated_even_without_forms(files: Files, way: Way, set_clock: SetClock) -> None:
    rows = some_rows(households=1, members=1)
    await files.sent(township(), rows)
    await set_clock(way.now + timedelta(days=10))

    for kind, outcome in (("一般农户", {"updated": 1}), ("脱贫户", {"updated": 1}), ("一般农户", {"updated": 1})):
        assert counts(await files.sent(township(), [rows[0] | {"kind": kind}])) == ("done", outcome)

    assert [(await shown(files, rows, **query))["kind"] for query in ({"on": "2021-09-22"}, {"on": "2021-10-01"}, {})] == [
        *("lifted_out", "lifted_out", "general")
    ]


async def test_who_left_and_comes_in_again_has_the_form_of_the_new_registration(files: Files, way: Way, admin: asyncpg.Connection) -> None:
    rows = some_rows(households=1, members=2)
    await files.sent(township(), rows)
    household = await shown(files, rows)
    left = next(member["id"] for member in household["members"] if member["relation"] != "head")
    gone = {"on": way.at()[:10], "why": "moved"}
    done(await files.call(township()).post(f"/v1/households/{household['id']}/members/{left}/departure", gone, seen=household["version"]))

    job = await files.sent(township(), [rows[0], rows[1] | {"ethnic_group": "佤族"}])

    assert counts(job)[1]["created"] == 1, job
    back = next(member for member in (await shown(files, rows))["members"] if member["relation"] != "head")
    assert back["id"] != left
    assert back["form"]["ethnic_group"] == "21"
    assert await admin.fetchval("SELECT count(*) FROM person_form WHERE person_id = $1", left) == 0


async def test_why_somebody_is_out_of_school_comes_in_goes_out_empty_and_stays(files: Files) -> None:
    place = "530927102203"
    officials = Officials.of(place)
    rows = some_rows(households=1, members=1, village=place)
    rows[0] |= {"education": "小学", "drop_out_reason": "因病"}
    await files.sent(officials.township, rows)

    answer = await files.call(officials.village).get("/v1/households/export", status="normal", format="csv")
    job = await files.sent(officials.township, answer.content, name="再导入.csv")

    assert "小学" in answer.text
    assert "因病" not in answer.text
    assert counts(job) == ("done", {"unchanged": 1})
    household = done(await files.call(officials.village).get("/v1/households", status="normal"))["items"][0]["id"]
    assert head_of(done(await files.call(officials.village).get(f"/v1/households/{household}")))["form"]["drop_out_reason"] == "illness"
    job = await files.sent(officials.township, [rows[0] | {"education": "", "drop_out_reason": "", "school_status": "七年级"}])
    assert counts(job) == ("done", {"updated": 1})
    assert head_of(done(await files.call(officials.village).get(f"/v1/households/{household}")))["form"]["drop_out_reason"] is None


@pytest.mark.parametrize(("strategy", "outcome"), [("create", "unchanged"), ("update", "updated")])
async def test_forms_follow_the_strategy(strategy: str, outcome: str, files: Files) -> None:
    rows = some_rows(households=1, members=1)
    await files.sent(township(), rows)

    job = await files.sent(township(), [rows[0] | HEAD], strategy=strategy)

    assert counts(job) == ("done", {outcome: 1})
    assert bool((await shown(files, rows))["form"]) == (outcome == "updated")


CONTRADICTIONS: list[tuple[dict[str, str], str, str]] = [
    ({"education": "小学", "school_status": "七年级"}, "school_status", "school_and_education"),
    ({"school_status": "七年级", "drop_out_reason": "厌学"}, "drop_out_reason", "out_of_school"),
    ({"residents_medical_insurance": "是", "employees_medical_insurance": "是"}, "employees_medical_insurance", "one_medical_insurance"),
    ({"work_place": "省外"}, "work_months", "place_and_months"),
    ({"public_post": "否", "public_post_months": "3"}, "public_post_months", "post_and_months"),
    ({"water_safe": "是", "water_problem": "是"}, "water_problem", "water_says_both"),
    ({"house_grade": "D级", "house_problem": "否"}, "house_problem", "house_says_both"),
    ({"resettlement_site_code": "1号 点"}, "resettlement_site_code", "site_code"),
    ({"farmland": "1000000"}, "farmland", "quantity"),
    ({"farmland": "1.005"}, "farmland", "quantity"),
    ({"farmland": "-1"}, "farmland", "negative"),
    ({"house_grade": "E"}, "house_grade", "choice"),
    ({"work_months": "13", "work_place": "省外"}, "work_months", "choice"),
]


@pytest.mark.parametrize(("wrong", "field", "code"), CONTRADICTIONS)
async def test_what_is_wrong_with_a_form_is_told_by_column(wrong: dict[str, str], field: str, code: str, files: Files) -> None:
    rows = some_rows(households=1, members=1)

    job = await files.sent(township(), [rows[0] | wrong])

    assert counts(job) == ("done", {"refused": 1})
    assert (2, field if code != "school_and_education" else "education", code) in await files.faults(township(), job["id"])


def test_every_reason_is_provoked_here() -> None:
    assert set(FAULTS) <= {code for *_, code in CONTRADICTIONS}


async def test_a_register_with_forms_goes_out_and_changes_nothing_when_it_comes_in_again(files: Files, admin: asyncpg.Connection) -> None:
    place = "530927102202"
    officials = Officials.of(place)
    rows = some_rows(households=2, members=2, village=place)
    for row in rows:
        row |= HEAD if row["relation"] == "户主" else {"ethnic_group": "汉族", "school_status": "本科五年级"}
    await files.sent(officials.township, rows)
    gone = done(await files.call(officials.village).get("/v1/households", status="normal"))["items"]
    done(await files.call(officials.village).put(f"/v1/households/{gone[0]['id']}/form", {"effective_from": "2021-09-22", **FULL}, seen=1))

    answer = await files.call(officials.village).get("/v1/households/export", status="normal", format="csv")
    before = await admin.fetchval("SELECT count(*) FROM audit WHERE relation NOT IN ('job', 'household_export')")
    job = await files.sent(officials.township, answer.content, name="再导入.csv")

    assert "佤族" in answer.text
    assert "本科五年级" in answer.text
    assert counts(job) == ("done", {"unchanged": 4}), await files.faults(officials.township, job["id"])
    assert await admin.fetchval("SELECT count(*) FROM audit WHERE relation NOT IN ('job', 'household_export')") == before


FULL: dict[str, Any] = {
    **{
        "natural_village": "上寨",
        "resettlement_site_code": "530927-9",
        "road_kind": "dirt",
        "house_grade": "C",
        "fuel": "other",
        "industry_kind": "none",
    },
    **dict.fromkeys(("farmland", "pasture", "water_surface", "forest", "returned_farmland", "orchard", "road_distance", "house_area"), "12.30"),
    **dict.fromkeys(("whole_without_labour", "water_safe", "electricity", "television", "sanitary_toilet", "cooperative"), False),
    **dict.fromkeys(("leading_enterprise", "driven_by_leader", "house_problem", "schooling_problem", "water_problem", "insurance_problem"), True),
}
