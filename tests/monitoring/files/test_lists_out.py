"""Lists go out as files: as the list shows them, within the caller's area, and a register that goes out and comes in again changes nothing."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import asyncpg
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.jobs.lists import LISTS_OUT
from shared.kernel.actors import Role
from tests.builders.files import some_rows
from tests.builders.people import a_household, a_member, an_id_number
from tests.builders.places import NEXT_VILLAGE, QUIET
from tests.builders.story import Officials, Way, done, refused
from tests.fixtures.platform import count_of
from tests.fixtures.tokens import auditor, county, department_user, township, village
from tests.monitoring.files.conftest import Files, counts

PLACE = QUIET[:9] + "002"
THERE = village("export", PLACE)


def page_of(content: bytes) -> Worksheet:
    page = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    assert isinstance(page, Worksheet)
    return page


async def exported(files: Files, by: Any, path: str, **query: Any) -> bytes:
    answer = await files.call(by).get(f"/v1/{path}/export", **query)
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_a_register_that_goes_out_and_comes_in_again_changes_nothing(form: str, files: Files, admin: asyncpg.Connection) -> None:
    household = a_household(village=PLACE)
    household["members"][0]["name"] = "阿·依𠮷"
    household["members"][1]["phone"] = None
    done(await files.call(THERE).post("/v1/households", household))
    people = await admin.fetchval("SELECT count(*) FROM membership WHERE area_code = $1", PLACE)
    before = await count_of(admin, "SELECT count(*) FROM audit WHERE relation NOT IN ('job')")

    content = await exported(files, THERE, "households", status="normal", format=form)
    job = await files.sent(THERE, content, name=f"register.{form}")

    assert counts(job) == ("done", {"unchanged": people}), await files.faults(THERE, job["id"])
    assert await admin.fetchval("SELECT count(*) FROM audit WHERE relation NOT IN ('job')") == before + 1  # that it was exported


async def test_an_exported_register_can_be_changed_and_sent_in_again(files: Files) -> None:
    household = a_household(village=PLACE, members=2)
    registered = done(await files.call(THERE).post("/v1/households", household))
    book = openpyxl.load_workbook(BytesIO(await exported(files, THERE, "households", status="normal")))
    page: Any = book.worksheets[0]
    headers = [cell.value for cell in page[1]]
    wages, net, labour = (headers.index(each) for each in ("工资性收入（元）", "家庭纯收入（元）", "劳动技能"))
    mine = [row for row in page.iter_rows(min_row=2) if row[headers.index("户编号")].value == registered["id"]]
    mine[0][wages].value, mine[0][net].value, mine[1][labour].value = 1234.5, None, "丧失劳动力"
    content = BytesIO()
    book.save(content)

    job = await files.sent(THERE, content.getvalue(), name="改后.xlsx")

    assert (job["state"], job["updated"], job["refused"]) == ("done", 2, 0), await files.faults(THERE, job["id"])
    shown = done(await files.call(THERE).get(f"/v1/households/{registered['id']}"))
    assert (shown["income"]["wage_income"], sorted(member["labour"] for member in shown["members"])) == ("1234.50", ["lost", "ordinary"])


async def test_numbers_and_names_go_out_masked_and_as_text(files: Files) -> None:
    household = a_household(village=PLACE, members=1)
    done(await files.call(THERE).post("/v1/households", household))

    page = page_of(await exported(files, auditor(QUIET[:6]), "households", status="normal", area=PLACE))

    headers = [cell.value for cell in page[1]]
    numbers = [row[headers.index("身份证号码")] for row in page.iter_rows(min_row=2)]
    assert all("********" in str(cell.value) and cell.number_format == "@" for cell in numbers)


async def test_an_export_holds_the_caller_s_area_and_nothing_else(files: Files, way: Way) -> None:
    here, there = way, Way(way.call, way.now, Officials.of(NEXT_VILLAGE))
    mine, theirs = await here.lead(await here.household()), await there.lead(await there.household())

    of_village = await exported(files, village(), "leads", format="csv")
    of_township = await exported(files, township(), "leads", format="csv")

    assert mine["id"] in of_village.decode()
    assert theirs["id"] not in of_village.decode()
    assert {mine["id"], theirs["id"]} <= set(of_township.decode().replace('"', "").replace("\t", "").replace("\r\n", ",").split(","))


@pytest.mark.parametrize(("path", "word"), [("leads", "待核实"), ("cases", "待民主评议"), ("risk-flags", "帮扶中"), ("households", "户主")])
async def test_every_list_says_its_states_in_the_officials_words(path: str, word: str, files: Files, way: Way) -> None:
    await way.case("06")
    query = {"status": "normal"} if path == "households" else {}

    content = (await exported(files, county(), path, format="csv", **query)).decode("utf-8-sig")

    assert word in content or path == "risk-flags"


async def test_a_long_list_goes_out_as_a_job(files: Files, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.service.jobs.exports.AT_ONCE", 3)
    await files.sent(township(), some_rows(households=2))

    short = await files.call(township()).get("/v1/households/export", status="normal")
    asked = done(await files.call(township()).post("/v1/exports", {"list": "households", "format": "csv", "status": "normal"}))
    early = await files.call(township()).get(f"/v1/jobs/{asked['id']}/file")
    await files.work()
    job = await files.job(township(), asked["id"])
    answer = await files.call(township()).get(f"/v1/jobs/{asked['id']}/file")

    assert refused(short) == (409, "TooManyRows", [])
    assert refused(early) == (409, "NoFileYet", [])
    assert (job["state"], job["kind"], job["what"], job["phase"]) == ("done", "export", "households", "writing")
    people = await count_of(
        admin,
        "SELECT count(*) FROM membership m JOIN household h ON h.id = m.household_id AND h.status = 'normal' "
        "WHERE m.area_code LIKE $1 || '%' AND m.valid_to IS NULL",
        township().area,
    )
    assert len(answer.content.decode("utf-8-sig").splitlines()) == people + 1
    assert "attachment" in answer.headers["content-disposition"]
    trace = await admin.fetchval("SELECT actor FROM audit WHERE relation = 'household_register_export' AND after ->> 'id' = $1", asked["id"])
    assert trace == township().id


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"list": "people"}, (404, "NoSuchList", ["body.list"])),
        ({"list": "leads", "status": "normal"}, (422, "NoSuchStatus", ["body.status"])),
        ({"list": "leads", "format": "pdf"}, (422, "Malformed", ["body.format"])),
    ],
)
async def test_an_export_that_cannot_be_is_refused(asked: dict[str, Any], said: tuple[int, str, list[str]], files: Files) -> None:
    assert refused(await files.call(township()).post("/v1/exports", asked)) == said


async def test_a_list_that_is_not_for_the_caller_s_office_is_not_written_for_it(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    narrowed = replace(LISTS_OUT["leads"], readers=frozenset({Role.AUDITOR}))
    monkeypatch.setitem(LISTS_OUT, "leads", narrowed)

    assert refused(await files.call(township()).post("/v1/exports", {"list": "leads"})) == (403, "NotYourList", ["body.list"])
    assert (await files.call(auditor()).post("/v1/exports", {"list": "leads"})).status_code == 202


async def test_a_list_longer_than_a_worksheet_fails_as_a_workbook_and_goes_out_as_csv(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.files.writing.tables.ROWS_OF_A_SHEET", 3)
    await files.sent(township(), some_rows(households=2, members=2))

    asked = [
        done(await files.call(township()).post("/v1/exports", {"list": "households", "status": "normal", "format": form}))["id"]
        for form in ("xlsx", "csv")
    ]
    await files.work()
    workbook, csv = [await files.job(township(), job_id) for job_id in asked]

    assert (workbook["state"], workbook["problem"]["code"]) == ("failed", "TooLongForAWorkbook")
    assert refused(await files.call(township()).get(f"/v1/jobs/{workbook['id']}/file")) == (409, "NoFileYet", [])
    assert csv["state"] == "done"


async def test_a_kind_of_file_that_there_is_none_of_is_refused_by_name(files: Files) -> None:
    sent = await files.send(township(), b"a,b", kind="no_such")
    assert refused(sent) == (404, "NoSuchKind", ["body.kind"])
    assert refused(await files.call(township()).get("/v1/import-templates/no_such")) == (404, "NoSuchKind", ["path.kind"])


async def test_a_department_exports_no_list(files: Files) -> None:
    assert refused(await files.call(department_user()).post("/v1/exports", {"list": "leads"})) == (403, "Forbidden", [])
    assert refused(await files.call(department_user()).get("/v1/leads/export")) == (403, "Forbidden", [])


def test_a_household_list_knows_the_states_of_households() -> None:
    assert {str(status) for status in HouseholdStatus} == {"normal", "monitored", "gone"}


async def test_a_batch_takes_each_household_by_itself(files: Files) -> None:
    good, bad = a_household(members=2), a_household(members=2)
    bad["members"][1]["relation"] = "head"
    taken = a_household(members=1)
    taken["members"][0]["id_number"] = good["members"][1]["id_number"]

    done(await files.call(village()).post("/v1/households/batch", {"items": [a_household(members=1)]}))
    answer = done(await files.call(village()).post("/v1/households/batch", {"items": [good, bad, taken]}))

    assert (answer["created"], answer["refused"]) == (1, 2)
    assert [item["outcome"] for item in answer["items"]] == ["created", "refused", "refused"]
    assert (answer["items"][1]["problem"]["code"], answer["items"][1]["problem"]["fields"]) == ("OneHead", ["members"])
    assert (answer["items"][2]["problem"]["code"], answer["items"][2]["problem"]["fields"]) == ("RegisteredElsewhere", ["members.0.id_number"])
    assert done(await files.call(village()).get(f"/v1/households/{answer['items'][0]['id']}"))["version"] == 1


async def test_a_batch_with_an_unreadable_household_is_refused_by_its_place(files: Files) -> None:
    unreadable = a_household(members=1)
    unreadable["members"] = [a_member(relation="head", id_number=an_id_number()[:-1])]

    answer = await files.call(village()).post("/v1/households/batch", {"items": [a_household(members=1), unreadable]})

    assert refused(answer) == (422, "Malformed", ["body.items.1.members.0.id_number"])
