"""The list of tasks as a file: what it shows, all of it or nothing."""

import asyncio
import csv
import io
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import openpyxl
import pytest
from fastapi import FastAPI

from services.employment.domain.tasks import KINDS as OF_EMPLOYMENT
from services.employment.domain.tasks import OTHER
from services.gateway.app import create_gateway
from services.gateway.domain.task_list import KIND, MEASURE, SERVICE, STATUS, TASK_LIST
from services.projects.domain.tasks import KINDS as OF_PROJECTS
from shared.files.writing.tables import unguarded
from shared.kernel.actors import Actor, Role
from shared.kernel.assistance import TaskStatus
from shared.service.http.client import HttpClient
from shared.service.http.downloads import CSV, XLSX
from tests.builders.story import refused
from tests.fixtures.tokens import auditor, citizen, county, department_user, prefecture, village
from tests.gateway.fakes import Fake, Tasks, a_task, bearing, gateway, order, saying, settings, silent

PATH = "/v1/tasks/export"
FORBIDDEN = {"type": "urn:bottom-line:problem:Forbidden", "title": "x", "status": 403}
HEADERS = [column.header for column in TASK_LIST.columns]


def listing(projects: list[dict[str, Any]], employment: list[dict[str, Any]]) -> dict[str, Fake]:
    return {"projects": Fake(Tasks(projects)), "employment": Fake(Tasks(employment))}


async def exported(fakes: Mapping[str, Fake], by: Actor | None = None, **query: Any) -> httpx2.Response:
    async with gateway(fakes) as http:
        return await http.get(PATH, params=query, headers=bearing(by or prefecture()))


def rows_of(answer: httpx2.Response) -> list[dict[str, str]]:
    """Read a CSV as a spreadsheet shows it."""
    assert answer.status_code == 200, answer.text
    return [{name: unguarded(value) for name, value in row.items()} for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))]


async def test_the_file_holds_the_tasks_of_both_services_in_the_order_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.api.exporting._PAGE", 3)
    projects = [a_task("projects", n, day=n % 4) for n in range(1, 9)]
    employment = [a_task("employment", n, day=n % 3, area="530921100200" if n % 2 else "530902102201") for n in range(1, 12)]

    answer = await exported(listing(projects, employment), format="csv")

    assert [row["任务编号"] for row in rows_of(answer)] == [task["id"] for task in sorted(projects + employment, key=order)]


async def test_a_row_says_it_in_the_officials_words() -> None:
    answer = await exported(listing([a_task(measure="industry_support", kind="plant_or_breed")], []), format="csv")

    [row] = rows_of(answer)
    assert list(row) == HEADERS
    assert [row[name] for name in ("主管部门", "行政村代码", "帮扶措施", "任务内容", "状态")] == [
        "项目",
        "530902102201",
        "产业帮扶",
        "种植养殖",
        "待认领",
    ]
    assert row["办结期限"] == "2021-09-22T08:00:00+08:00"


async def test_a_measure_that_the_law_has_just_added_is_exported_under_its_code() -> None:
    [row] = rows_of(await exported(listing([a_task(measure="new_measure", kind="other")], []), format="csv"))

    assert (row["帮扶措施"], row["任务内容"]) == ("new_measure", "其他")


def test_there_is_a_word_for_every_state_and_for_all_work_that_services_do() -> None:
    assert set(STATUS.values()) == set(TaskStatus)
    assert set(KIND.values()) == {*OF_PROJECTS.values(), *OF_EMPLOYMENT.values(), OTHER}
    assert set(MEASURE.values()) == {*OF_PROJECTS, *OF_EMPLOYMENT}
    assert set(SERVICE.values()) == {"projects", "employment"}


async def test_without_a_format_it_is_a_workbook() -> None:
    answer = await exported(listing([a_task()], []))

    page = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in page[1]] == HEADERS
    assert page.cell(2, 1).value == a_task()["id"]
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (XLSX, "no-store")


