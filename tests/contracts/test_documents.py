"""What the OpenAPI documents tell: every operation by name, in Chinese, with an example that fits and with its refusals."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.contracts.conftest import Platform
from tests.contracts.doors import DOCUMENTS, SCHEMAS, TOLD, door_of
from tests.contracts.matrix import inside, request_for
from tests.contracts.operations import FORWARDED, OPERATIONS, OWN_OF_GATEWAY, PERMISSIONS, Operation, documented
from tests.contracts.permission_table import matrix
from tests.contracts.wanted import Wanted, right_for
from tests.contracts.world import HERE, World
from tests.fixtures.platform import SERVICES

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ALWAYS = {"400", "401", "403", "404", "409", "413", "422", "500", "503"}
OF_VERSIONS = {"412", "428"}
WITH_FORM = [each for each in OPERATIONS if SCHEMAS[each.service].form_of(TOLD[str(each)])]
WITH_BODY = [each for each in OPERATIONS if "requestBody" in TOLD[str(each)] and each not in WITH_FORM]


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_in_force_is_the_one_that_is_held_against_the_rules_here(service: str, platform: Platform) -> None:
    served = platform.apps[service].openapi()

    assert (served["paths"], served["components"]) == (DOCUMENTS[service]["paths"], DOCUMENTS[service]["components"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_operation_is_described_in_chinese_and_asks_for_a_token(operation: Operation) -> None:
    told = TOLD[str(operation)]

    assert re.fullmatch(r"[a-z_]+", told["operationId"])
    assert CHINESE.search(told["description"])
    assert all(CHINESE.search(tag) for tag in told["tags"])
    assert told["security"] == [{"HTTPBearer": []}]


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_operation_tells_its_refusals_as_problems(operation: Operation) -> None:
    told = TOLD[str(operation)]
    is_versioned = any(each["name"].lower() == "if-match" for each in told.get("parameters", ()))

    refusals = {status: answer for status, answer in told["responses"].items() if int(status) >= 400}
    assert set(refusals) == ALWAYS | (OF_VERSIONS if is_versioned else set())
    for answer in refusals.values():
        assert CHINESE.search(answer["description"])
        assert answer["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_what_changes_something_takes_a_key_or_an_id_of_the_client(operation: Operation) -> None:
    named = {each["name"] for each in TOLD[str(operation)].get("parameters", ())}

    only_reads = operation.method == "GET" or operation.id in {"household_search", "signal_rule_trial", "quality_rule_trial"}
    assert ("Idempotency-Key" in named) is (operation.method == "POST" and not only_reads)


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_a_body_put_together_from_its_examples_fits(operation: Operation, platform: Platform, worlds: dict[str, World]) -> None:
    schemas, told = SCHEMAS[operation.service], TOLD[str(operation)]
    example = example_of(schemas.named, schemas.body_of(told) or {}, operation.id)
    caller = inside(sorted(PERMISSIONS[operation.service][operation.id])[0])
    right = right_for(str(operation), worlds[HERE], caller.actor)

    wanted = Wanted(path=right.path, body=example, seen=right.seen)
    answer = await platform.http[operation.service].send(request_for(operation, wanted, caller))

    assert answer.is_success or not answer.json()["type"].endswith(":Malformed"), answer.text


@pytest.mark.parametrize("operation", WITH_FORM, ids=str)
async def test_a_form_filled_in_as_its_example_shows_is_granted(operation: Operation, platform: Platform, worlds: dict[str, World]) -> None:
    example = dict(TOLD[str(operation)]["requestBody"]["content"]["multipart/form-data"]["example"])
    schema = SCHEMAS[operation.service].form_of(TOLD[str(operation)]) or {}
    caller = inside(sorted(PERMISSIONS[operation.service][operation.id])[0])
    assert set(example) == set(schema["properties"])

    name = example.pop("file")
    answer = await platform.http[operation.service].send(request_for(operation, Wanted(form=example, file=name.encode()), caller))

    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_what_is_granted_is_answered_as_documented(
    operation: Operation, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    door = door_of(operation, platform, worlds, tally)

    answer = await door.http.send(door.request())

    told = TOLD[str(operation)]["responses"][str(door.wanted.status)]
    assert answer.status_code == door.wanted.status
    assert answer.headers["content-type"].partition(";")[0] in told["content"]
    again = {"200"} if operation.method == "PUT" or operation.id == "new_lead" else set()  # what is there already is not made anew
    assert {status for status in TOLD[str(operation)]["responses"] if int(status) < 400} == {str(door.wanted.status)} | again


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_no_part_of_an_address_is_any_text(operation: Operation) -> None:
    for each in (each for each in TOLD[str(operation)].get("parameters", ()) if each["in"] == "path"):
        for plain in SCHEMAS[operation.service].choices(each["schema"]):
            assert plain["type"] == "integer" or {"format", "pattern", "enum"} & set(plain), each["name"]


async def test_an_event_tells_what_the_job_itself_shows(platform: Platform, worlds: dict[str, World], tally: Counter[str]) -> None:
    events, job = [door_of(each, platform, worlds, tally) for each in OPERATIONS if each.id in ("job_events", "job")][::-1]
    assert (events.operation.id, job.operation.id) == ("job_events", "job")

    told = (await events.http.send(events.request())).text.splitlines()
    shown = (await job.http.send(job.request())).json()

    assert [json.loads(line.removeprefix("data:")) for line in told if line.startswith("data:")] == [shown]
    assert "event: final" in told
    assert "JobShown" in TOLD[str(events.operation)]["description"]


def example_of(named: Mapping[str, Any], schema: Mapping[str, Any], place: str) -> Any:
    """Put a value together from what a document gives as examples; a choice, a truth and an id explain themselves."""
    if "$ref" in schema:
        return example_of(named, named[schema["$ref"].rpartition("/")[2]], place)
    if "anyOf" in schema:
        return example_of(named, next(each for each in schema["anyOf"] if each.get("type") != "null"), place)
    match schema:
        case {"examples": [first, *_]} | {"enum": [first, *_]} | {"const": first}:
            return first
        case {"type": "object"}:
            return {name: example_of(named, field, f"{place}.{name}") for name, field in schema["properties"].items()}
        case {"type": "array"}:
            return [example_of(named, schema["items"], f"{place}.0")]
        case {"type": "boolean"}:
            return True
        case {"format": "uuid"}:
            return "0192f0c1-7d3e-7000-8000-0000000000aa"
    raise AssertionError(f"{place} has no example")


async def test_the_joined_document_tells_the_same_of_what_passes(gateway: httpx2.AsyncClient) -> None:
    joined = {(operation.method, operation.path): told for operation, told in documented("gateway", (await gateway.get("/openapi.json")).json())}

    ids = [told["operationId"] for told in joined.values()]
    assert len(ids) == len(set(ids))
    for operation in FORWARDED:
        told, own = joined[operation.method, operation.path], TOLD[str(operation)]
        if operation.service != "employment":  # what stands twice is told by the first
            assert (told["description"], set(told["responses"]), told["security"]) == (own["description"], set(own["responses"]), own["security"])
    for operation in OWN_OF_GATEWAY:
        assert CHINESE.search(joined[operation.method, operation.path]["description"])
        assert set(joined[operation.method, operation.path]["responses"]) >= ALWAYS


async def test_the_joined_document_shows_files_and_events_as_what_they_are(gateway: httpx2.AsyncClient) -> None:
    joined = {(operation.method, operation.path): told for operation, told in documented("gateway", (await gateway.get("/openapi.json")).json())}

    for operation in (each for each in FORWARDED if each.service == "monitoring"):
        told, own = joined[operation.method, operation.path], TOLD[str(operation)]
        for status in (each for each in own["responses"] if int(each) < 400):
            assert set(told["responses"][status]["content"]) == set(own["responses"][status]["content"])
        assert set(told.get("requestBody", {}).get("content", {})) == set(own.get("requestBody", {}).get("content", {}))


def test_the_readme_shows_the_permission_table() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()

    assert matrix() in readme


def test_no_two_schemas_of_a_service_share_a_name() -> None:
    assert [name for service in SCHEMAS.values() for name in service.named if "__" in name] == []
