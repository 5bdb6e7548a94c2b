"""After an overload of requests that nobody waits for any more, the gateway serves as before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from services.gateway.app import create_gateway
from shared.service.http.client import HttpClient
from tests.fixtures.tokens import county
from tests.gateway.fakes import bearing, settings

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Upstream:
    """A real server that is slow until told otherwise."""

    def __init__(self) -> None:
        self.quick = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await self.quick.wait()
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def before(upstream: Upstream, **changes: float) -> AsyncIterator[httpx2.AsyncClient]:
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    app = create_gateway(settings(**changes), connect=lambda _: HttpClient(f"http://127.0.0.1:{port}"))
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway") as http:
        yield http
    upstream.quick.set()
    server.close()
    await server.wait_closed()


async def statuses(http: httpx2.AsyncClient, times: int) -> list[int]:
    answers = await asyncio.gather(*(http.get("/v1/leads", headers=bearing(county())) for _ in range(times)))
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize("moment", [0.0, 0.02, 0.3])
async def test_two_hundred_cancelled_requests_leave_the_way_free(moment: float) -> None:
    upstream = Upstream()

    async with before(upstream) as http, asyncio.timeout(20):
        churn = [asyncio.create_task(http.get("/v1/leads", headers=bearing(county()))) for _ in range(200)]
        await asyncio.sleep(moment)
        for each in churn:
            each.cancel()
        ended = await asyncio.gather(*churn, return_exceptions=True)
        upstream.quick.set()
        after = await statuses(http, 5)

    assert all(isinstance(each, asyncio.CancelledError) for each in ended)
    assert after == [200] * 5


async def test_two_hundred_requests_that_meet_silence_end_in_time_and_leave_the_way_free() -> None:
    upstream = Upstream()

    async with before(upstream, request_seconds=0.3) as http, asyncio.timeout(20):
        during = await statuses(http, 200)
        upstream.quick.set()
        after = await statuses(http, 5)

    assert during == [503] * 200
    assert after == [200] * 5
