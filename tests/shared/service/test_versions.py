"""Who changes something says which version was seen; of several who saw the same one wins."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from services.projects.app import SERVICE
from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from shared.wire.tasks import public_id
from tests.builders.events import a_flag
from tests.builders.story import refused
from tests.fixtures.callers import Call, speaking_to
from tests.fixtures.platform import Cluster, settings_of
from tests.fixtures.tokens import project_officer
from tests.shared.service.listening import households_flagged

START = {"responsible": "产业办"}


@pytest.fixture
async def call_projects(cluster: Cluster, projects: Database) -> AsyncIterator[Call]:
    api = SERVICE.create_api(settings_of("projects", cluster), database=projects, wake_relay=lambda: None)
    async with speaking_to(api) as call:
        yield call


@pytest.fixture
async def task_path(projects_worker: Database) -> str:
    """The address of a task that was just opened."""
    flag = a_flag()
    async with projects_worker.transaction(service_actor("projects", "530902")) as tx:
        await households_flagged([flag], tx)
    return "/v1/tasks/" + public_id("projects", flag.task_for(flag.owed[0], kind="x").id)


async def test_of_eight_who_saw_the_same_version_one_wins(call_projects: Call, task_path: str, projects_admin: asyncpg.Connection) -> None:
    officers = [call_projects(project_officer(f"officer-{n}")) for n in range(8)]

    answers = await asyncio.gather(*(officer.post(f"{task_path}/start", START, seen=1) for officer in officers))

    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.status_code for answer in answers} <= {200, 409, 412}
    version = await projects_admin.fetchval("SELECT version FROM task WHERE id = $1::uuid", task_path.rpartition(".")[2])
    assert version == 2


async def test_without_the_version_seen_nothing_is_changed(call_projects: Call, task_path: str) -> None:
    answer = await call_projects(project_officer()).post(f"{task_path}/start", START)

    assert refused(answer)[:2] == (428, "VersionMissing")


@pytest.mark.parametrize("seen", ["0", "2", "-1", "1.0", "*", "", '"x"', '"１"', "W/", '"1", "2"', str(10**20), '"0x1"', "null"])
async def test_what_is_not_the_present_version_matches_nothing(call_projects: Call, task_path: str, seen: str) -> None:
    caller = call_projects(project_officer())
    headers = {**caller.headers, "If-Match": seen.encode("utf-8"), "Idempotency-Key": uuid4().hex}

    answer = await caller.http.post(f"{task_path}/start", json=START, headers=headers)  # pyright: ignore[reportArgumentType]

    assert refused(answer)[:2] == (412, "Stale")


@pytest.mark.parametrize("seen", ['"1"', "1", 'W/"1"', ' "1" '])
async def test_a_version_may_be_written_as_clients_write_it(call_projects: Call, task_path: str, seen: str) -> None:
    caller = call_projects(project_officer())

    answer = await caller.http.post(f"{task_path}/start", json=START, headers={**caller.headers, "If-Match": seen, "Idempotency-Key": uuid4().hex})

    assert (answer.status_code, answer.json()["version"]) == (200, 2), answer.text


async def test_every_operation_that_takes_a_version_says_so(call_projects: Call) -> None:
    document = (await call_projects(project_officer()).http.get("/openapi.json")).json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    versioned = {each["operationId"] for each in operations if any(p["name"].lower() == "if-match" for p in each.get("parameters", []))}
    answering = {each["operationId"] for each in operations if {"412", "428"} <= each["responses"].keys()}
    assert versioned == answering == {"task_start", "task_finish", "task_decline"}


async def test_who_is_nobody_hears_that_before_anything_else(call_projects: Call, task_path: str) -> None:
    stranger = call_projects(project_officer("stranger", "530902"))
    stranger.headers["Authorization"] = "Bearer nonsense"

    assert refused(await stranger.post(f"{task_path}/start", START)) == (401, "Unauthenticated", [])
