"""The gateway before the real monitoring service."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from services.gateway.app import create_gateway
from shared.service.http.client import HttpClient
from tests.fixtures.tokens import county, prefecture, token, village
from tests.gateway.fakes import bearing, settings


@pytest.fixture
async def http(monitoring_api: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_gateway(settings(), connect=lambda service: HttpClient(f"http://{service}", transport=httpx2.ASGITransport(monitoring_api)))
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway") as http:
        yield http


async def test_an_official_is_known_there_by_his_own_token(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/v1/leads", params={"size": 1}, headers=bearing(county()))

    assert (answer.status_code, set(answer.json())) == (200, {"items", "next"})


async def test_a_token_for_the_gateway_alone_opens_nothing_behind_it(http: httpx2.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {token(county(), aud=['gateway'])}"}

    answer = await http.get("/v1/leads", headers=headers)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_its_refusals_come_back_in_the_callers_language(http: httpx2.AsyncClient) -> None:
    forbidden = await http.put("/v1/bottom-lines/530902/2021", json={}, headers=bearing(village(), **{"Accept-Language": "en"}))
    unfit = await http.put("/v1/bottom-lines/530902/2021", json={}, headers=bearing(prefecture()))
    absent = await http.get(f"/v1/leads/{uuid4()}", headers=bearing(county()))

    assert (forbidden.status_code, forbidden.json()["title"]) == (403, "Your role may not do this.")
    assert (unfit.status_code, unfit.headers["content-language"], bool(unfit.json()["fields"])) == (422, "zh-CN", True)
    assert (absent.status_code, absent.json()["type"]) == (404, "urn:bottom-line:problem:NotFound")


async def test_its_clock_is_not_reachable(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/internal/clock", headers=bearing(county()))).status_code == 404
