"""The same at the public door: what it reads itself, and what it passes on unread."""

from collections import Counter
from dataclasses import replace

import httpx2
import pytest

from services.gateway.api.routes import PASSAGES
from shared.kernel.actors import Role
from tests.contracts import hostile
from tests.contracts.conftest import Platform
from tests.contracts.doors import SCHEMAS, TOLD, Door, door_of, judged, names, refused
from tests.contracts.matrix import inside
from tests.contracts.operations import FORWARDED, OWN_OF_GATEWAY, Operation, documented
from tests.contracts.slots import Schemas, Slot
from tests.contracts.wanted import WANTED
from tests.contracts.world import HERE, World

WITH_FORM = [each for each in FORWARDED if SCHEMAS[each.service].form_of(TOLD[str(each)])]
WITH_BODY = [each for each in FORWARDED if "requestBody" in TOLD[str(each)] and each not in WITH_FORM]
STREAMING = [each for each in FORWARDED if any(passage.streams and passage.name == each.id for passage in PASSAGES)]


@pytest.mark.parametrize("operation", OWN_OF_GATEWAY, ids=str)
async def test_a_parameter_of_the_worklist_takes_what_fits_and_names_what_does_not(
    operation: Operation, gateway: httpx2.AsyncClient, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    document = (await gateway.get("/openapi.json")).json()
    told = {operation.id: told for operation, told in documented("gateway", document)}
    schemas = Schemas(document["components"]["schemas"])
    [tasks] = WANTED["projects.tasks"](worlds[HERE])
    wanted = tasks if operation.id == "tasks" else replace(tasks, query={"area": HERE, "format": "csv"})
    door = Door(operation, wanted, inside(Role.COUNTY_OFFICER), gateway, platform.databases["projects"], told[operation.id], schemas, tally)

    wrong: list[str] = []
    for slot in door.parameters():
        for name, value in hostile.IN_TEXT.items():
            wrong += judged(slot, name, await door.send_in(slot, value), fits=schemas.fits_text(value, slot.schema))

    assert wrong == []


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_what_is_no_request_is_refused_through_the_gateway(
    operation: Operation, gateway: httpx2.AsyncClient, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    door = door_of(operation, platform, worlds, tally, gateway)
    assert (await door.send()).status_code == door.wanted.status

    for name, (body, statuses) in hostile.BODIES.items():
        answer = await door.send(body=body)
        refused(answer)
        assert answer.status_code in statuses, f"{name}: {answer.text[:300]}"
    await send_hostile_headers(door)


@pytest.mark.parametrize("operation", WITH_FORM, ids=str)
async def test_what_is_no_form_is_refused_through_the_gateway(
    operation: Operation, gateway: httpx2.AsyncClient, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    door = door_of(operation, platform, worlds, tally, gateway)
    assert (await door.send()).status_code == door.wanted.status

    for name, (content_type, body, status, fields) in hostile.FORMS.items():
        answer = await door.send(body=body, headers={"content-type": content_type.encode("latin-1")})
        allowed = {status} if content_type.isascii() else {400}  # a header of other letters goes no further than the gateway
        assert answer.status_code in allowed, f"{name}: {answer.text[:300]}"
        assert answer.is_success or refused(answer) == fields, name
    for slot in door.form_fields():
        for name, value in hostile.IN_TEXT.items():
            assert judged(slot, name, await door.send_in_form(slot, value), fits=door.schemas.fits_text(value, slot.schema)) == []
    await send_hostile_headers(door)


@pytest.mark.parametrize("operation", STREAMING, ids=str)
async def test_what_streams_is_refused_as_everything_else_is(
    operation: Operation, gateway: httpx2.AsyncClient, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    door = door_of(operation, platform, worlds, tally, gateway)
    assert (await door.send()).status_code == door.wanted.status

    for slot in door.parameters():
        if slot.where in ("path", "query"):
            for name, value in hostile.IN_TEXT.items():
                answer = await door.send_in(slot, value)
                assert judged(slot, name, answer, fits=door.schemas.fits_text(value, slot.schema)) == []
    unknown = Slot("query", ("staus",), {"type": "string"})
    assert refused(await door.send_in(unknown, b"1")) or not [slot for slot in door.parameters() if slot.where == "query"]
    await send_hostile_headers(door)


async def send_hostile_headers(door: Door) -> None:
    """Put hostile values into the headers that an operation knows: they are passed on and refused there, or go no further."""
    for slot in door.parameters():
        if slot.where == "header":
            for name, value in hostile.IN_HEADERS.items():
                answer = await door.send_in(slot, value)
                assert answer.is_success or refused(answer) is not None
                assert answer.is_success or answer.status_code in {400, 412} or names(refused(answer), slot), (
                    f"{slot.name}, {name}: {answer.text[:300]}"
                )
