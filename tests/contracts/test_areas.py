"""What lies outside one's area is as if it did not exist: in lists, in what they count, and in every refusal."""

from collections import Counter
from dataclasses import replace
from typing import Any

import asyncpg
import httpx2
import pytest

from shared.kernel.actors import Actor, Role
from shared.kernel.areas import is_inside
from shared.kernel.assistance import TaskStatus
from tests.builders.people import an_id_number
from tests.contracts.conftest import Platform
from tests.contracts.matrix import Caller, inside, official, officials, request_for
from tests.contracts.operations import OPERATIONS, PERMISSIONS, Operation
from tests.contracts.wanted import WANTED, Guard, Wanted
from tests.contracts.world import CITIZEN, HERE, OTHER_COUNTY, PLACES, World

KEPT = {
    "monitoring.households": "SELECT id::text, area_code FROM household WHERE status = $1",
    "monitoring.leads": "SELECT id::text, area_code FROM lead WHERE status = $1",
    "monitoring.cases": "SELECT id::text, area_code FROM monitoring_case WHERE status = $1",
    "monitoring.risk_flags": "SELECT id::text, area_code FROM risk_flag WHERE status = $1",
    "projects.tasks": "SELECT 'projects.' || id, area_code FROM task WHERE status = $1",
    "employment.tasks": "SELECT 'employment.' || id, area_code FROM task WHERE status = $1",
}
FIRST = {"monitoring.households": "normal", "monitoring.leads": "registered", "monitoring.risk_flags": "open"}
LISTS = [operation for operation in OPERATIONS if operation.method == "GET" and "{" not in operation.path and operation.id != "areas"]
OF_THINGS = [operation for operation in OPERATIONS if "{" in operation.path and operation.id not in ("bottom_line", "parameter", "self_report")]


def test_every_list_is_among_those_held_against_the_database() -> None:
    assert {str(operation) for operation in LISTS} == set(KEPT)


@pytest.mark.parametrize("operation", LISTS, ids=str)
async def test_a_list_holds_all_of_one_s_area_and_nothing_else(
    operation: Operation, platform: Platform, worlds: dict[str, World], owners: dict[str, asyncpg.Connection], tally: Counter[str]
) -> None:
    status = FIRST.get(str(operation), "opened")
    kept = {row[0]: row["area_code"] for row in await owners[operation.service].fetch(KEPT[str(operation)], status)}

    for caller in officials():
        if caller.actor and caller.actor.role in PERMISSIONS[operation.service][operation.id]:
            listed = await everything(platform.http[operation.service], operation.path, caller, status=status, size=200)
            tally["lists held against the database, item by item"] += 1
            assert sorted(listed) == sorted(id for id, area in kept.items() if is_inside(area, caller.actor.area)), caller.name


@pytest.mark.parametrize("operation", LISTS, ids=str)
async def test_an_area_that_is_asked_for_widens_nothing(
    operation: Operation, platform: Platform, worlds: dict[str, World], owners: dict[str, asyncpg.Connection], tally: Counter[str]
) -> None:
    status = FIRST.get(str(operation), "opened")
    kept = {row[0]: row["area_code"] for row in await owners[operation.service].fetch(KEPT[str(operation)], status)}
    asked = {area[:length] for area in PLACES for length in (4, 6, 9, 12)}

    for caller in officials():
        if caller.actor and caller.actor.role in PERMISSIONS[operation.service][operation.id]:
            for area in sorted(asked):
                listed = await everything(platform.http[operation.service], operation.path, caller, status=status, area=area, size=200)
                tally["lists held against the database, item by item"] += 1
                mine = [id for id, place in kept.items() if is_inside(place, caller.actor.area) and is_inside(place, area)]
                assert sorted(listed) == sorted(mine), f"{caller.name} asking for {area}"


