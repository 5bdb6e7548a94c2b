"""The permission table, executed through the gateway: its own operation, and each that it forwards."""

from collections import Counter

import httpx2
import pytest

from services.gateway.permissions import PERMISSIONS as GATEWAY_PERMISSIONS
from shared.kernel.actors import Role
from shared.kernel.areas import is_inside
from shared.kernel.assistance import TaskStatus
from tests.contracts.listed import ids_in
from tests.contracts.matrix import Caller, cells, mistakes, officials, strangers
from tests.contracts.operations import FORWARDED, OPERATIONS, OWN_OF_GATEWAY, PERMISSIONS, Operation, documented
from tests.contracts.world import HERE, OTHER_COUNTY, World

PASSED = {(each.method, each.path) for each in (*FORWARDED, *OWN_OF_GATEWAY)}


def in_office(place: str) -> list[Caller]:
    """The officials of every role whose area holds a village."""
    return [each for each in officials() if each.actor and is_inside(place, each.actor.area)]


async def test_the_joined_document_names_what_passes_and_every_operation_of_the_services(gateway: httpx2.AsyncClient) -> None:
    told = {(operation.method, operation.path) for operation, _ in documented("gateway", (await gateway.get("/openapi.json")).json())}

    assert told == PASSED == {(each.method, each.path) for each in (*OPERATIONS, *OWN_OF_GATEWAY)}
    assert {each.id for each in OWN_OF_GATEWAY if (each.method, each.path) not in {(one.method, one.path) for one in OPERATIONS}} == {"task_export"}


async def test_each_operation_of_the_gateway_itself_has_its_line() -> None:
    assert {each.id for each in OWN_OF_GATEWAY} == set(GATEWAY_PERMISSIONS) == {"tasks", "task_export"}


@pytest.mark.parametrize("operation", FORWARDED, ids=str)
async def test_the_service_s_table_decides_who_may_through_the_gateway(
    operation: Operation, gateway: httpx2.AsyncClient, worlds: dict[str, World], tally: Counter[str]
) -> None:
    roles = PERMISSIONS[operation.service][operation.id]
    callers = [*in_office(HERE), *in_office(OTHER_COUNTY), *strangers(roles, "gateway"), *strangers(roles, operation.service)]

    found = await mistakes(operation, callers, worlds[HERE], gateway, PERMISSIONS[operation.service])

    tally["cells of the permission matrix through the gateway"] += cells(operation, callers, worlds[HERE])
    assert found == []


@pytest.mark.parametrize("role", Role)
async def test_one_worklist_holds_the_tasks_of_the_services_that_show_them_to_this_role(
    role: Role, gateway: httpx2.AsyncClient, worlds: dict[str, World], tally: Counter[str]
) -> None:
    shown_by = [service for service in ("projects", "employment") if role in PERMISSIONS[service]["tasks"]]

    for place in (HERE, OTHER_COUNTY):
        for caller in in_office(place):
            if caller.actor and caller.actor.role is role:
                answer = await gateway.get("/v1/tasks", params={"area": HERE, "size": 200}, headers=dict(caller.headers))
                tally["cells of the permission matrix through the gateway"] += 1
                assert answer.status_code == (200 if role in GATEWAY_PERMISSIONS["tasks"] else 403), caller.name
                if answer.status_code == 200:
                    mine = [worlds[HERE].tasks[service, TaskStatus.OPENED] for service in shown_by if is_inside(HERE, caller.actor.area)]
                    assert sorted(item["id"] for item in answer.json()["items"]) == sorted(mine), caller.name
                file = await gateway.get("/v1/tasks/export", params={"area": HERE, "format": "csv"}, headers=dict(caller.headers))
                tally["cells of the permission matrix through the gateway"] += 1
                assert file.status_code == (200 if role in GATEWAY_PERMISSIONS["task_export"] else 403), caller.name
                if file.status_code == 200:
                    assert ids_in(file) == [item["id"] for item in answer.json()["items"]], caller.name


@pytest.mark.parametrize("audience", ["gateway", "projects", "employment"])
async def test_nobody_we_know_sees_no_worklist(audience: str, gateway: httpx2.AsyncClient, tally: Counter[str]) -> None:
    roles = GATEWAY_PERMISSIONS["tasks"]
    for caller in strangers(roles, audience):
        answer = await gateway.get("/v1/tasks", headers=dict(caller.headers))
        tally["cells of the permission matrix through the gateway"] += 1
        if audience != "gateway" and caller.name.startswith("for another audience"):
            assert {item["service"] for item in answer.json().get("items", [])} <= {"projects", "employment"} - {audience}, caller.name
        else:
            assert answer.status_code == 401, caller.name


@pytest.mark.parametrize("audience", ["gateway", "projects", "employment"])
async def test_nobody_we_know_exports_no_worklist(audience: str, gateway: httpx2.AsyncClient, tally: Counter[str]) -> None:
    for caller in strangers(GATEWAY_PERMISSIONS["task_export"], audience):
        answer = await gateway.get("/v1/tasks/export", headers=dict(caller.headers))
        tally["cells of the permission matrix through the gateway"] += 1
        assert answer.status_code in (401, 403), caller.name  # 403: the other service shows this role none, and answers first
