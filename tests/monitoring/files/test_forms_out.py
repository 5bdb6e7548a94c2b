"""The collection forms go out in the columns in which they come in, and what goes out and comes in again changes nothing."""

from io import BytesIO
from typing import Any

import asyncpg
import openpyxl
import pytest

from services.monitoring.domain.files.household_forms import HOUSEHOLD_FORMS
from services.monitoring.domain.files.person_forms import PERSON_FORMS
from shared.kernel.sheets import Sheet
from tests.builders.people import WITHOUT_NUMBER, a_household, a_member
from tests.builders.places import QUIET
from tests.builders.story import done, refused
from tests.fixtures.tokens import auditor, department_user, village
from tests.monitoring.files.conftest import Files, counts
from tests.monitoring.register.test_forms import HOUSEHOLD, PERSON

PLACE = QUIET[:9] + "001"
THERE = village("forms-out", PLACE)
TODAY = {"effective_from": "2021-09-22"}
UNTOUCHED = "SELECT count(*) FROM audit WHERE relation NOT IN ('job') AND relation NOT LIKE '%export'"


@pytest.fixture
async def filled(files: Files) -> dict[str, Any]:
    """A household with its form and the head's; a member without a number; and one household without forms."""
    household = a_household(village=PLACE, members=2)
    household["members"].append(a_member(**WITHOUT_NUMBER, name="阿依", born_on="2020-03-05"))
    registered = done(await files.call(THERE).post("/v1/households", household))
    done(await files.call(THERE).post("/v1/households", a_household(village=PLACE, members=1)))
    shown = done(await files.call(THERE).get(f"/v1/households/{registered['id']}"))
    head = next(member["id"] for member in shown["members"] if member["relation"] == "head")
    done(await files.call(THERE).put(f"/v1/households/{shown['id']}/form", TODAY | HOUSEHOLD, seen=1))
    done(await files.call(THERE).put(f"/v1/people/{head}/form", TODAY | PERSON, seen=2))
    return done(await files.call(THERE).get(f"/v1/households/{registered['id']}"))


async def exported(files: Files, sheet: Sheet, form: str, by: Any = THERE, **query: Any) -> bytes:
    answer = await files.call(by).get(f"/v1/{sheet.kind.replace('_', '-')}/export", status="normal", format=form, **query)
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("sheet", [HOUSEHOLD_FORMS, PERSON_FORMS], ids=lambda sheet: sheet.kind)
async def test_what_goes_out_and_comes_in_again_changes_nothing(
    sheet: Sheet, form: str, files: Files, filled: dict[str, Any], admin: asyncpg.Connection
) -> None:
    content = await exported(files, sheet, form)
    before = await admin.fetchval(UNTOUCHED)

    job = await files.sent(THERE, content, kind=sheet.kind, name=f"表.{form}")

    assert (job["state"], job["refused"], job["created"], job["updated"]) == ("done", 0, 0, 0), await files.rows(THERE, job["id"])
    assert job["unchanged"] >= 2
    assert await admin.fetchval(UNTOUCHED) == before


async def test_an_exported_form_that_was_changed_changes_just_that(files: Files, filled: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(BytesIO(await exported(files, HOUSEHOLD_FORMS, "xlsx")))
    page: Any = book.worksheets[0]
    headers = [cell.value for cell in page[1]]
    (mine,) = [row for row in page.iter_rows(min_row=2) if row[headers.index("户编号")].value == filled["number"]]
    mine[headers.index("主要燃料")].value, mine[headers.index("耕地面积（亩）")].value = "沼气", "-"
    content = BytesIO()
    book.save(content)

    job = await files.sent(THERE, content.getvalue(), kind="household_forms", name="改后.xlsx")

    assert (job["state"], job["updated"], job["refused"]) == ("done", 1, 0)
    form = done(await files.call(THERE).get(f"/v1/households/{filled['id']}"))["form"]
    assert form == filled["form"] | {"fuel": "biogas", "farmland": None}


async def test_nothing_secret_and_nothing_of_health_goes_out(files: Files, filled: dict[str, Any]) -> None:
    homes = (await exported(files, HOUSEHOLD_FORMS, "csv", by=auditor(QUIET[:6]), area=PLACE)).decode("utf-8-sig")
    members = (await exported(files, PERSON_FORMS, "csv", by=auditor(QUIET[:6]), area=PLACE)).decode("utf-8-sig")

    assert all(shown in homes for shown in ("下寨1***", "139****1234", "********0010", "农村信用社"))
    assert not any(secret in homes for secret in ("下寨12号", "13900001234", "6228480000000000010"))
    assert not any(secret in members for secret in ("长期慢性病", "肢体残疾", "三级", "2020-03-05", "阿依"))
    assert "佤族" in members


@pytest.mark.parametrize("path", ["household-forms", "person-forms"])
async def test_a_department_exports_no_form_and_who_is_gone_has_none(path: str, files: Files, filled: dict[str, Any]) -> None:
    assert refused(await files.call(department_user()).get(f"/v1/{path}/export"))[:2] == (403, "Forbidden")
    gone = await files.call(THERE).get(f"/v1/{path}/export", status="gone", format="csv")
    assert len(gone.content.decode("utf-8-sig").splitlines()) == 1


@pytest.mark.parametrize("path", ["household-forms", "person-forms"])
async def test_a_long_list_goes_out_as_a_job(path: str, files: Files, filled: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.service.jobs.exports.AT_ONCE", 1)

    short = await files.call(THERE).get(f"/v1/{path}/export", status="normal")
    asked = done(await files.call(THERE).post("/v1/exports", {"list": path, "format": "csv", "status": "normal"}))
    await files.work()

    assert refused(short) == (409, "TooManyRows", [])
    answer = await files.call(THERE).get(f"/v1/jobs/{asked['id']}/file")
    assert filled["number"] in answer.content.decode("utf-8-sig")
    assert counts(await files.job(THERE, asked["id"]))[0] == "done"
