"""The collection forms of people come in as a workbook of their own: whom a row means, what it says, and what it leaves."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.monitoring.domain.files.person_forms import DISABILITY_CLASS, DISABILITY_GRADE, FAULTS, HEALTH, PERSON_FORMS
from services.monitoring.domain.register.codes import DisabilityClass, Health
from services.monitoring.domain.register.forms import PersonForm
from shared.kernel.sheets import Holds
from tests.builders.files import Row, a_number, as_csv
from tests.builders.people import WITHOUT_NUMBER, a_household, a_member, an_id_number
from tests.builders.story import Way, done
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import county, township, village
from tests.monitoring.files.conftest import Files, counts

KIND = "person_forms"
FULL: Row = {
    "ethnic_group": "佤族",
    "education": "小学",
    "health": "长期慢性病、残疾",
    "disability_class": "肢体残疾",
    "disability_grade": "三级",
    "residents_medical_insurance": "是",
    "subsistence_allowance": "农村",
    "extreme_difficulty": "未享受",
    "work_place": "省外",
    "work_months": "8",
}


async def registered(files: Files, **changes: Any) -> tuple[str, dict[str, Any]]:
    """Register a household; give its id, and it as it was sent, with its number."""
    household = a_household(number=a_number(), members=2, **changes)
    return done(await files.call(village()).post("/v1/households", household))["id"], household


def a_row(household: dict[str, Any], n: int = 0, **said: Any) -> Row:
    return {"household_number": household["number"], "id_number": household["members"][n]["id_number"], **said}


async def forms_of(files: Files, household: str, **query: Any) -> dict[str, dict[str, Any] | None]:
    """The forms of a household's members, by relation."""
    members = done(await files.call(county()).get(f"/v1/households/{household}", **query))["members"]
    return {member["relation"]: member["form"] for member in members}


def test_every_column_is_a_field_and_health_is_said_in_every_way_that_may_hold() -> None:
    fields = set(PersonForm.__dataclass_fields__)
    assert fields <= {column.field for column in PERSON_FORMS.columns if column.clearable}
    assert {word for words in HEALTH.values() for word in words.split(",")} == set(Health)
    assert set(DISABILITY_CLASS.values()) == set(DisabilityClass)
    assert set(DISABILITY_GRADE.values()) == {"1", "2", "3", "4"}


async def test_a_form_comes_in_and_the_same_again_changes_nothing(files: Files, way: Way, admin: asyncpg.Connection) -> None:
    household, sent = await registered(files)

    job = await files.sent(village(), [a_row(sent, 0, **FULL), a_row(sent, 1, ethnic_group="汉族")], kind=KIND)
    before = await admin.fetchval("SELECT count(*) FROM audit WHERE relation <> 'job'")
    again = await files.sent(township(), [a_row(sent, 0, **FULL), a_row(sent, 1, ethnic_group="汉族")], kind=KIND)

    assert counts(job) == ("done", {"created": 2}), await files.rows(village(), job["id"])
    assert counts(again) == ("done", {"unchanged": 2})
    assert await admin.fetchval("SELECT count(*) FROM audit WHERE relation <> 'job'") == before
    forms = await forms_of(files, household)
    form = forms["head"]
    assert form is not None
    assert (form["ethnic_group"], form["health"], form["disability_class"], form["disability_grade"]) == (
        *("21", ["chronic_disease", "disabled"], "4", 3),
    )
    assert (form["work_place"], form["work_months"], form["public_post"]) == ("other_province", 8, None)
    assert (forms["other"] or {})["ethnic_group"] == "01"
    assert done(await files.call(county()).get(f"/v1/households/{household}"))["version"] == 2
    hidden = await admin.fetch("SELECT after::text FROM audit WHERE relation = 'person_form' AND after ->> 'person_id' IS NOT NULL")
    assert not any("chronic_disease" in str(row["after"]) for row in hidden)


async def test_what_is_said_of_health_is_never_staged_in_clear(files: Files, admin: asyncpg.Connection) -> None:
    _, sent = await registered(files)

    job = await files.sent(village(), [a_row(sent, 0, **FULL, born_on="1980-01-01")], kind=KIND, mode="validate")

    (row,) = await admin.fetch("SELECT to_jsonb(i)::text AS text FROM import_row i WHERE job_id = $1", UUID(job["id"]))
    assert not any(secret in row["text"] for secret in ("chronic", "1980-01-01", sent["members"][0]["id_number"]))


