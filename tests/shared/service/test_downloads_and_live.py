"""Files and events that go out, over a real server where only one shows that they stream."""

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import httpx2
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.database.transaction import Database
from shared.kernel.actors import Role
from shared.kernel.errors import NotFound
from shared.service.http.apps import create_service, service_router
from shared.service.http.downloads import XLSX, FileAnswer, a_file, file_answer, streamed_answer
from shared.service.http.live import CHANGED, FINAL, Ask, LastEventId, poll
from shared.service.http.requests import InTransaction, ShortTransactions
from shared.service.http.serving import served
from shared.service.identity import Identity
from shared.service.metrics import Metrics
from tests.builders.story import refused
from tests.fixtures.callers import Call, speaking_to
from tests.fixtures.platform import Cluster, settings_of
from tests.fixtures.processes import free_ports
from tests.fixtures.tokens import county, token
from tests.fixtures.waiting import until

JOB = UUID(int=1)
NAME = '核对 结果;\r\n".xlsx'

jobs = service_router("jobs")


class JobShown(BaseModel):
    done: int
    over: bool


@dataclass
class Progress:
    """How far the one job is, who looks at it, and how the pool stood while a file left."""

    file: Path
    done: int = 0
    over: bool = False
    looks: int = 0
    listening: int = 0
    held: list[int] = field(default_factory=list)


@jobs.get("/v1/jobs/{job_id}/file", response_class=FileAnswer, responses=a_file(XLSX))
async def job_file(job_id: UUID, request: Request, tx: InTransaction) -> FileAnswer:
    """一个任务的文件。"""
    await tx.execute(text("SELECT 1"))
    return await file_answer(request.app.state.progress.file, name=NAME, media_type=XLSX)


@jobs.get("/v1/jobs/{job_id}/made", response_class=StreamingResponse, responses=a_file("text/csv"))
async def job_made(job_id: UUID, request: Request, tx: InTransaction) -> StreamingResponse:
    """一个任务的文件，边做边发。"""
    await tx.execute(text("SELECT 1"))
    pool, progress = request.app.state.database.engine.pool, request.app.state.progress

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            progress.held.append(pool.checkedout())
            yield b"a,b\n"

    return streamed_answer(pieces(), name="rows.csv", media_type="text/csv")


async def job_seen(job_id: UUID, request: Request, transaction: ShortTransactions) -> Ask[JobShown]:
    progress: Progress = request.app.state.progress

    async def ask() -> JobShown:
        async with transaction() as tx:
            await tx.execute(text("SELECT 1"))
            progress.looks += 1
            if job_id != JOB:
                raise NotFound
            return JobShown(done=progress.done, over=progress.over)

    await ask()
    return ask


@jobs.get("/v1/jobs/{job_id}/events", response_class=EventSourceResponse)
async def job_events(request: Request, ask: Annotated[Ask[JobShown], Depends(job_seen)], seen: LastEventId = None) -> AsyncIterable[ServerSentEvent]:
    """一个任务的进展。"""
    progress: Progress = request.app.state.progress
    progress.listening += 1
    try:
        async for event in poll(ask, until=lambda job: job.over, seen=seen, interval=0.01):
            yield event
    finally:
        progress.listening -= 1


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    file = tmp_path / "file"
    file.write_bytes(b"PK" + b"x" * 300_000)
    return Progress(file)


@pytest.fixture
def app(projects: Database, cluster: Cluster, progress: Progress) -> FastAPI:
    settings = settings_of("projects", cluster)
    identity = Identity("projects", settings.public_keys(), issuer=settings.issuer)
    everybody = {name: frozenset(Role) for name in ("job_file", "job_made", "job_events")}
    app = create_service("x", "", jobs, service="projects", database=projects, identity=identity, permissions=everybody, metrics=Metrics("x"))
    app.state.progress = progress
    return app


@pytest.fixture
async def call(app: FastAPI) -> AsyncIterator[Call]:
    async with speaking_to(app) as call:
        yield call


async def test_a_file_leaves_under_its_name_and_is_kept_by_no_cache(call: Call, progress: Progress) -> None:
    answer = await call(county()).get(f"/v1/jobs/{JOB}/file")

    assert (answer.status_code, answer.content) == (200, progress.file.read_bytes())
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(NAME, safe='')}"
    assert (answer.headers["content-type"], answer.headers["content-length"]) == (XLSX, "300002")
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize("part", ["bytes=0-1", "bytes=999999-", "lines=1-2"])
async def test_whoever_asks_for_a_part_gets_the_whole(call: Call, part: str) -> None:
    caller = call(county())

    answer = await caller.http.get(f"/v1/jobs/{JOB}/file", headers={**caller.headers, "Range": part})

    assert (answer.status_code, len(answer.content), answer.headers["accept-ranges"]) == (200, 300_002, "none")


async def test_a_file_that_is_gone_is_not_found(call: Call, progress: Progress) -> None:
    progress.file.unlink()

    assert refused(await call(county()).get(f"/v1/jobs/{JOB}/file"))[:2] == (404, "FileGone")


async def test_the_transaction_is_over_before_a_file_leaves(call: Call, progress: Progress) -> None:
    answer = await call(county()).get(f"/v1/jobs/{JOB}/made")

    assert (answer.content, progress.held) == (b"a,b\n" * 3, [0, 0, 0])


