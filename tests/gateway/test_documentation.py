"""One document out of several."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from services.gateway.api.joining import joined
from services.gateway.api.passages import TASK
from services.gateway.api.routes import PASSAGES
from shared.service.http.apps import service_router
from tests.fixtures.platform import SERVICES as RUNNING
from tests.gateway.fakes import Fake, gateway, saying, silent

METHODS = {"get", "put", "post"}


def document_of(*routers: APIRouter) -> dict[str, Any]:
    app = FastAPI(title="a service")
    for router in routers:
        app.include_router(router)
    return app.openapi()


def of_tasks(service: str, **fields: Any) -> dict[str, Any]:
    """The document of a service that has tasks, and a schema `Step` with these fields."""
    step = type("Step", (BaseModel,), {"__annotations__": fields})
    started = type("Started", (BaseModel,), {"__annotations__": {"step": step}})
    router = service_router("tasks")

    @router.post("/v1/tasks/{task}/start", name="task_start", response_model=started)
    async def start(task: str) -> Any: ...

    if service == "projects":

        @router.post("/v1/tasks/{task}/finish", name="task_finish", response_model=started)
        async def finish(task: str) -> Any: ...

    @router.post("/v1/tasks/{task}/decline", name="task_decline", response_model=started)
    async def decline(task: str) -> Any: ...

    @router.get("/v1/tasks", name="tasks")
    async def tasks() -> dict[str, int]: ...

    @router.get("/v1/secrets", name="secrets")
    async def secrets() -> Secret: ...

    return document_of(router)


class Secret(BaseModel):
    word: str


def showing(document: dict[str, Any]) -> Fake:
    return saying(200, document)


def monitoring_document() -> dict[str, Any]:
    return document_of(*RUNNING["monitoring"].routers)


def operations(document: dict[str, Any]) -> dict[tuple[str, str], Any]:
    return {(method.upper(), path): operation for path, item in document["paths"].items() for method, operation in item.items()}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def assert_sound(document: dict[str, Any]) -> None:
    """Every reference leads somewhere, every id is one operation's, every name in a path is a parameter."""
    for reference in references(document):
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
    found = operations(document)
    names = [operation["operationId"] for operation in found.values()]
    assert len(names) == len(set(names))
    for (_, path), operation in found.items():
        declared = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
        assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}
    schemes = document["components"]["securitySchemes"]
    assert all(name in schemes for operation in found.values() for each in operation.get("security", []) for name in each)


async def joint(**fakes: Fake) -> dict[str, Any]:
    async with gateway(fakes) as http:
        answer = await http.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json()


async def test_the_joined_document_holds_what_may_pass_and_nothing_else() -> None:
    document = await joint(
        monitoring=showing(monitoring_document()),
        projects=showing(of_tasks("projects", a=int)),
        employment=showing(of_tasks("employment", a=int)),
    )

    assert_sound(document)
    names = {operation["operationId"] for operation in operations(document).values()}
    assert names == {"tasks", "task_export", *(passage.name for passage in PASSAGES)}
    assert "Secret" not in document["components"]["schemas"]
    assert "Not listed" not in document["info"]["description"]
    assert document["paths"]["/v1/tasks"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/TaskList")


def test_every_service_that_runs_documents_what_may_pass_to_it() -> None:
    for service, running in RUNNING.items():
        document = document_of(*running.routers)
        only = joined({"paths": {}, "info": {"description": ""}}, {service: document}, PASSAGES)
        assert {each["operationId"] for each in operations(only).values()} == {each.name for each in PASSAGES if service in each.services}
        assert_sound(only)


async def test_the_acts_on_tasks_are_documented_once_with_an_opaque_id() -> None:
    document = await joint(monitoring=silent(), projects=showing(of_tasks("projects", a=int)), employment=showing(of_tasks("employment", a=int)))

    acts = [path for path in document["paths"] if path.startswith("/v1/tasks/{")]
    (parameter,) = (each for each in document["paths"][acts[0]]["post"]["parameters"] if each["in"] == "path")
    assert sorted(acts) == ["/v1/tasks/{task}/decline", "/v1/tasks/{task}/finish", "/v1/tasks/{task}/start"]
    assert parameter["schema"] == {"type": "string", "pattern": TASK}


async def test_the_acts_come_from_whichever_service_answers() -> None:
    document = await joint(monitoring=silent(), projects=silent(), employment=showing(of_tasks("employment", a=int)))

    assert_sound(document)
    assert "/v1/tasks/{task}/start" in document["paths"]


async def test_a_schema_is_renamed_only_when_its_name_means_something_else() -> None:
    odd, same = of_tasks("projects", a=str), of_tasks("employment", a=int)
    odd["paths"]["/v1/tasks/{task}/start"].pop("post")
    odd["paths"]["/v1/tasks/{task}/decline"].pop("post")

    document = await joint(monitoring=silent(), projects=showing(odd), employment=showing(same))

    schemas = document["components"]["schemas"]
    assert_sound(document)
    assert {"Step", "Started", "employment_Step", "employment_Started"} <= set(schemas)
    assert schemas["employment_Started"]["properties"]["step"]["$ref"] == "#/components/schemas/employment_Step"
    assert schemas["Step"]["properties"]["a"]["type"], schemas["employment_Step"]["properties"]["a"]["type"] == ("string", "integer")
    assert [name for name in schemas if name.endswith("Problem")] == ["Problem"]


async def test_silent_services_are_left_out_and_named() -> None:
    document = await joint(monitoring=silent(), projects=saying(500), employment=Fake(lambda _: httpx2.Response(200, content=b"<html>")))

    assert_sound(document)
    assert list(document["paths"]) == ["/v1/tasks", "/v1/tasks/export"]
    assert document["info"]["description"].endswith("Not listed, for they do not answer: monitoring, projects, employment.")


async def test_the_document_is_fetched_once_in_some_seconds() -> None:
    fake = showing(monitoring_document())

    async with gateway({"monitoring": fake}, documentation_seconds=60) as http:
        first, second = [(await http.get("/openapi.json")).content for _ in range(2)]

    assert (first, len(fake.asked)) == (second, 1)


async def test_a_service_that_comes_back_is_listed_again() -> None:
    answers = [httpx2.Response(503), httpx2.Response(200, content=json.dumps(monitoring_document()))]

    async with gateway({"monitoring": Fake(lambda _: answers.pop(0))}) as http:
        before, after = [(await http.get("/openapi.json")).json() for _ in range(2)]

    assert ("/v1/leads" in before["paths"], "/v1/leads" in after["paths"]) == (False, True)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_the_pages_need_no_internet(path: str) -> None:
    async with gateway() as http:
        page = (await http.get(path)).text
        static = [part.split('"')[0] for part in page.split('="')[1:] if part.startswith("/static-offline-docs/") and "favicon" not in part]
        assert static
        assert {(await http.get(file.replace("&#x2F;", "/"))).status_code for file in static} == {200}

    assert "/openapi.json" in page
    assert "https://cdn" not in page