async def test_an_empty_cell_leaves_and_a_dash_clears_from_the_day_on(files: Files, way: Way, set_clock: SetClock) -> None:
    household, sent = await registered(files)
    await files.sent(village(), [a_row(sent, 0, **FULL)], kind=KIND)
    await set_clock(way.now + timedelta(days=10))
    row = a_row(sent, 0, education="-", school_status="中职二年级", work_place="-", work_months="-", effective_from="2021-09-30")

    job = await files.sent(village(), [row], kind=KIND)

    assert counts(job) == ("done", {"updated": 1}), await files.rows(village(), job["id"])
    now, then = (await forms_of(files, household))["head"] or {}, (await forms_of(files, household, on="2021-09-29"))["head"] or {}
    assert [now[name] for name in ("education", "school_status", "work_place", "ethnic_group", "disability_grade")] == [
        *(None, "vocational_2", None, "21", 3)
    ]
    assert [then[name] for name in ("education", "school_status", "work_place")] == ["primary", None, "other_province"]


async def test_the_same_health_in_another_order_is_the_same(files: Files) -> None:
    household, sent = await registered(files)
    shown = done(await files.call(county()).get(f"/v1/households/{household}"))
    head = next(member["id"] for member in shown["members"] if member["relation"] == "head")
    body = {"effective_from": "2021-09-22", "health": ["disabled", "chronic_disease"]}
    done(await files.call(village()).put(f"/v1/people/{head}/form", body, seen=1))

    job = await files.sent(village(), [a_row(sent, 0, health="长期慢性病、残疾")], kind=KIND)

    assert counts(job) == ("done", {"unchanged": 1})


async def test_who_has_no_number_is_meant_by_name_and_day_of_birth(files: Files) -> None:
    child = a_member(**WITHOUT_NUMBER, name="阿依", born_on="2020-03-05")
    twins = [a_member(**WITHOUT_NUMBER, name="岩罕", born_on="2019-01-01") for _ in range(2)]
    household = a_household(number=a_number())
    household["members"] = [household["members"][0], child, *twins]
    done(await files.call(village()).post("/v1/households", household))
    said = {"household_number": household["number"], "school_status": "学龄前儿童"}
    rows: list[Row] = [
        {**said, "name": "阿依", "born_on": "2020-03-05"},
        {**said, "name": "岩罕", "born_on": "2019-01-01"},
        {**said, "name": "阿依", "born_on": "2020-03-06"},
        {**said, "name": "阿依"},
        {**said, "name": "阿*", "born_on": "2020-03-05"},
    ]

    job = await files.sent(village(), rows, kind=KIND)

    assert counts(job) == ("done", {"created": 1, "refused": 4})
    assert await files.faults(village(), job["id"]) == {
        (3, "name", "several_alike"),
        (4, "name", "no_such_member"),
        (5, "id_number", "who_is_meant"),
        (6, "id_number", "who_is_meant"),
    }


async def test_what_is_wrong_with_a_row_is_said_by_its_column_and_the_others_are_taken(files: Files, admin: asyncpg.Connection) -> None:
    (_, good), (_, other), (gone_id, gone), (_, named), (_, twice) = [await registered(files) for _ in range(5)]
    ids = await admin.fetch("SELECT m.person_id, h.number FROM membership m JOIN household h ON h.id = m.household_id WHERE m.relation = 'head'")
    head_of = {row["number"]: str(row["person_id"]) for row in ids}
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", UUID(gone_id))
    rows: list[Row] = [
        a_row(good, 0, **FULL),
        {**a_row(good, 1, **FULL), "id_number": other["members"][0]["id_number"]},
        {**a_row(good, 1, **FULL), "id_number": an_id_number()},
        a_row(gone, 0, **FULL),
        a_row(named, 0, name="阿依", **FULL),
        a_row(named, 1, born_on="1901-01-01", **FULL),
        a_row(twice, 0, **FULL),
        {"household_number": twice["number"], "person": head_of[twice["number"]], **FULL},
        a_row(twice, 1, **FULL),
        a_row(twice, 1, **FULL),
        a_row(other, 0, person=head_of[good["number"]], **FULL),
        a_row(other, 1, effective_from="2030-01-01", **FULL),
        {"household_number": other["number"], "id_number": "533522********10**", **FULL},
    ]

    job = await files.sent(township(), rows, kind=KIND)

    assert counts(job) == ("done", {"created": 1, "refused": 12})
    assert await files.faults(township(), job["id"]) == {
        (3, "id_number", "no_such_member"),
        (4, "id_number", "no_such_member"),
        (5, "household_number", "household_gone"),
        (6, "name", "name_differs"),
        (7, "born_on", "born_on_differs"),
        (8, "household_number", "twice_in_file"),
        (9, "household_number", "twice_in_file"),
        (10, "id_number", "twice_in_file"),
        (11, "id_number", "twice_in_file"),
        (12, "person", "no_such_member"),
        (13, "effective_from", "not_yet_happened"),
        (14, "id_number", "who_is_meant"),
    }


