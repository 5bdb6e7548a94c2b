"""What the contract tests share: the three services in rehearsal, the gateway before them, and things in four places."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from services.gateway.app import create_gateway
from services.gateway.settings import Settings as GatewaySettings
from shared.database.transaction import Database
from shared.service.http.client import HttpClient
from shared.service.settings import Profile
from tests.contracts.rehearsing import Rehearsing
from tests.contracts.world import World, a_world, leave
from tests.fixtures.callers import Call, speaking_to
from tests.fixtures.platform import BUILD, SERVICES, Cluster, opened, settings_of
from tests.fixtures.tokens import ISSUER, public_keys_file

_MOVE = "UPDATE deployment SET clock_offset_seconds = extract(epoch FROM $1::timestamptz - now())"
_STAY = "UPDATE deployment SET clock_offset_seconds = 0"


@dataclass(frozen=True)
class Platform:
    """Apps in rehearsal, and clients to them; an error that an app answers with 500 is that answer."""

    apps: Mapping[str, FastAPI]
    http: Mapping[str, httpx2.AsyncClient]
    databases: Mapping[str, Rehearsing]


@pytest.fixture(scope="package")
def tally(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """Counts what was checked, and says it at the end."""
    counted: Counter[str] = Counter()
    yield counted
    plugins = request.config.pluginmanager
    reporter, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")
    if reporter and capture and counted:
        with capture.global_and_fixture_disabled():
            reporter.write_line("")
            reporter.write_line("checked: " + ", ".join(f"{count} {what}" for what, count in sorted(counted.items())))


@pytest.fixture(scope="package")
async def pools(cluster: Cluster, databases: None) -> AsyncIterator[dict[str, Database]]:
    """Every service's database, as the role that answers requests."""
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(opened(name, cluster)) for name in SERVICES}


@pytest.fixture(scope="package")
async def owners(cluster: Cluster, databases: None) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """The owners of the databases, who see past every policy."""
    connections = {name: await cluster.connect(name) for name in SERVICES}
    yield connections
    for connection in connections.values():
        await connection.close()


@pytest.fixture(scope="package")
async def worlds(cluster: Cluster, pools: dict[str, Database], owners: dict[str, asyncpg.Connection], lines: None) -> AsyncIterator[dict[str, World]]:
    """The things of four places, by village; monitoring's clock stands where they are of interest until the last test here."""

    async def move(to: datetime) -> datetime:
        await owners["monitoring"].execute(_MOVE, to)
        return to

    async with AsyncExitStack() as stack:
        apps = {name: SERVICES[name].create_api(settings_of(name, cluster), database=pools[name], wake_relay=lambda: None) for name in SERVICES}
        calls: dict[str, Call] = {name: await stack.enter_async_context(speaking_to(app)) for name, app in apps.items()}
        worker = await stack.enter_async_context(opened("monitoring", cluster, worker=True))
        runner = SERVICES["monitoring"].job_runner(settings_of("monitoring", cluster), worker)
        assert runner is not None
        worlds = await a_world(calls, move, pools, runner, worker)
        yield worlds
        await leave(worlds, calls["monitoring"])
    await owners["monitoring"].execute(_STAY)


@pytest.fixture(scope="package")
async def platform(cluster: Cluster, pools: dict[str, Database]) -> AsyncIterator[Platform]:
    """The services, in rehearsal."""
    databases = {name: Rehearsing(pool) for name, pool in pools.items()}
    apps = {name: SERVICES[name].create_api(settings_of(name, cluster), database=databases[name], wake_relay=lambda: None) for name in SERVICES}
    async with AsyncExitStack() as stack:
        http = {name: await stack.enter_async_context(client_of(app)) for name, app in apps.items()}
        yield Platform(apps, http, databases)


@pytest.fixture(scope="package")
async def gateway(platform: Platform) -> AsyncIterator[httpx2.AsyncClient]:
    """The gateway before them, which reaches them in this process."""
    settings = GatewaySettings(profile=Profile.DEVELOPMENT, issuer=ISSUER, public_keys_file=public_keys_file(BUILD))
    app = create_gateway(settings, connect=lambda service: HttpClient("http://service", transport=transport_of(platform.apps[service])))
    async with app.router.lifespan_context(app), client_of(app) as http:
        yield http


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=transport_of(app), base_url="http://service")


def transport_of(app: FastAPI) -> httpx2.ASGITransport:
    return httpx2.ASGITransport(app, raise_app_exceptions=False)
