"""What passes, what does not, and what travels with it."""

import asyncio
import base64
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import httpx2
import pytest
from fastapi.routing import APIRoute

from services.gateway.api.passages import Passage
from services.gateway.api.routes import PASSAGES
from services.gateway.clients.upstreams import SERVICES
from tests.fixtures.platform import SERVICES as RUNNING
from tests.fixtures.tokens import claims_of, county, token, township
from tests.gateway.fakes import Fake, bearing, gateway, saying, silent

UUID = "0192f0c1-7d3e-7000-8000-0000000000aa"
SAMPLES = {
    "area": "530902",
    "channel": "hotline",
    "code": "D5.1",
    "figure": "rural_income",
    "group": "low_income",
    "hardship": "water",
    "list_code": "key_counties",
    "number": "1_11_002",
    "place": "530921",
    "year": 2021,
    "key": "identification.total.days",
    "kind": "households",
    "task_id": f"employment.{UUID}",
}


def path_of(passage: Passage) -> str:
    return passage.path.format(**{name: SAMPLES.get(name, UUID) for name in passage.ids})


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda each: each.name)
async def test_each_operation_reaches_the_service_that_owns_it(passage: Passage) -> None:
    fakes = {service: Fake() for service in SERVICES}
    owner = "employment" if "task_id" in passage.ids else "monitoring"

    async with gateway(fakes) as http:
        answer = await http.request(passage.method, path_of(passage), headers=bearing(township()))

    assert answer.status_code == 200
    assert {service: len(fake.asked) for service, fake in fakes.items()} == {**dict.fromkeys(SERVICES, 0), owner: 1}
    assert (fakes[owner].asked[0].method, fakes[owner].asked[0].url.raw_path.decode()) == (passage.method, path_of(passage))


def test_what_may_pass_is_what_monitoring_offers() -> None:
    routes = [route for router in RUNNING["monitoring"].routers for route in router.routes if isinstance(route, APIRoute)]

    offered = {(route.name, method, route.path) for route in routes for method in route.methods or ()}
    assert {(each.name, each.method, each.path) for each in PASSAGES if "monitoring" in each.services} == offered


@pytest.mark.parametrize("service", ["projects", "employment"])
async def test_the_id_of_a_task_says_which_service_owns_it(service: str) -> None:
    fake = Fake()

    async with gateway({service: fake}) as http:
        await http.post(f"/v1/tasks/{service}.{UUID}/start", headers=bearing(county()))

    assert fake.asked[0].url.path == f"/v1/tasks/{service}.{UUID}/start"


@pytest.mark.parametrize(
    ("task", "status"),
    [
        (f"monitoring.{UUID}", 404),
        (f"health.{UUID}", 404),
        (UUID, 422),
        (f"projects.{UUID.upper()}", 422),
        (f"projects.{UUID}x", 422),
        ("projects", 422),
        (f"projects.{UUID}%0a", 404),
    ],
)
async def test_a_task_of_no_service_is_not_found(task: str, status: int) -> None:
    async with gateway() as http:
        answer = await http.post(f"/v1/tasks/{task}/start", headers=bearing(county()))

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/leads/1", 422),
        ("GET", "/v1/leads/" + "9" * 20, 422),
        ("PUT", "/v1/bottom-lines/110000/2021", 422),
        ("PUT", "/v1/bottom-lines/530902/1999", 422),
        ("PUT", "/v1/parameters/530902/no-key", 422),
        ("PUT", "/v1/parameters/530902/a..b", 422),
        ("PUT", "/v1/parameters/530902/.a", 422),
        ("DELETE", f"/v1/leads/{UUID}", 405),
        ("GET", f"/v1/leads/{UUID}/", 404),
        ("GET", f"/v1/leads/{UUID}/verification", 405),
        ("GET", "/v1/households/search", 422),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v2/leads", 404),
    ],
)
async def test_what_is_not_on_the_list_does_not_pass(method: str, path: str, status: int) -> None:
    fakes = {service: Fake() for service in SERVICES}

    async with gateway(fakes) as http:
        answer = await http.request(method, path, headers=bearing(county()))

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert not any(fake.asked for fake in fakes.values())


@pytest.mark.parametrize("inner", ["internal/clock", "metrics", "livez", "readyz", "openapi.json", "docs"])
@pytest.mark.parametrize(
    "trick",
    [
        "/{inner}/x",
        "/v1/{inner}",
        "/v1/../{inner}",
        "/v1/leads/..%2f..%2f{inner}",
        "/v1/leads/%2e%2e/%2e%2e/{inner}",
        "/v1/leads/%2e%2e%2f%2e%2e%2f{inner}",
        "/v1/leads/..%5c..%5c{inner}",
        "/v1/leads/%252e%252e%252f{inner}",
        "/v1/leads/" + UUID + "%2f..%2f..%2f..%2f{inner}",
        "/v1/leads/" + UUID + "%3f{inner}",
        "/v1/leads/" + UUID + "%23{inner}",
        "/v1/leads/" + UUID + "%00",
        "/v1/tasks/projects.%2e%2e%2f{inner}/start",
        "/v1//leads/{inner}",
        "//projects/{inner}",
        "/v1/leads;/{inner}",
    ],
)
async def test_no_trick_with_paths_leads_to_an_inner_door(trick: str, inner: str) -> None:
    fakes = {service: Fake() for service in SERVICES}

    async with gateway(fakes) as http:
        for method in ("GET", "PUT", "POST"):
            answer = await http.send(raw(method, trick.format(inner=inner)))
            assert answer.status_code in {404, 405, 422}, answer.text

    assert not any(fake.asked for fake in fakes.values())