async def test_files_and_events_are_documented_as_what_they_are(call: Call) -> None:
    paths = (await call(county()).http.get("/openapi.json")).json()["paths"]

    content = {path.split("/")[-1]: list(item["get"]["responses"]["200"]["content"]) for path, item in paths.items() if "job_id" in path}
    assert content == {"file": [XLSX], "made": ["text/csv"], "events": ["text/event-stream"]}
    assert {"401", "403", "404"} <= set(paths["/v1/jobs/{job_id}/events"]["get"]["responses"])
    assert [each["name"] for each in paths["/v1/jobs/{job_id}/events"]["get"]["parameters"]] == ["job_id", "Last-Event-ID"]


@asynccontextmanager
async def listening(app: FastAPI, **headers: str) -> AsyncIterator[AsyncIterator[dict[str, str]]]:
    """Serve an app and listen to the events of the job."""
    (port,) = free_ports(1)
    async with served(app, host="127.0.0.1", port=port, grace_seconds=1), httpx2.AsyncClient(trust_env=False) as http:
        url = f"http://127.0.0.1:{port}"
        await until(lambda: _answers(http, url))
        async with http.stream("GET", f"{url}/v1/jobs/{JOB}/events", headers={"Authorization": f"Bearer {token(county())}", **headers}) as answer:
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
            yield events(answer)


async def _answers(http: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/livez")).status_code == 200
    except httpx2.HTTPError:
        return False


async def events(answer: httpx2.Response) -> AsyncIterator[dict[str, str]]:
    """Read what is told, signs of life left out."""
    told: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line and name:
            told[name] = value
        elif told:
            yield told
            told = {}


async def test_events_come_one_by_one_and_end_with_the_final_one(app: FastAPI, progress: Progress) -> None:
    async with listening(app) as told, asyncio.timeout(20):
        first = await anext(told)
        progress.done = 5
        second = await anext(told)
        progress.done, progress.over = 9, True
        third = await anext(told)
        after = await anext(told, None)

    assert [json.loads(each["data"]) for each in (first, second, third)] == [
        {"done": 0, "over": False},
        {"done": 5, "over": False},
        {"done": 9, "over": True},
    ]
    assert [each["event"] for each in (first, second, third)] == [CHANGED, CHANGED, FINAL]
    assert (len({each["id"] for each in (first, second, third)}), after) == (3, None)


async def test_whoever_listens_holds_no_connection_and_one_who_leaves_is_not_looked_for(app: FastAPI, progress: Progress, projects: Database) -> None:
    pool: Any = projects.engine.pool

    async with listening(app) as told, asyncio.timeout(20):
        await anext(told)
        looks = progress.looks
        await until(lambda: progress.looks > looks + 3)
        await until(lambda: pool.checkedout() == 0)
        assert progress.listening == 1

    await until(lambda: progress.listening == 0)


async def test_what_was_seen_is_not_told_again_but_the_end_always_is(app: FastAPI, progress: Progress) -> None:
    async with listening(app) as told, asyncio.timeout(20):
        seen = (await anext(told))["id"]
    async with listening(app, **{"Last-Event-ID": seen}) as told, asyncio.timeout(20):
        looks = progress.looks
        await until(lambda: progress.looks > looks + 3)
        progress.over = True
        end = await anext(told)
    async with listening(app, **{"Last-Event-ID": end["id"]}) as told, asyncio.timeout(20):
        again = await anext(told)

    assert (end["event"], again) == (FINAL, end)


async def test_what_is_refused_is_refused_before_the_answer_begins(call: Call) -> None:
    caller = call(county())

    assert refused(await caller.get(f"/v1/jobs/{UUID(int=2)}/events"))[:2] == (404, "NotFound")
    assert refused(await caller.get(f"/v1/jobs/{JOB}/events", since=1))[:2] == (422, "UnknownParameter")
    assert refused(await caller.http.get(f"/v1/jobs/{JOB}/events"))[:2] == (401, "Unauthenticated")


def test_what_streams_takes_no_transaction() -> None:
    router = service_router("x")

    with pytest.raises(TypeError, match="ShortTransactions"):

        @router.get("/v1/x", response_class=EventSourceResponse)
        async def streams(tx: InTransaction) -> AsyncIterable[ServerSentEvent]:
            yield ServerSentEvent()


class States:
    """A thing that is asked for its states one after the other; the last one stays."""

    def __init__(self, *states: Any) -> None:
        self._states = list(states)

    async def __call__(self) -> Any:
        state = self._states.pop(0) if len(self._states) > 1 else self._states[0]
        if isinstance(state, Exception):
            raise state
        return state


async def told_by(*states: Any, longest: float = 60.0, seen: str | None = None) -> list[tuple[str | None, str | None]]:
    following = poll(States(*states), until=lambda state: state == "over", interval=0, longest=longest, seen=seen)
    return [(event.event, event.raw_data) async for event in following]


LIFE = (None, None)


async def test_a_state_that_stays_gives_signs_of_life() -> None:
    assert await told_by(1, 1, 2, 2, "over") == [(CHANGED, "1"), LIFE, (CHANGED, "2"), LIFE, (FINAL, '"over"')]


async def test_a_stream_ends_in_time() -> None:
    assert await told_by(1, longest=0) == [(CHANGED, "1")]


async def test_trouble_that_passes_is_waited_out() -> None:
    assert await told_by(1, PoolTimeout(), OSError(), 1, "over") == [(CHANGED, "1"), LIFE, LIFE, LIFE, (FINAL, '"over"')]


async def test_what_may_not_be_seen_any_more_ends_the_stream() -> None:
    assert await told_by(1, NotFound()) == [(CHANGED, "1")]


async def test_an_error_of_ours_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        await told_by(1, KeyError("x"))