async def everything(http: httpx2.AsyncClient, path: str, caller: Caller, **query: Any) -> list[str]:
    """Turn the pages of a list to its end."""
    listed: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await http.get(path, params={**query, **cursor}, headers=dict(caller.headers))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        listed += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return listed
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize("operation", [*OF_THINGS, *(each for each in OPERATIONS if each.id == "new_lead")], ids=str)
async def test_a_thing_of_another_area_and_one_that_does_not_exist_are_refused_alike(
    operation: Operation, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    http, wanted = platform.http[operation.service], WANTED[str(operation)](worlds[HERE])
    assert wanted.guard is Guard.THING

    for caller in officials():
        if caller.actor and caller.actor.role in PERMISSIONS[operation.service][operation.id] and not is_inside(HERE, caller.actor.area):
            foreign, absent = [await refusal(http, operation, each, caller) for each in (wanted, wanted.of_nothing())]
            tally["pairs of a foreign thing and none, told alike"] += 1
            assert foreign == absent, caller.name
            assert foreign[0] == 404


ACTS = [operation for operation in OPERATIONS if operation.id.startswith("case_")]


@pytest.mark.parametrize("operation", ACTS, ids=str)
async def test_the_state_of_a_thing_is_told_inside_its_area_only(
    operation: Operation, platform: Platform, worlds: dict[str, World], tally: Counter[str]
) -> None:
    http, right = platform.http["monitoring"], WANTED[str(operation)](worlds[HERE])
    role = sorted(PERMISSIONS["monitoring"][operation.id])[0]
    strangers = [each for each in officials() if each.actor and each.actor.role is role and not is_inside(HERE, each.actor.area)]

    for case_id in worlds[HERE].cases.values():
        wanted = replace(right, path={"case_id": case_id}, seen=worlds[HERE].versions[case_id])
        at_home = (await refusal(http, operation, wanted, inside(role)))[0]
        outside = {(await refusal(http, operation, wanted, stranger))[0] for stranger in strangers}
        tally["acts in every state, inside and outside"] += 1 + len(strangers)
        assert at_home == (200 if case_id == right.thing else 409)
        assert outside == {404}


async def refusal(http: httpx2.AsyncClient, operation: Operation, wanted: Wanted, caller: Caller) -> tuple[int, str, dict[str, str]]:
    """All that an answer tells, but for its request's id."""
    answer = await http.send(request_for(operation, wanted, caller))
    return answer.status_code, answer.text, {name: value for name, value in answer.headers.items() if name != "x-request-id"}


async def test_a_search_for_somebody_of_another_area_and_for_nobody_answer_alike(platform: Platform, worlds: dict[str, World]) -> None:
    caller = official(Actor(id="county", role=Role.COUNTY_OFFICER, area=OTHER_COUNTY[:6]))

    answers = [
        await platform.http["monitoring"].post("/v1/households/search", json=body, headers=dict(caller.headers))
        for body in ({"id_number": worlds[HERE].people[0]["id_number"]}, {"id_number": an_id_number()})
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"items": []})] * 2


async def test_a_self_report_of_somebody_else_is_as_if_there_were_none(platform: Platform, worlds: dict[str, World]) -> None:
    [operation] = [each for each in OPERATIONS if each.id == "own_self_report"]
    wanted = WANTED[str(operation)](worlds[HERE])
    neighbour = official(Actor(id=f"not {CITIZEN}", role=Role.MOBILE_APP, area=HERE[:6]))

    foreign, absent = [await refusal(platform.http["monitoring"], operation, each, neighbour) for each in (wanted, wanted.of_nothing())]

    assert foreign == absent
    assert foreign[0] == 404


@pytest.mark.parametrize("service", ["projects", "employment"])
async def test_a_task_of_another_service_is_as_if_there_were_none(service: str, platform: Platform, worlds: dict[str, World]) -> None:
    [operation] = [each for each in OPERATIONS if (each.service, each.id) == (service, "task_start")]
    officer = official(Actor(id="officer", role=Role(f"{service.removesuffix('s')}_officer"), area=HERE[:6]))
    other = next(task for (owner, status), task in worlds[HERE].tasks.items() if owner != service and status is TaskStatus.OPENED)
    body = {"responsible": "镇康县农业农村局"}

    foreign, absent = [
        await refusal(platform.http[service], operation, Wanted(path={"task_id": task}, body=body, seen=1), officer)
        for task in (other, WANTED[str(operation)](worlds[HERE]).of_nothing().thing)
    ]

    assert foreign == absent
    assert foreign[0] == 404