async def test_an_escaped_slash_is_no_slash() -> None:
    async with gateway() as http:
        answer = await http.send(raw("POST", f"/v1/leads/{UUID}%2fverification"))

    assert answer.status_code == 404


def raw(method: str, path: str) -> httpx2.Request:
    """A request whose path no client has tidied."""
    request = httpx2.Request(method, "http://gateway/", headers=bearing(county()))
    request.url = Untidied(path)
    return request


class Untidied(httpx2.URL):
    """An address as a hostile client would send it."""

    def __init__(self, path: str) -> None:
        super().__init__("http://gateway/")
        self._raw = path

    @property
    def raw_path(self) -> bytes:
        return self._raw.encode()

    @property
    def path(self) -> str:
        return unquote(self._raw)


async def test_the_needed_headers_travel_and_no_others() -> None:
    fake, request_id = Fake(), str(uuid4())
    sent = bearing(
        township(),
        **{
            "Accept-Language": "en",
            "If-Match": '"3"',
            "If-None-Match": '"2"',
            "Idempotency-Key": "k-1",
            "Content-Type": "application/json",
            "X-Request-ID": request_id,
            "X-User": "prefecture",
            "X-Forwarded-For": "10.0.0.1",
            "Cookie": "a=b",
            "Connection": "close, if-match",
            "Proxy-Authorization": "Basic eA==",
        },
    )

    async with gateway({"monitoring": fake}) as http:
        answer = await http.post(f"/v1/leads/{UUID}/verification", content=b'{"a": 1}', headers=sent)

    heard = fake.asked[0].headers
    kept = ("Authorization", "Accept-Language", "If-Match", "If-None-Match", "Idempotency-Key", "Content-Type", "X-Request-ID")
    assert [heard[name] for name in kept] == [sent[name] for name in kept]
    assert not {"x-user", "x-forwarded-for", "cookie", "proxy-authorization"} & set(heard)
    assert heard["host"] == "monitoring"
    assert fake.asked[0].content == b'{"a": 1}'
    assert answer.headers.get_list("x-request-id") == [request_id]


async def test_a_request_without_an_id_gets_one_that_the_service_hears_too() -> None:
    fake = Fake()

    async with gateway({"monitoring": fake}) as http:
        answer = await http.get("/v1/leads", headers=bearing(township(), **{"X-Request-ID": "no id\x1b[31m"}))

    assert fake.asked[0].headers["x-request-id"] == answer.headers["x-request-id"] != "no id"


@pytest.mark.parametrize("value", ["k\u00e9y", "k\x07y", "编号"])
async def test_a_header_that_holds_what_no_header_may_is_refused(value: str) -> None:
    headers = [(name.encode(), each.encode()) for name, each in bearing(township(), **{"Idempotency-Key": value}).items()]

    async with gateway() as http:
        answer = await http.post("/v1/leads", headers=headers)

    assert answer.status_code == 400


async def test_a_query_travels_as_pairs_with_repeated_names_and_every_character() -> None:
    fake = Fake()

    async with gateway({"monitoring": fake}) as http:
        await http.get("/v1/leads?status=a&status=b&name=%E6%9D%8E%26x%3D1&empty=&plus=a%2Bb%20c", headers=bearing(township()))

    pairs = [("status", "a"), ("status", "b"), ("name", "李&x=1"), ("empty", ""), ("plus", "a+b c")]
    assert fake.asked[0].url.params.multi_items() == pairs


async def test_an_answer_comes_back_as_it_was_without_what_belongs_to_the_connection() -> None:
    said = {
        "Content-Type": "application/problem+json",
        "Content-Language": "en",
        "ETag": '"4"',
        "Retry-After": "2",
        "WWW-Authenticate": "Bearer",
        "Connection": "x-secret",
        "Keep-Alive": "timeout=5",
        "Server": "inner",
        "Set-Cookie": "a=b",
        "X-Request-ID": "another",
    }
    fake = Fake(lambda _: httpx2.Response(412, content=b'{"type":"Stale"}', headers=said))

    async with gateway({"monitoring": fake}) as http:
        answer = await http.get(f"/v1/leads/{UUID}", headers=bearing(township()))
        await http.get(f"/v1/leads/{UUID}", headers=bearing(township()))

    assert (answer.status_code, answer.content) == (412, b'{"type":"Stale"}')
    assert [answer.headers[name] for name in list(said)[:5]] == list(said.values())[:5]
    assert not {"connection", "keep-alive", "server", "set-cookie"} & set(answer.headers)
    assert answer.headers["x-request-id"] != "another"
    assert "cookie" not in fake.asked[1].headers