CONTRADICTIONS: list[tuple[Row, str, str]] = [
    ({"education": "小学", "school_status": "七年级"}, "school_status", "school_and_education"),
    ({"school_status": "七年级", "drop_out_reason": "厌学"}, "drop_out_reason", "out_of_school"),
    ({"residents_medical_insurance": "是", "employees_medical_insurance": "是"}, "residents_medical_insurance", "one_medical_insurance"),
    ({"work_place": "省外"}, "work_months", "place_and_months"),
    ({"public_post": "否", "public_post_months": "3"}, "public_post_months", "post_and_months"),
    ({"disability_class": "肢体残疾"}, "disability_grade", "disability_unclear"),
    ({"health": "健康", "disability_class": "肢体残疾", "disability_grade": "一级"}, "disability_class", "disability_unclear"),
    ({"health": "健康、残疾"}, "health", "choice"),
    ({"work_months": "13"}, "work_months", "choice"),
    ({"born_on": "昨天"}, "born_on", "day"),
]


@pytest.mark.parametrize(("wrong", "field", "code"), CONTRADICTIONS)
async def test_a_form_that_contradicts_itself_is_refused_by_column(wrong: Row, field: str, code: str, files: Files) -> None:
    _, sent = await registered(files)

    job = await files.sent(village(), [a_row(sent, 0, **wrong)], kind=KIND)

    assert counts(job) == ("done", {"refused": 1})
    assert (2, field, code) in await files.faults(village(), job["id"])


def test_every_refusal_of_the_form_has_its_sentences() -> None:
    assert {code for *_, code in CONTRADICTIONS} - {"choice", "day"} <= set(FAULTS)


HOSTILE = ("=1+1", "\u202e电", "x" * 201, "a\nb", "NULL", "1e400", "<script>", "#REF!", "true;DROP TABLE person")


async def test_no_hostile_value_of_any_column_ends_a_file(files: Files) -> None:
    _, sent = await registered(files)
    tried = [(column.field, value) for column in PERSON_FORMS.columns for value in HOSTILE]
    rows: list[Row] = [a_row(sent, 1, **{"ethnic_group": "汉族", field: value}) for field, value in tried]

    job = await files.sent(village(), as_csv(PERSON_FORMS, [*rows, a_row(sent, 0, **FULL)]), kind=KIND)

    assert counts(job) == ("done", {"created": 1, "refused": len(tried)})
    faults = await files.faults(village(), job["id"])
    assert {row for row, *_ in faults} == set(range(2, 202))  # a page of them
    told, strict = {(row, field) for row, field, _ in faults}, (Holds.CHOICE, Holds.QUANTITY, Holds.DAY, Holds.REFERENCE)
    assert all((row, field) in told for row, (field, _) in enumerate(tried[:200], start=2) if PERSON_FORMS.column(field).holds in strict)


async def test_what_is_missing_is_noted_and_refuses_nothing(files: Files) -> None:
    _, sent = await registered(files)

    job = await files.sent(village(), [a_row(sent, 0, ethnic_group="汉族")], kind=KIND)

    (row,) = await files.rows(village(), job["id"])
    assert row["outcome"] == "created"
    noted = {fault["field"] for fault in row["faults"] if fault["code"] == "unfilled"}
    assert noted == {"education", "health", "residents_medical_insurance", "subsistence_allowance", "extreme_difficulty"}
