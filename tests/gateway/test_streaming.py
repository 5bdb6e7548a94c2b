"""What goes through as it comes: over real servers, since only they show it."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from services.gateway.app import create_gateway
from shared.service.http.client import HttpClient
from shared.service.http.serving import served
from tests.fixtures.processes import free_ports
from tests.fixtures.tokens import county
from tests.fixtures.waiting import until
from tests.gateway.fakes import bearing, settings

JOB = "0192f0c1-7d3e-7000-8000-0000000000aa"
EVENTS, FILE, UPLOAD = f"/v1/jobs/{JOB}/events", f"/v1/jobs/{JOB}/file", "/v1/imports"
MIB = 2**20

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Answering = Callable[["Upstream", Receive, Send], Awaitable[None]]


class Upstream:
    """A service that answers as it is told, and remembers what came in."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.headers: dict[str, str] = {}
        self.asked = self.taken = 0
        self.left = False
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.asked += 1
        self.headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        await self._answering(self, receive, send)

    async def take(self, receive: Receive) -> None:
        """Take the whole body in."""
        while await self.take_some(receive):
            pass

    async def take_some(self, receive: Receive) -> bool:
        message = await receive()
        self.left = message["type"] == "http.disconnect"
        self.taken += len(message.get("body", b""))
        return bool(message.get("more_body"))

    async def until_left(self, receive: Receive) -> None:
        while not self.left:
            await self.take_some(receive)


