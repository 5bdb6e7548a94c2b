"""The same at the public door: what it reads itself, and what it passes on unread."""

from collections import Counter

import httpx2
import pytest

from shared.kernel.actors import Role
from tests.contracts import hostile
from tests.contracts.conftest import Platform
from tests.contracts.doors import SCHEMAS, TOLD, Door, judged, refused
from tests.contracts.matrix import inside
from tests.contracts.operations import FORWARDED, OWN_OF_GATEWAY, PERMISSIONS, Operation, documented
from tests.contracts.slots import Schemas
from tests.contracts.wanted import WANTED
from tests.contracts.world import HERE, World

WITH_BODY = [each for each in FORWARDED if "requestBody" in TOLD[str(each)]]


async def test_a_parameter_of_the_worklist_takes_what_fits_and_names_what_does_not(
    gateway: httpx2.AsyncClient, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    document = (await gateway.get("/openapi.json")).json()
    told = {operation.id: told for operation, told in documented("gateway", document) if operation.path == "/v1/tasks"}
    [operation] = OWN_OF_GATEWAY
    schemas = Schemas(document["components"]["schemas"])
    wanted = WANTED["projects.tasks"](worlds[HERE])
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
    service = operation.service
    wanted, caller = WANTED[str(operation)](worlds[HERE]), inside(sorted(PERMISSIONS[service][operation.id])[0])
    door = Door(operation, wanted, caller, gateway, platform.databases[service], TOLD[str(operation)], SCHEMAS[service], tally)
    assert (await door.send()).status_code == wanted.status

    for name, (body, statuses) in hostile.BODIES.items():
        answer = await door.send(body=body)
        refused(answer)
        assert answer.status_code in statuses, f"{name}: {answer.text[:300]}"
    for slot in door.parameters():
        if slot.where == "header":
            for name, value in hostile.IN_HEADERS.items():
                answer = await door.send_in(slot, value)
                assert answer.status_code in {wanted.status, 400, 412}, f"{slot.name}, {name}: {answer.text[:300]}"
                assert answer.is_success or refused(answer) is not None
