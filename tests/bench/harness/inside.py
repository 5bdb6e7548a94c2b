"""Monitoring's app in this process, to hear what it says to the database, and how long it waits for each answer."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from statistics import median
from typing import Any

import httpx2
import orjson
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from services.monitoring.app import SERVICE as MONITORING
from tests.bench.harness.statements import Said
from tests.bench.harness.world import World, database_of

Ask = Callable[[str], Awaitable[bytes]]
_WARM = 20


def said_by(world: World, requests: Sequence[str], *, where: str = "monitoring") -> list[list[Said]]:
    """Give what each request says to the database, which may be another one with the schema of monitoring."""

    async def run() -> list[list[Said]]:
        said = []
        async with _app(world, where) as (ask, engine):
            for request in requests:
                with _hearing(engine) as heard:
                    await ask(request)
                said.append(heard)
        return said

    return asyncio.run(run())


def answers_to(world: World, requests: Sequence[str], *, where: str) -> list[Any]:
    """Give what each request is answered."""

    async def run() -> list[Any]:
        async with _app(world, where) as (ask, _):
            return [orjson.loads(await ask(request)) for request in requests]

    return asyncio.run(run())


def paths_of(world: World) -> set[str]:
    """Give the paths of the service's doors."""
    return set(MONITORING.create_api(world.settings("monitoring"), wake_relay=lambda: None).openapi()["paths"])


def waits_of(world: World, requests: Sequence[str]) -> dict[str, float]:
    """Give the median wait for each statement in milliseconds, in their order; BEGIN is part of the first, being sent before it."""

    async def run() -> dict[str, list[float]]:
        async with _app(world, "monitoring") as (ask, engine):
            for request in requests[:_WARM]:
                await ask(request)
            with _timing(engine) as waits:
                for request in requests[_WARM:]:
                    await ask(request)
        return waits

    return {text: round(median(waits), 3) for text, waits in asyncio.run(run()).items()}


@asynccontextmanager
async def _app(world: World, where: str) -> AsyncIterator[tuple[Ask, AsyncEngine]]:
    settings = world.settings("monitoring", database=database_of(where))
    database = MONITORING.app_database(settings)
    app = MONITORING.create_api(settings, database=database, wake_relay=lambda: None)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as http:

        async def ask(request: str) -> bytes:
            head, _, body = request.partition("\r\n\r\n")
            first, *lines = head.split("\r\n")
            method, path, _ = first.split(" ")
            answer = await http.request(method, path, headers=dict(line.split(": ", 1) for line in lines), content=body.encode())
            return answer.raise_for_status().content

        yield ask, database.engine
    await database.close()


@contextmanager
def _hearing(engine: AsyncEngine) -> Iterator[list[Said]]:
    heard: list[Said] = []

    def hear(_: Any, __: Any, text: str, values: Any, ___: Any, ____: Any) -> None:
        heard.append(Said(text, tuple(values)))

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", hear)


@contextmanager
def _timing(engine: AsyncEngine) -> Iterator[dict[str, list[float]]]:
    waits: dict[str, list[float]] = defaultdict(list)
    began = 0.0
    commit = engine.sync_engine.dialect.do_commit

    def begin(*_: Any) -> None:
        nonlocal began
        began = time.perf_counter()

    def end(_: Any, __: Any, text: str, *___: Any) -> None:
        waits[" ".join(text.split())[:60]].append((time.perf_counter() - began) * 1000)

    def timed_commit(dbapi_connection: Any) -> None:
        begin()
        commit(dbapi_connection)
        end(None, None, "COMMIT")

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", end)
    engine.sync_engine.dialect.do_commit = timed_commit
    yield waits