async def test_the_file_has_a_name_and_its_type() -> None:
    answer = await exported(listing([], []), format="csv")

    assert answer.headers["content-type"].startswith(CSV)
    assert answer.headers["content-disposition"].endswith("%E5%B8%AE%E6%89%B6%E4%BB%BB%E5%8A%A1%E6%B8%85%E5%8D%95.csv")
    assert rows_of(answer) == []


async def test_both_are_asked_what_the_caller_asked_in_his_name() -> None:
    fakes = listing([], [])
    headers = bearing(county(), **{"Accept-Language": "en"})

    async with gateway(fakes) as http:
        await http.get(PATH, params={"area": "530902102", "status": "started", "format": "csv"}, headers=headers)

    for fake in (fakes["projects"], fakes["employment"]):
        assert dict(fake.asked[0].url.params) == {"area": "530902102", "status": "started", "size": "200"}
        assert fake.asked[0].headers["authorization"] == headers["Authorization"]


@pytest.mark.parametrize("others", [[a_task("projects", 1)], []])
async def test_half_a_list_is_never_exported(others: list[dict[str, Any]]) -> None:
    answer = await exported({"projects": Fake(Tasks(others)), "employment": silent()})

    assert refused(answer)[:2] == (503, "ServiceSilent")
    assert ("employment" in answer.json()["title"], "projects" in answer.json()["title"], answer.headers["retry-after"]) == (True, False, "2")


async def test_a_service_that_falls_silent_between_two_pages_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.api.exporting._PAGE", 2)
    fakes = listing([a_task("projects", n) for n in range(1, 6)], [])
    fakes["projects"] = Fake(Tasks([a_task("projects", n) for n in range(1, 6)], silences=[False, True]))

    assert refused(await exported(fakes))[:2] == (503, "ServiceSilent")


async def test_a_service_that_shows_this_role_none_adds_none() -> None:
    answer = await exported({"projects": saying(403, FORBIDDEN), "employment": Fake(Tasks([a_task("employment")]))}, format="csv")

    assert [row["主管部门"] for row in rows_of(answer)] == ["就业"]


@pytest.mark.parametrize("status", [400, 401, 404, 422])
async def test_another_refusal_of_one_service_refuses_the_whole(status: int) -> None:
    answer = await exported({"projects": saying(status, FORBIDDEN | {"status": status}), "employment": Fake(Tasks([a_task("employment")]))})

    assert (answer.status_code, answer.json()["status"]) == (status, status)


async def test_who_may_see_nothing_any_more_between_two_pages_gets_no_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.api.exporting._PAGE", 2)
    pages = Tasks([a_task("projects", n) for n in range(1, 6)])

    def then_refusing(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(403, json=FORBIDDEN) if "cursor" in request.url.params else pages(request)

    assert (await exported({"projects": Fake(then_refusing), "employment": Fake(Tasks([]))})).status_code == 403


async def test_what_both_refuse_is_refused() -> None:
    answer = await exported({"projects": saying(403, FORBIDDEN), "employment": saying(403, FORBIDDEN)})

    assert (answer.status_code, answer.json()["type"]) == (403, FORBIDDEN["type"])


@pytest.mark.parametrize(("rows", "status"), [(9, 200), (10, 200), (11, 409), (14, 409)])
@pytest.mark.parametrize("page", [3, 5, 200])
async def test_a_list_that_is_too_long_for_a_request_is_refused_with_what_to_do(
    rows: int, status: int, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.gateway.api.exporting.AT_MOST", 10)
    monkeypatch.setattr("services.gateway.api.exporting._PAGE", page)
    tasks = [a_task("employment" if n % 2 else "projects", n, day=n) for n in range(1, rows + 1)]
    fakes = listing([each for each in tasks if each["service"] == "projects"], [each for each in tasks if each["service"] == "employment"])

    answer = await exported(fakes, format="csv")

    assert answer.status_code == status
    if status == 200:
        assert len(rows_of(answer)) == rows
    else:
        assert (answer.json()["type"], answer.json()["title"]) == (
            "urn:bottom-line:problem:TooManyRows",
            "超过一万行，请按区划或状态缩小范围后再导出。",
        )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"format": "pdf"}, "query.format"),
        ({"status": "lost"}, "query.status"),
        ({"area": "11"}, "query.area"),
        ({"staus": "opened"}, "query.status"),
    ],
)
async def test_a_question_that_does_not_fit_is_refused_here(query: dict[str, Any], field: str) -> None:
    fakes = listing([], [])

    status, _, fields = refused(await exported(fakes, **query))

    assert (status, field in fields, fakes["projects"].asked) == (422, True, [])


