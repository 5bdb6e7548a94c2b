"""The collection forms of households come in as a workbook of their own: what a row says begins on its day, and all else stays."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import asyncpg
import openpyxl
import pytest

from services.monitoring.domain.files.household_forms import HOUSEHOLD_FORMS
from shared.kernel.actors import Actor
from shared.kernel.sheets import Holds
from tests.builders.files import Row, a_number, as_csv, as_xlsx
from tests.builders.places import OTHER_TOWNSHIP
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import auditor, county, department_user, prefecture, township, village
from tests.monitoring.files.conftest import Files, counts

KIND = "household_forms"
FULL: Row = {
    "address": "下寨12号",
    "phone": "13955550001",
    "bank": "农村信用社",
    "bank_account": "6228480000000000010",
    "natural_village": "下寨",
    "farmland": "3.5",
    "house_grade": "A级",
    "house_problem": "否",
    "fuel": "电",
    "water_safe": "是",
}


async def a_numbered(way: Way, **changes: Any) -> tuple[str, str]:
    """Register a household; give its id and its number."""
    number = a_number()
    return await way.household(number=number, **changes), number


async def shown(way: Way, household: str, **query: Any) -> dict[str, Any]:
    return done(await way.call(county()).get(f"/v1/households/{household}", **query))


def refused_only(faults: set[tuple[int, str | None, str]]) -> set[tuple[int, str | None, str]]:
    return {fault for fault in faults if fault[2] != "unfilled"}


async def test_a_form_comes_in_and_the_same_again_changes_nothing(files: Files, way: Way, admin: asyncpg.Connection) -> None:
    household, number = await a_numbered(way)

    job = await files.sent(village(), [{"household_number": number, **FULL}], kind=KIND)
    before = await admin.fetchval("SELECT count(*) FROM audit WHERE relation <> 'job'")
    again = await files.sent(township(), [{"household_number": number, **FULL}], kind=KIND)

    assert counts(job) == ("done", {"created": 1}), await files.rows(village(), job["id"])
    assert counts(again) == ("done", {"unchanged": 1})
    assert await admin.fetchval("SELECT count(*) FROM audit WHERE relation <> 'job'") == before
    found = await shown(way, household)
    form = found["form"]
    assert (form["address"], form["phone"], form["bank_account"], form["bank"]) == ("下寨1***", "139****0001", "********0010", "农村信用社")
    assert (form["farmland"], form["house_grade"], form["water_safe"], form["television"], found["version"]) == ("3.50", "A", True, None, 2)
    kept = str(await admin.fetch("SELECT to_jsonb(f)::text FROM household_form f"))
    assert not any(secret in kept for secret in ("下寨12号", "13955550001", "6228480000000000010"))


async def test_an_empty_cell_leaves_a_dash_clears_and_a_mask_stands_for_what_is_registered(files: Files, way: Way, set_clock: SetClock) -> None:
    household, number = await a_numbered(way)
    await files.sent(village(), [{"household_number": number, **FULL}], kind=KIND)
    await set_clock(way.now + timedelta(days=10))
    row = {
        "household_number": number,
        "phone": "139****0001",
        "bank_account": "-",
        "farmland": "－",
        "fuel": "-",
        "house_grade": "",
        "television": "是",
    }

    job = await files.sent(village(), [row], kind=KIND)
    other = await files.sent(village(), [{"household_number": number, "phone": "13955550002"}], kind=KIND)

    assert counts(job) == counts(other) == ("done", {"updated": 1})
    now, then = (await shown(way, household))["form"], (await shown(way, household, on="2021-10-01"))["form"]
    assert [now[name] for name in ("address", "phone", "bank_account", "bank")] == ["下寨1***", "139****0002", None, "农村信用社"]
    assert [now[name] for name in ("farmland", "fuel", "house_grade", "television")] == [None, None, "A", True]
    assert [then[name] for name in ("phone", "bank_account", "farmland", "television")] == ["139****0001", "********0010", "3.50", None]


async def test_a_late_correction_goes_between_what_is_there_and_a_later_day_stays(files: Files, way: Way, set_clock: SetClock) -> None:
    household, number = await a_numbered(way)
    await files.sent(village(), [{"household_number": number, "effective_from": "2021-09-01", "fuel": "柴草"}], kind=KIND)
    await files.sent(village(), [{"household_number": number, "effective_from": "2021-09-20", "fuel": "电", "farmland": "1"}], kind=KIND)

    late = await files.sent(village(), [{"household_number": number, "effective_from": "2021.9.10", "farmland": "2"}], kind=KIND)
    same = await files.sent(village(), [{"household_number": number, "effective_from": "2021-09-10", "farmland": "3"}], kind=KIND)
    first = await files.sent(village(), [{"household_number": number, "effective_from": "2021-08-01", "farmland": "4"}], kind=KIND)

    assert (counts(late)[1], counts(same)[1], counts(first)[1]) == ({"updated": 1}, {"updated": 1}, {"created": 1})
    days = ("2021-08-01", "2021-09-01", "2021-09-10", "2021-09-20")
    forms = [(await shown(way, household, on=on))["form"] for on in days]
    assert [(form["valid_from"], form["valid_to"], form["fuel"], form["farmland"]) for form in forms] == [
        ("2021-08-01", "2021-09-01", None, "4.00"),
        ("2021-09-01", "2021-09-10", "firewood", None),
        ("2021-09-10", "2021-09-20", "firewood", "3.00"),
        ("2021-09-20", None, "electricity", "1.00"),
    ]


async def test_the_kind_that_a_file_changes_is_dated_and_what_it_was_until_then_is_known(files: Files, way: Way) -> None:
    household, number = await a_numbered(way)

    job = await files.sent(village(), [{"household_number": number, "kind": "一般农户", "effective_from": "2021-09-20"}], kind=KIND)

    assert counts(job) == ("done", {"created": 1})
    assert [(await shown(way, household, **query))["kind"] for query in ({"on": "2021-09-19"}, {"on": "2021-09-20"}, {})] == [
        *("lifted_out", "general", "general")
    ]


async def test_what_is_wrong_with_a_row_is_said_by_its_column_and_the_others_are_taken(files: Files, way: Way, admin: asyncpg.Connection) -> None:
    (_, good), (gone_id, gone), (_, named), (_, twice), (_, ahead), (_, other_place) = [await a_numbered(way) for _ in range(6)]
    elsewhere = Way(way.call, way.now, Officials.of(OTHER_TOWNSHIP))
    _, other = await a_numbered(elsewhere)
    await admin.execute("UPDATE household SET status = 'gone' WHERE id = $1", gone_id)
    rows: list[Row] = [
        {"household_number": good, "fuel": "电"},
        {"household_number": "nothing", "fuel": "电"},
        {"household_number": gone, "fuel": "电"},
        {"household_number": named, "name": "阿依", "fuel": "电"},
        {"household_number": twice, "fuel": "电"},
        {"household_number": twice, "fuel": "煤炭"},
        {"household_number": ahead, "effective_from": "2030-01-01", "fuel": "电"},
        {"household_number": other, "fuel": "电"},
        {"household_number": other_place, "village": township().area + "202", "fuel": "电"},
        {"household_number": other_place + "x", "village": OTHER_TOWNSHIP, "fuel": "电"},
    ]

    job = await files.sent(township(), rows, kind=KIND)

    assert counts(job) == ("done", {"created": 1, "refused": 9})
    assert await files.faults(township(), job["id"]) == {
        (3, "household_number", "no_such_household"),
        (4, "household_number", "household_gone"),
        (5, "name", "name_differs"),
        (6, "household_number", "twice_in_file"),
        (7, "household_number", "twice_in_file"),
        (8, "effective_from", "not_yet_happened"),
        (9, "household_number", "no_such_household"),
        (10, "village", "other_village"),
        (11, "village", "outside_area"),
    }


CONTRADICTIONS: list[tuple[Row, str, str]] = [
    ({"water_safe": "是", "water_problem": "是"}, "water_problem", "water_says_both"),
    ({"house_grade": "D级", "house_problem": "否"}, "house_problem", "house_says_both"),
    ({"resettlement_site_code": "1号 点"}, "resettlement_site_code", "site_code"),
    ({"household_number": "", "fuel": "电"}, "household_number", "missing"),
    ({"bank_account": "1234"}, "bank_account", "bank_account"),
    ({"bank_account": "6.22848E+18"}, "bank_account", "not_text"),
    ({"address": "寨" * 101}, "address", "address"),
    ({"natural_village": "下\u202e寨"}, "natural_village", "unsafe_text"),
]


@pytest.mark.parametrize(("wrong", "field", "code"), CONTRADICTIONS)
async def test_a_form_that_contradicts_itself_is_refused_by_column(wrong: Row, field: str, code: str, files: Files, way: Way) -> None:
    _, number = await a_numbered(way)

    job = await files.sent(village(), [{"household_number": number, **wrong}], kind=KIND)

    assert counts(job) == ("done", {"refused": 1})
    assert (2, field, code) in await files.faults(village(), job["id"])


async def test_a_row_is_held_against_what_is_registered_already(files: Files, way: Way) -> None:
    _, number = await a_numbered(way)
    await files.sent(village(), [{"household_number": number, "water_safe": "是"}], kind=KIND)

    job = await files.sent(village(), [{"household_number": number, "water_problem": "是"}], kind=KIND)
    cleared = await files.sent(village(), [{"household_number": number, "water_safe": "-", "water_problem": "是"}], kind=KIND)

    assert (2, "water_problem", "water_says_both") in await files.faults(village(), job["id"])
    assert counts(cleared) == ("done", {"updated": 1})


HOSTILE = (
    "=1+1",
    "１２x３",
    "\u202e电",
    "x" * 201,
    "a\nb",
    "—",
    "NULL",
    "1e400",
    "9" * 30,
    "<script>",
    "''",
    "#REF!",
    "李**",
    "true;DROP TABLE person",
)


async def test_no_hostile_value_of_any_column_ends_a_file(files: Files, way: Way) -> None:
    _, number = await a_numbered(way)
    tried = [(column.field, value) for column in HOUSEHOLD_FORMS.columns for value in HOSTILE]
    rows: list[Row] = [{"household_number": number, "fuel": "电", field: value} for field, value in tried]

    job = await files.sent(village(), as_csv(HOUSEHOLD_FORMS, rows), kind=KIND)

    assert (job["state"], job["refused"]) == ("done", len(tried))
    faults = await files.faults(village(), job["id"])
    assert {row for row, *_ in faults} == set(range(2, 202))  # a page of them
    told, strict = {(row, field) for row, field, _ in faults}, (Holds.CHOICE, Holds.QUANTITY, Holds.DAY, Holds.REFERENCE)
    assert all((row, field) in told for row, (field, _) in enumerate(tried[:200], start=2) if HOUSEHOLD_FORMS.column(field).holds in strict)


async def test_what_is_missing_is_noted_and_refuses_nothing(files: Files, way: Way) -> None:
    _, number = await a_numbered(way)

    job = await files.sent(village(), [{"household_number": number, "fuel": "电"}], kind=KIND)

    (row,) = await files.rows(village(), job["id"])
    assert row["outcome"] == "created"
    noted = {fault["field"] for fault in row["faults"] if fault["code"] == "unfilled"}
    assert "house_grade" in noted
    assert "fuel" not in noted
    page = await files.report(village(), job["id"])
    assert page["B2"].value == "新增"
    assert "住房等级：尚未填写" in str(page["C2"].value)
    assert page["D2"].fill.fgColor.rgb != "FFFFC7CE"


@pytest.mark.parametrize(("strategy", "first", "second"), [("create", "created", "unchanged"), ("update", "refused", "refused")])
async def test_forms_follow_the_strategy(strategy: str, first: str, second: str, files: Files, way: Way) -> None:
    _, number = await a_numbered(way)

    one = await files.sent(village(), [{"household_number": number, "fuel": "电"}], kind=KIND, strategy=strategy)
    two = await files.sent(village(), [{"household_number": number, "fuel": "煤炭"}], kind=KIND, strategy=strategy)

    assert (counts(one)[1], counts(two)[1]) == ({first: 1}, {second: 1})
    if strategy == "update":
        assert (2, "household_number", "not_filled_yet") in await files.faults(village(), one["id"])


async def test_a_file_that_is_only_checked_fills_when_it_is_committed(files: Files, way: Way) -> None:
    household, number = await a_numbered(way)
    job = await files.sent(village(), [{"household_number": number, **FULL}], kind=KIND, mode="validate")
    before = (await shown(way, household))["form"]

    done(await way.call(village()).post(f"/v1/jobs/{job['id']}/commit", None, seen=job["version"]))
    await files.work()

    assert (job["state"], job["created"], before) == ("validated", 1, None)
    assert (await shown(way, household))["form"]["address"] == "下寨1***"


@pytest.mark.parametrize("form", ["xlsx", "csv", "gb18030"])
async def test_a_workbook_and_a_csv_of_either_encoding_say_the_same(form: str, files: Files, way: Way) -> None:
    household, number = await a_numbered(way)
    rows: list[Row] = [{"household_number": number, **FULL, "farmland": 3.5 if form == "xlsx" else "3.5"}]
    content = (
        as_xlsx(HOUSEHOLD_FORMS, rows, mark=HOUSEHOLD_FORMS.mark)
        if form == "xlsx"
        else as_csv(HOUSEHOLD_FORMS, rows, encoding="utf-8-sig" if form == "csv" else "gb18030")
    )

    job = await files.sent(village(), content, kind=KIND, name=f"户情.{'xlsx' if form == 'xlsx' else 'csv'}")

    assert counts(job) == ("done", {"created": 1}), await files.faults(village(), job["id"])
    assert (await shown(way, household))["form"]["farmland"] == "3.50"


async def test_the_template_offers_the_sign_that_clears(files: Files) -> None:
    answer = await files.call(village()).get(f"/v1/import-templates/{KIND}")

    book = openpyxl.load_workbook(BytesIO(answer.content))
    lists = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in book["选项"].iter_cols()}
    assert lists["住房等级"] == ["A级", "B级", "C级", "D级", "-"]
    assert "-" not in lists["户类型"]
    assert any("清除" in str(cell.value) for cell in book["说明"]["A"])
    assert not any("填在户主行" in str(cell.value) for row in book["说明"].iter_rows() for cell in row)


@pytest.mark.parametrize("by", [prefecture(), auditor(), department_user()])
async def test_forms_are_sent_by_the_village_the_township_and_the_county(by: Actor, files: Files) -> None:
    assert refused(await files.send(by, [], kind=KIND))[:2] in [(403, "NotYourKind"), (403, "Forbidden")]