async def start(send: Send, status: int = 200, **headers: str) -> None:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def say(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


@asynccontextmanager
async def before(address: str, *, client: dict[str, Any] | None = None, **changes: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve a gateway before whatever answers at an address."""
    (port,) = free_ports(1)
    app = create_gateway(settings(**changes), connect=lambda _: HttpClient(address, **client or {}))
    async with (
        served(app, host="127.0.0.1", port=port, grace_seconds=1),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=bearing(county()), trust_env=False) as http,
        asyncio.timeout(30),
    ):
        await until(lambda: answers(http))
        yield http


async def answers(http: httpx2.AsyncClient) -> bool:
    try:
        return (await http.get("/livez")).status_code == 200
    except httpx2.HTTPError:
        return False


@asynccontextmanager
async def gateway(upstream: Upstream, *, client: dict[str, Any] | None = None, **changes: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve a gateway before a service, both on loopback."""
    (port,) = free_ports(1)
    served_app: Any = upstream
    async with served(served_app, host="127.0.0.1", port=port, grace_seconds=1), before(f"http://127.0.0.1:{port}", client=client, **changes) as http:
        yield http


@asynccontextmanager
async def dying(first: bytes) -> AsyncIterator[str]:
    """Give the address of a server that says something and is gone."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(first)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def accept(upstream: Upstream, receive: Receive, send: Send) -> None:
    """Take everything, and say so."""
    await upstream.take(receive)
    await start(send, 202, content_type="application/json")
    await say(send, b"{}", more=False)


async def events(upstream: Upstream, receive: Receive, send: Send) -> None:
    """Tell something at once, and go on telling when the test says so."""
    await start(send, content_type="text/event-stream", cache_control="no-cache", x_accel_buffering="no")
    await say(send, b"data: 1\n\n")
    leaving = asyncio.create_task(upstream.until_left(receive))
    going_on = asyncio.create_task(upstream.go_on.wait())
    await asyncio.wait([leaving, going_on], return_when=asyncio.FIRST_COMPLETED)
    leaving.cancel()
    going_on.cancel()
    if not upstream.left:
        await say(send, b"data: 2\n\n", more=False)


async def test_an_upload_arrives_while_it_is_being_sent() -> None:
    upstream = Upstream(accept)

    async def body() -> AsyncIterator[bytes]:
        for piece in range(1, 4):
            yield b"x" * 1000
            await until(lambda: upstream.taken == piece * 1000)  # noqa: B023  (waited for here)

    async with gateway(upstream) as http:
        answer = await http.post(UPLOAD, content=body(), headers={"Content-Type": "multipart/form-data; boundary=x", "Idempotency-Key": "k"})

    assert (answer.status_code, answer.json(), upstream.taken) == (202, {}, 3000)
    assert (upstream.headers["content-type"], upstream.headers["idempotency-key"]) == ("multipart/form-data; boundary=x", "k")
    assert (upstream.headers["authorization"], upstream.headers["transfer-encoding"]) == (http.headers["authorization"], "chunked")


async def test_how_large_an_upload_is_travels_along() -> None:
    upstream = Upstream(accept)

    async with gateway(upstream) as http:
        await http.post(UPLOAD, content=b"x" * (2 * MIB))

    assert (upstream.taken, upstream.headers["content-length"]) == (2 * MIB, str(2 * MIB))
    assert "transfer-encoding" not in upstream.headers


async def test_a_large_upload_is_not_held() -> None:
    upstream = Upstream(accept)

    async def body() -> AsyncIterator[bytes]:
        for _ in range(20 * 16):
            yield b"x" * (MIB // 16)

    async with gateway(upstream) as http:
        tracemalloc.start()
        try:
            await http.post(UPLOAD, content=body())
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert (upstream.taken, peak < 8 * MIB) == (20 * MIB, True), peak


async def test_a_file_leaves_while_it_is_being_made() -> None:
    async def answering(upstream: Upstream, receive: Receive, send: Send) -> None:
        name = "attachment; filename*=UTF-8''%E5%86%9C.xlsx"
        await start(send, content_disposition=name, content_length="6", cache_control="no-store", x_content_type_options="nosniff", server="inner")
        await say(send, b"abc")
        await upstream.go_on.wait()
        await say(send, b"def", more=False)

    upstream = Upstream(answering)
    async with gateway(upstream) as http, http.stream("GET", FILE) as answer:
        pieces = answer.aiter_raw()
        first = await anext(pieces)
        upstream.go_on.set()
        rest = b"".join([piece async for piece in pieces])

    assert (first, rest, answer.headers["content-length"]) == (b"abc", b"def", "6")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%86%9C.xlsx"
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert "server" not in answer.headers


async def test_events_arrive_one_by_one() -> None:
    upstream = Upstream(events)

    async with gateway(upstream) as http, http.stream("GET", EVENTS, headers={"Last-Event-ID": "7"}) as answer:
        lines = answer.aiter_lines()
        first = [await anext(lines), await anext(lines)]
        upstream.go_on.set()
        rest = [line async for line in lines]

    assert (first, rest) == (["data: 1", ""], ["data: 2", ""])
    assert (answer.headers["content-type"], answer.headers["x-accel-buffering"]) == ("text/event-stream", "no")
    assert (upstream.headers["last-event-id"], upstream.headers["accept-encoding"]) == ("7", "identity")


async def test_a_listener_that_leaves_is_one_that_the_service_sees_leaving() -> None:
    upstream = Upstream(events)

    async with gateway(upstream) as http:
        async with http.stream("GET", EVENTS) as answer:
            lines = answer.aiter_lines()
            await anext(lines)
            assert not upstream.left
        await until(lambda: upstream.left)


async def test_a_sender_that_leaves_is_one_that_the_service_sees_leaving() -> None:
    async def answering(upstream: Upstream, receive: Receive, send: Send) -> None:
        await upstream.until_left(receive)

    async def body() -> AsyncIterator[bytes]:
        yield b"x" * 1000
        await asyncio.Future()

    upstream = Upstream(answering)
    async with gateway(upstream) as http:
        sending = asyncio.create_task(http.post(UPLOAD, content=body()))
        await until(lambda: upstream.taken)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await until(lambda: upstream.left)


@pytest.mark.parametrize(
    "begun",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nhalf",
    ],
)
async def test_an_answer_that_is_broken_off_is_not_ended(begun: bytes) -> None:
    async with dying(begun) as address, before(address) as http:
        with pytest.raises(httpx2.RemoteProtocolError):
            await http.get(FILE)

        assert (await http.get("/livez")).status_code == 200


async def test_an_answer_that_comes_to_a_standstill_is_broken_off() -> None:
    upstream = Upstream(events)

    async with gateway(upstream, client={"idle_seconds": 0.2}) as http:
        with pytest.raises(httpx2.RemoteProtocolError):
            await http.get(EVENTS)
        await until(lambda: upstream.left)


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 O", b"nonsense\r\n\r\n"])
async def test_what_dies_before_it_answers_is_silent(begun: bytes) -> None:
    async with dying(begun) as address, before(address) as http:
        got, sent = await http.get(FILE), await http.post(UPLOAD, content=b"x" * 1000)

    assert [(answer.status_code, answer.headers["retry-after"]) for answer in (got, sent)] == [(503, "2")] * 2
    assert got.json()["title"] == "监测服务（monitoring）暂时没有应答，请稍候再试。"


@pytest.mark.parametrize(("method", "path"), [("GET", EVENTS), ("POST", UPLOAD)])
async def test_what_does_not_begin_in_time_is_silent(method: str, path: str) -> None:
    async def answering(upstream: Upstream, receive: Receive, send: Send) -> None:
        await upstream.until_left(receive)

    upstream = Upstream(answering)
    async with gateway(upstream, request_seconds=0.2) as http:
        answer = await http.request(method, path, content=b"x" * 3 * MIB if method == "POST" else None)
        await until(lambda: upstream.left)

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:bottom-line:problem:ServiceSilent")


async def test_an_upload_may_take_longer_than_a_request_while_it_goes_on() -> None:
    upstream = Upstream(accept)

    async def body() -> AsyncIterator[bytes]:
        for _ in range(6):
            yield b"x"
            await asyncio.sleep(0.1)

    async with gateway(upstream, request_seconds=0.3) as http:
        assert (await http.post(UPLOAD, content=body())).status_code == 202


async def test_a_sender_that_takes_too_long_is_told_so() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(1)
        yield b"x"

    async with gateway(Upstream(accept), upload_seconds=0.2) as http:
        answer = await http.post(UPLOAD, content=body())

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:bottom-line:problem:UploadTooSlow")


async def test_an_upload_that_says_it_is_too_large_does_not_pass() -> None:
    upstream = Upstream(accept)

    async with gateway(upstream, largest_upload_mib=1) as http:
        passed = await http.post(UPLOAD, content=b"x" * (2 * MIB))
        refused = await http.post(UPLOAD, content=b"x" * (2 * MIB + 1))

    assert (passed.status_code, upstream.asked) == (202, 1)
    assert (refused.status_code, refused.json()["title"]) == (413, "请求内容过大，上限为1 MiB。")


async def test_an_upload_that_turns_out_too_large_is_stopped() -> None:
    async def answering(upstream: Upstream, receive: Receive, send: Send) -> None:
        await upstream.until_left(receive)

    async def body() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * (MIB // 8)

    upstream = Upstream(answering)
    async with gateway(upstream, largest_upload_mib=2) as http:
        answer = await http.post(UPLOAD, content=body(), headers={"Accept-Language": "en"})
        await until(lambda: upstream.left)

    assert (answer.status_code, answer.json()["title"]) == (413, "The body is too large: 2 MiB at most.")
    assert upstream.taken <= 3 * MIB


async def test_other_bodies_keep_their_limit() -> None:
    upstream = Upstream(accept)

    async with gateway(upstream) as http:
        assert (await http.post("/v1/exports", content=b"x" * (MIB + 1))).status_code == 413

    assert upstream.asked == 0


async def test_a_refusal_that_comes_before_the_end_of_an_upload_reaches_the_sender() -> None:
    async def answering(upstream: Upstream, receive: Receive, send: Send) -> None:
        await start(send, 403, content_type="application/problem+json")
        await say(send, b'{"type": "Forbidden"}', more=False)

    upstream = Upstream(answering)
    async with gateway(upstream) as http:
        answer = await http.post(UPLOAD, content=b"x" * (5 * MIB))

    assert (answer.status_code, answer.json()) == (403, {"type": "Forbidden"})


async def test_nobody_without_a_token_sends_anything_through() -> None:
    upstream = Upstream(accept)

    async with gateway(upstream) as http:
        answer = await http.post(UPLOAD, content=b"x", headers={"Authorization": ""})

    assert (answer.status_code, upstream.asked) == (401, 0)


async def test_streams_have_turns_of_their_own() -> None:
    async def answering(upstream: Upstream, receive: Receive, send: Send) -> None:
        await (events if upstream.asked == 1 else accept)(upstream, receive, send)

    upstream = Upstream(answering)
    async with gateway(upstream, client={"streams_at_once": 1}, request_seconds=0.5) as http:
        async with http.stream("GET", EVENTS) as listening:
            lines = listening.aiter_lines()
            await anext(lines)
            ordinary = await http.get("/v1/jobs")
            another = await http.get(FILE)
        await until(lambda: upstream.left)
        after = await http.get(FILE)

    assert (ordinary.status_code, another.status_code, after.status_code) == (202, 503, 202)


@pytest.mark.parametrize("name", ["households", "leads", "cases", "risk-flags"])
async def test_an_export_is_no_id(name: str) -> None:
    upstream = Upstream(accept)

    async with gateway(upstream) as http:
        answer = await http.get(f"/v1/{name}/export", params={"area": "530902"})

    assert (answer.status_code, upstream.asked) == (202, 1)


@pytest.mark.parametrize("kind", ["Households", "x" * 41, "a-b", "a.b"])
async def test_a_template_is_of_a_kind(kind: str) -> None:
    upstream = Upstream(accept)

    async with gateway(upstream) as http:
        answer = await http.get(f"/v1/import-templates/{kind}")

    assert (answer.status_code, upstream.asked) == (422, 0)