@pytest.mark.parametrize("status", [200, 201, 204, 304, 307, 400, 404, 409, 428, 500, 503])
async def test_every_status_comes_back(status: int) -> None:
    async with gateway({"monitoring": Fake(lambda _: httpx2.Response(status, headers={"Location": "http://inner/"}))}) as http:
        answer = await http.get("/v1/areas", headers=bearing(township()))

    assert answer.status_code == status
    assert "location" not in answer.headers


async def test_a_compressed_answer_is_unpacked() -> None:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    packed = Fake(lambda _: httpx2.Response(200, content=gzip.compress(b"{}"), headers=headers))

    async with gateway({"monitoring": packed}) as http:
        answer = await http.get("/v1/areas", headers=bearing(township()))

    assert (answer.content, answer.headers["content-length"], "content-encoding" in answer.headers) == (b"{}", "2", False)


async def piecewise(size: int) -> AsyncIterator[bytes]:
    """A body that does not say how large it is."""
    for start in range(0, size, 2**16):
        yield b"x" * min(2**16, size - start)


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("path", ["/v1/leads", "/v1/households/search"])
async def test_a_body_of_up_to_one_mebibyte_passes_and_a_larger_one_is_refused(path: str, *, declared: bool) -> None:
    fake = Fake()

    async with gateway({"monitoring": fake}) as http:
        passed, refused = [
            await http.post(path, content=b"x" * size if declared else piecewise(size), headers=bearing(township())) for size in (2**20, 2**20 + 1)
        ]

    assert (passed.status_code, [len(request.content) for request in fake.asked]) == (200, [2**20])
    assert (refused.status_code, refused.headers["content-type"]) == (413, "application/problem+json")
    assert refused.json()["title"] == "请求内容过大，上限为1 MiB。"
    assert refused.headers["x-request-id"]


BAD_TOKENS: dict[str, Any] = {
    "none": None,
    "not for the gateway": {"aud": ["monitoring"]},
    "expired": {"exp": 1},
    "of another issuer": {"iss": "somebody"},
    "without an id": {"jti": None},
    "of an office in no such area": {"area": "530902"},
    "of an unknown role": {"role": "king"},
}


@pytest.mark.parametrize("changes", BAD_TOKENS.values(), ids=BAD_TOKENS)
@pytest.mark.parametrize("path", ["/v1/leads", "/v1/tasks", f"/v1/leads/{UUID}", "/v1/leads/1"])
async def test_nobody_passes_without_a_token_for_the_gateway(path: str, changes: dict[str, Any] | None) -> None:
    fakes = {service: Fake() for service in SERVICES}
    headers = {} if changes is None else {"Authorization": f"Bearer {token(township(), **changes)}"}

    async with gateway(fakes) as http:
        answer = await http.get(path, headers=headers)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["type"] == "urn:bottom-line:problem:Unauthenticated"
    assert not any(fake.asked for fake in fakes.values())


async def test_an_unsigned_token_is_nobodys() -> None:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    unsigned = f"{part({'alg': 'none'})}.{part(claims_of(township()))}."
    async with gateway() as http:
        answer = await http.get("/v1/leads", headers={"Authorization": f"Bearer {unsigned}"})

    assert answer.status_code == 401


async def test_what_the_service_refuses_is_refused() -> None:
    async with gateway({"monitoring": saying(403, {"type": "urn:bottom-line:problem:Forbidden"})}) as http:
        answer = await http.post("/v1/leads", headers=bearing(county()))

    assert (answer.status_code, answer.json()) == (403, {"type": "urn:bottom-line:problem:Forbidden"})


@pytest.mark.parametrize(
    ("language", "title"),
    [("zh-CN", "监测服务（monitoring）暂时没有应答，请稍候再试。"), ("en", "No answer from monitoring: try again shortly.")],
)
async def test_a_silent_service_is_named(language: str, title: str) -> None:
    async with gateway({"monitoring": silent()}) as http:
        answer = await http.get("/v1/leads", headers=bearing(county(), **{"Accept-Language": language}))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json() == {"type": "urn:bottom-line:problem:ServiceSilent", "title": title, "status": 503}
    assert (answer.headers["content-type"], answer.headers["content-language"]) == ("application/problem+json", language)


async def test_a_service_that_is_too_slow_is_silent() -> None:
    async def sleep(_: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(60)
        return httpx2.Response(200)

    async with gateway({"monitoring": Fake(sleep)}, request_seconds=0.05) as http, asyncio.timeout(5):
        answer = await http.get("/v1/leads", headers=bearing(county()))

    assert answer.status_code == 503


async def test_one_silent_service_does_not_silence_another() -> None:
    async with gateway({"projects": silent()}) as http:
        assert (await http.get("/v1/leads", headers=bearing(county()))).status_code == 200
        assert (await http.post(f"/v1/tasks/projects.{UUID}/start", headers=bearing(county()))).status_code == 503
        assert (await http.get("/readyz")).json() == {"ready": True}
        assert (await http.get("/livez")).text == "ok"


async def test_the_figures_are_not_on_the_public_port() -> None:
    async with gateway() as http:
        assert (await http.get("/metrics")).status_code == 404