async def test_a_parameter_that_the_list_does_not_know_is_refused_there_too() -> None:
    async with gateway(listing([], [])) as http:
        answer = await http.get("/v1/tasks", params={"staus": "finished"}, headers=bearing(county()))
        nobody = await http.get("/v1/tasks", params={"staus": "finished"})

    assert refused(answer)[:2] == (422, "UnknownParameter")
    assert nobody.status_code == 401


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        (Actor(id="p", role=Role.PROJECT_OFFICER, area="530902"), True),
        (county(), True),
        (auditor(), True),
        (village(), False),
        (citizen(), False),
        (department_user(), False),
    ],
)
async def test_who_may_see_the_tasks_may_export_it(actor: Actor, *, allowed: bool) -> None:
    assert (await exported(listing([], []), actor)).status_code == (200 if allowed else 403)


async def test_the_export_is_taken_for_no_task_and_a_task_not_for_the_export() -> None:
    async with gateway(listing([], [])) as http:
        another = [await http.request(method, PATH, headers=bearing(county())) for method in ("POST", "PUT", "DELETE")]
        act = await http.post("/v1/tasks/export/start", headers=bearing(county()))

    assert [answer.status_code for answer in another] == [405] * 3
    assert refused(act)[:2] == (422, "Malformed")


@asynccontextmanager
async def before_tasks(fakes: Mapping[str, Fake]) -> AsyncIterator[FastAPI]:
    """A gateway whose folder can be looked into."""
    app = create_gateway(settings(), connect=lambda service: HttpClient("http://service", transport=httpx2.MockTransport(fakes.get(service, Fake()))))
    async with app.router.lifespan_context(app), asyncio.timeout(20):
        yield app


def left_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


def is_there(folder: Path) -> bool:
    return folder.exists()


async def test_nothing_is_left_when_the_answer_has_left_nor_a_folder_when_the_gateway_has() -> None:
    async with before_tasks(listing([a_task()], [])) as app:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway") as http:
            assert (await http.get(PATH, headers=bearing(county()))).status_code == 200
        folder: Path = app.state.files.folder
        assert left_in(folder) == []

    assert not is_there(folder)


async def test_nothing_is_left_when_who_asked_has_left() -> None:
    sent: list[Any] = []

    async def leaves() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append((message["type"], message.get("status")))
        raise OSError("nobody there")

    headers = [(name.lower().encode(), value.encode()) for name, value in bearing(county()).items()]
    scope = {"type": "http", "method": "GET", "path": PATH, "raw_path": PATH.encode(), "query_string": b"", "headers": headers, "root_path": ""}
    async with before_tasks(listing([a_task()], [])) as app:
        with suppress(Exception):
            await app({**scope, "http_version": "1.1", "scheme": "http", "server": ("gateway", 80), "client": ("client", 1)}, leaves, send)
        assert left_in(app.state.files.folder) == []

    assert sent[0] == ("http.response.start", 200)


def test_what_writes_workbooks_is_loaded_only_when_somebody_exports() -> None:
    probe = "import sys, services.gateway.app; print([name for name in sys.modules if name.split('.')[0] in ('xlsxwriter', 'polars', 'openpyxl')])"

    loaded = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
