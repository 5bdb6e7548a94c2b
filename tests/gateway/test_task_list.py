"""One list out of two: nothing lost, nothing twice, over pages, silences and refusals."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.actors import Actor, Role
from shared.kernel.page import Place
from tests.fixtures.tokens import auditor, citizen, county, prefecture, township, village
from tests.gateway.fakes import Fake, Tasks, a_task, bearing, gateway, order, place_of, saying, silent

FORBIDDEN = {"type": "urn:bottom-line:problem:Forbidden"}


async def one_page(fakes: Mapping[str, Fake], **query: Any) -> httpx2.Response:
    async with gateway(fakes) as http:
        return await http.get("/v1/tasks", params=query, headers=bearing(prefecture()))


async def every_page(http: httpx2.AsyncClient, *, size: int, at_most: int = 200, **query: Any) -> list[list[dict[str, Any]]]:
    """Turn pages to the end; a page that nobody answers is asked for again."""
    pages: list[list[dict[str, Any]]] = []
    cursor: dict[str, str] = {}
    for _ in range(at_most):
        answer = await http.get("/v1/tasks", params={"size": size, **query, **cursor}, headers=bearing(prefecture()))
        if answer.status_code == 503:
            continue
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["items"])
        assert len(pages[-1]) <= size
        if answer.json()["next"] is None:
            return pages
        cursor = {"cursor": answer.json()["next"]}
    raise AssertionError("no end")


def ids(pages: list[list[dict[str, Any]]]) -> list[str]:
    return [task["id"] for page in pages for task in page]


AREAS = st.sampled_from(["530902102201", "530902103", "530921100200", "530927"])
# Few days and numbers, so that due dates tie within a service and whole keys tie across services.
LISTS = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2), AREAS), max_size=8, unique_by=lambda each: each[0])
SILENCES = st.lists(st.booleans(), max_size=6)


def tasks_of(service: str, drawn: list[tuple[int, int, str]]) -> list[dict[str, Any]]:
    return [a_task(service, number, day=day, area=area) for number, day, area in drawn]


@given(LISTS, LISTS, st.integers(1, 5))
@settings(max_examples=100, deadline=None)
async def test_pages_show_every_task_once_and_in_order(projects: list[Any], employment: list[Any], size: int) -> None:
    all_tasks = tasks_of("projects", projects) + tasks_of("employment", employment)
    fakes = {"projects": Fake(Tasks(tasks_of("projects", projects))), "employment": Fake(Tasks(tasks_of("employment", employment)))}

    async with gateway(fakes) as http:
        pages = await every_page(http, size=size)

    shown = [task for page in pages for task in page]
    assert [order(task) for task in shown] == sorted(map(order, all_tasks))
    assert sorted(ids(pages)) == sorted(task["id"] for task in all_tasks)
    assert all(len(page) == size for page in pages[:-1])


@given(LISTS, LISTS, SILENCES, SILENCES, st.integers(1, 5))
@settings(max_examples=100, deadline=None)
async def test_silences_lose_no_task_and_show_none_twice(
    projects: list[Any], employment: list[Any], quiet_projects: list[bool], quiet_employment: list[bool], size: int
) -> None:
    all_tasks = tasks_of("projects", projects) + tasks_of("employment", employment)
    fakes = {
        "projects": Fake(Tasks(tasks_of("projects", projects), silences=list(quiet_projects))),
        "employment": Fake(Tasks(tasks_of("employment", employment), silences=list(quiet_employment))),
    }

    async with gateway(fakes) as http:
        pages = await every_page(http, size=size)

    assert sorted(ids(pages)) == sorted(task["id"] for task in all_tasks)


@given(LISTS, LISTS, st.integers(1, 3), st.integers(1, 5))
@settings(max_examples=50, deadline=None)
async def test_a_service_with_shorter_pages_than_asked_for_hides_nothing(projects: list[Any], employment: list[Any], cap: int, size: int) -> None:
    short = Tasks(tasks_of("projects", projects))

    def capped(request: httpx2.Request) -> httpx2.Response:
        smaller = request.url.copy_set_param("size", min(cap, int(request.url.params["size"])))
        return short(httpx2.Request("GET", smaller))

    async with gateway({"projects": Fake(capped), "employment": Fake(Tasks(tasks_of("employment", employment)))}) as http:
        pages = await every_page(http, size=size)

    shown = [order(task) for page in pages for task in page]
    assert shown == sorted(order(task) for task in tasks_of("projects", projects) + tasks_of("employment", employment))


async def test_the_same_key_in_both_services_is_shown_twice_for_it_is_two_tasks() -> None:
    fakes = {"projects": Fake(Tasks([a_task("projects", 1)])), "employment": Fake(Tasks([a_task("employment", 1)]))}

    async with gateway(fakes) as http:
        pages = await every_page(http, size=1)

    assert ids(pages) == [a_task("projects", 1)["id"], a_task("employment", 1)["id"]]


async def test_a_county_is_finished_before_the_next_begins() -> None:
    late_here, early_there = a_task("projects", 1, day=9), a_task("employment", 2, day=0, area="530921100200")
    fakes = {"projects": Fake(Tasks([late_here])), "employment": Fake(Tasks([early_there]))}

    async with gateway(fakes) as http:
        pages = await every_page(http, size=1)

    assert ids(pages) == [late_here["id"], early_there["id"]]


async def test_due_dates_are_compared_as_moments_to_the_microsecond() -> None:
    first = a_task("employment", 2, due_at="2021-09-22T07:59:59.999999+08:00")
    second = a_task("projects", 1, due_at="2021-09-22T00:00:00Z")

    answer = await one_page({"projects": Fake(Tasks([second])), "employment": Fake(Tasks([first]))}, size=1)

    assert [task["id"] for task in answer.json()["items"]] == [first["id"]]
    assert answer.json()["items"][0]["due_at"] == "2021-09-22T07:59:59.999999+08:00"
    assert answer.json()["next"] == "employment-done"


async def test_both_are_asked_the_same_question_in_the_callers_name() -> None:
    projects, employment = Fake(Tasks([])), Fake(Tasks([]))
    headers = bearing(township(), **{"Accept-Language": "en", "Idempotency-Key": "k", "X-User": "x"})

    async with gateway({"projects": projects, "employment": employment}) as http:
        answer = await http.get("/v1/tasks", params={"area": "530902102", "status": "started", "size": 7}, headers=headers)

    assert answer.json() == {"items": [], "next": None, "silent": []}
    for fake in (projects, employment):
        assert dict(fake.asked[0].url.params) == {"area": "530902102", "status": "started", "size": "7"}
        assert fake.asked[0].headers["authorization"] == headers["Authorization"]
        assert fake.asked[0].headers["accept-language"] == "en"
        assert not {"idempotency-key", "x-user"} & set(fake.asked[0].headers)


async def test_what_a_service_shows_of_a_task_is_shown() -> None:
    task = a_task(stage="surveyed")

    answer = await one_page({"projects": Fake(Tasks([task])), "employment": Fake(Tasks([]))})

    assert answer.json()["items"] == [task | {"due_at": "2021-09-22T00:00:00Z"}]


async def test_a_silent_service_is_named_and_its_tasks_come_later() -> None:
    first, second = a_task("employment", 1, day=0), a_task("projects", 2, day=5)
    fakes = {"projects": Fake(Tasks([second])), "employment": Fake(Tasks([first], silences=[True]))}

    async with gateway(fakes) as http:
        page = (await http.get("/v1/tasks", headers=bearing(county()))).json()
        later = (await http.get("/v1/tasks", params={"cursor": page["next"]}, headers=bearing(county()))).json()

    assert ([task["id"] for task in page["items"]], page["silent"]) == ([second["id"]], ["employment"])
    assert ([task["id"] for task in later["items"]], later["silent"], later["next"]) == ([first["id"]], [], None)
    assert len(fakes["projects"].asked) == 1


async def test_the_rest_of_a_silent_service_is_asked_for_again_not_shown_as_the_end() -> None:
    fakes = {"projects": Fake(Tasks([])), "employment": silent()}

    async with gateway(fakes) as http:
        page = (await http.get("/v1/tasks", headers=bearing(county()))).json()
        answer = await http.get("/v1/tasks", params={"cursor": page["next"]}, headers=bearing(county()))

    assert page == {"items": [], "next": "projects-done", "silent": ["employment"]}
    assert (answer.status_code, "employment" in answer.json()["title"]) == (503, True)


@pytest.mark.parametrize(
    "trouble",
    [
        saying(500),
        saying(503),
        saying(409, {}),
        saying(429),
        saying(200, {"nonsense": 1}),
        saying(200, {"items": [a_task("employment")], "next": None}),
        saying(200, {"items": [], "next": str(place_of(a_task()))}),
        saying(200, {"items": [a_task()], "next": "zz"}),
        saying(200, {"items": [a_task(number=2), a_task(number=1)], "next": None}),
        saying(200, {"items": [a_task(number=1), a_task(number=1)], "next": None}),
        saying(200, {"items": [a_task(due_at="2021-09-22T00:00:00")], "next": None}),
        saying(200, {"items": [a_task(id="projects.1")], "next": None}),
        saying(200, {"items": [a_task(area="110101001001")], "next": None}),
        Fake(lambda _: httpx2.Response(200, content=b"\xff")),
    ],
    ids=range(14),
)
async def test_trouble_and_what_cannot_be_read_count_as_silence(trouble: Fake) -> None:
    answer = await one_page({"projects": trouble, "employment": Fake(Tasks([]))})

    assert (answer.status_code, answer.json()["silent"]) == (200, ["projects"])


async def test_when_both_are_silent_the_list_is() -> None:
    answer = await one_page({"projects": silent(), "employment": silent()})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["title"] == "项目、就业服务（projects, employment）暂时没有应答，请稍候再试。"


async def test_a_slow_service_is_waited_for_only_so_long() -> None:
    async def sleep(_: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(60)
        return httpx2.Response(200)

    async with gateway({"projects": Fake(sleep), "employment": Fake(Tasks([]))}, tasks_seconds=0.05) as http, asyncio.timeout(5):
        answer = await http.get("/v1/tasks", headers=bearing(county()))

    assert answer.json()["silent"] == ["projects"]


async def test_both_are_asked_at_the_same_time() -> None:
    both = asyncio.Barrier(2)

    async def meet(_: httpx2.Request) -> httpx2.Response:
        await both.wait()
        return httpx2.Response(200, json={"items": [], "next": None})

    async with asyncio.timeout(5):
        answer = await one_page({"projects": Fake(meet), "employment": Fake(meet)})

    assert answer.json()["silent"] == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_service_that_refuses_the_caller_contributes_nothing_and_is_not_silent(status: int) -> None:
    tasks = [a_task("employment", number, day=number) for number in range(1, 6)]

    async with gateway({"projects": saying(status, FORBIDDEN), "employment": Fake(Tasks(tasks))}) as http:
        pages = await every_page(http, size=2)
        answer = await http.get("/v1/tasks", headers=bearing(county()))

    assert ids(pages) == [task["id"] for task in tasks]
    assert (answer.json()["silent"], answer.json()["next"]) == ([], None)


async def test_what_both_refuse_is_refused() -> None:
    refusing = saying(422, {"type": "urn:bottom-line:problem:OutsideArea"}, **{"Content-Language": "zh-CN"})

    answer = await one_page({"projects": refusing, "employment": refusing}, area="530921")

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:bottom-line:problem:OutsideArea")
    assert answer.headers["content-language"] == "zh-CN"


async def test_a_refusal_beside_a_silence_is_a_silence() -> None:
    answer = await one_page({"projects": saying(403, FORBIDDEN), "employment": silent()})

    assert answer.status_code == 503
    assert "projects" not in answer.json()["title"]


PLACE = str(Place(county="530902", due_at=place_of(a_task()).due_at, id=place_of(a_task()).id))


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        PLACE,
        f"monitoring-{PLACE}",
        "projects-done~employment-done",
        f"projects-{PLACE}~projects-{PLACE}",
        f"projects-{PLACE}~",
        "projects-530999.1.0192f0c17d3e700080000000000000aa",
        f"projects-530902.{'9' * 17}.0192f0c17d3e700080000000000000aa",
        "projects-530902.1.zz92f0c17d3e700080000000000000aa",
        "projects",
        "projects-",
    ],
)
async def test_a_cursor_of_somebody_else_is_refused(cursor: str) -> None:
    answer = await one_page({}, cursor=cursor)

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:bottom-line:problem:NoSuchPlace")
    assert answer.json()["fields"] == [{"field": "query.cursor", "reason": "NoSuchPlace"}]


@pytest.mark.parametrize("query", [{"size": 0}, {"size": 201}, {"size": "x"}, {"status": "lost"}, {"area": "11"}, {"cursor": "x" * 201}])
async def test_a_question_that_does_not_fit_is_refused_here(query: dict[str, Any]) -> None:
    projects = Fake()

    answer = await one_page({"projects": projects}, **query)

    assert (answer.status_code, answer.headers["content-type"], projects.asked) == (422, "application/problem+json", [])


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        (Actor(id="p", role=Role.PROJECT_OFFICER, area="530902"), True),
        (Actor(id="e", role=Role.EMPLOYMENT_OFFICER, area="530902102"), True),
        (township(), True),
        (county(), True),
        (prefecture(), True),
        (auditor(), True),
        (village(), False),
        (citizen(), False),
        (Actor(id="s", role=Role.SERVICE, area="5309"), False),
    ],
)
async def test_who_may_see_the_tasks(actor: Actor, *, allowed: bool) -> None:
    async with gateway({"projects": Fake(Tasks([])), "employment": Fake(Tasks([]))}) as http:
        answer = await http.get("/v1/tasks", headers=bearing(actor))

    assert answer.status_code == (200 if allowed else 403)
