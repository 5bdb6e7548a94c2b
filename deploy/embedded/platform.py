"""The whole system in one process: the four services' APIs and the workers on an embedded PostgreSQL and the in-process broker.

For a first look, the demo and the system tests. Every part is the one that runs in production, but the broker.
"""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from prometheus_client import start_http_server
from pydantic import HttpUrl, SecretStr

from deploy.embedded.postgres import Postgres
from services.employment.app import SERVICE as EMPLOYMENT
from services.gateway.app import create_gateway
from services.gateway.settings import Settings as GatewaySettings
from services.monitoring.app import SERVICE as MONITORING
from services.monitoring.app import load_years
from services.projects.app import SERVICE as PROJECTS
from shared.broker.memory import MemoryBroker
from shared.service.assembly import Service
from shared.service.commands import migrate_service
from shared.service.http.serving import served
from shared.service.metrics import Metrics
from shared.service.settings import Profile, ServiceSettings
from shared.service.working.worker import Worker

SERVICES: tuple[Service, ...] = (MONITORING, PROJECTS, EMPLOYMENT)
CALENDAR_YEARS = range(2020, 2027)
READY_SECONDS = 15
WATCH_SECONDS = 1.0
"""Its clock jumps over days: what waits for a day is looked at each second, not each minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the four listen, on loopback."""

    gateway: int = 8000
    monitoring: int = 8001
    projects: int = 8002
    employment: int = 8003
    gateway_metrics: int = 0  # any free one; the gateway's own port is public and shows no figures

    def taken(self) -> int | None:
        """Name a port that somebody else listens on."""
        for port in (self.gateway, self.monitoring, self.projects, self.employment, self.gateway_metrics):
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return port
        return None

    def of(self, service: str) -> int:
        return getattr(self, service)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.of(service)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What runs: its ports, its database server, its broker and its workers."""

    ports: Ports
    postgres: Postgres
    broker: MemoryBroker
    workers: Mapping[str, Worker]
    settings: Mapping[str, ServiceSettings] = field(default_factory=dict)


def prepare(folder: Path, ports: Ports, *, fresh: bool = False) -> tuple[Postgres, dict[str, ServiceSettings]]:
    """Start PostgreSQL and bring every service's database up to date; what was there is resumed, or wiped if asked."""
    postgres = Postgres(folder / "postgres")
    settings = {service.name: settings_of(service, postgres, ports) for service in SERVICES}
    for service in SERVICES:
        asyncio.run(postgres.make_database(service.name, fresh=fresh))
        migrate_service(service, settings[service.name])
    asyncio.run(_load_calendar(settings["monitoring"]))
    return postgres, settings


def settings_of(service: Service, postgres: Postgres, ports: Ports) -> ServiceSettings:
    """Settings of the development profile on the embedded server."""
    return service.settings(
        profile=Profile.DEVELOPMENT,
        port=ports.of(service.name),
        database_url=SecretStr(postgres.url(service.name, f"{service.name}_app")),
        worker_database_url=SecretStr(postgres.url(service.name, f"{service.name}_worker")),
        owner_database_url=SecretStr(postgres.url(service.name)),
        files_folder=postgres.folder.parent / "files" / service.name,
        watch_seconds=WATCH_SECONDS,
        log_json=False,
    )


@asynccontextmanager
async def running(postgres: Postgres, settings: Mapping[str, ServiceSettings], ports: Ports) -> AsyncIterator[Platform]:
    """Run everything until the block ends; it begins when all four answer."""
    broker = MemoryBroker()
    metrics = {service.name: Metrics(service.name) for service in SERVICES}
    workers = {service.name: service.create_worker(settings[service.name], broker, metrics=metrics[service.name]) for service in SERVICES}
    apps = {
        service.name: service.create_api(
            settings[service.name], metrics=metrics[service.name], broker=broker, wake_relay=workers[service.name].relay.wake
        )
        for service in SERVICES
    }
    gateway_metrics = Metrics("gateway")
    apps["gateway"] = create_gateway(gateway_settings(ports), metrics=gateway_metrics)
    async with AsyncExitStack() as stack:
        stack.enter_context(_figures(gateway_metrics, ports.gateway_metrics))
        for name, app in apps.items():
            await stack.enter_async_context(served(app, host="127.0.0.1", port=ports.of(name), grace_seconds=5))
        for worker in workers.values():
            await stack.enter_async_context(_working(worker))
        await _until_ready(ports, apps)
        yield Platform(ports=ports, postgres=postgres, broker=broker, workers=workers, settings=settings)


def wipe(folder: Path) -> None:
    """Forget everything that an earlier run left."""
    shutil.rmtree(folder, ignore_errors=True)


def gateway_settings(ports: Ports) -> GatewaySettings:
    return GatewaySettings(
        profile=Profile.DEVELOPMENT,
        port=ports.gateway,
        monitoring_url=HttpUrl(ports.url("monitoring")),
        projects_url=HttpUrl(ports.url("projects")),
        employment_url=HttpUrl(ports.url("employment")),
        log_json=False,
    )


async def _load_calendar(settings: ServiceSettings) -> None:
    database = MONITORING.worker_database(settings)
    try:
        await load_years(CALENDAR_YEARS, database)
    finally:
        await database.close()


@contextmanager
def _figures(metrics: Metrics, port: int) -> Iterator[None]:
    """Serve the gateway's figures, as its own process does."""
    server, thread = start_http_server(port, "127.0.0.1", registry=metrics.registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@asynccontextmanager
async def _working(worker: Worker) -> AsyncIterator[None]:
    working = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        await worker.database.close()


async def _until_ready(ports: Ports, names: Iterable[str]) -> None:
    """Wait until every service says that it is ready."""
    async with asyncio.timeout(READY_SECONDS), httpx2.AsyncClient() as http:
        for name in names:
            while not await _answers(http, f"{ports.url(name)}/readyz"):  # noqa: ASYNC110  (a port opens)
                await asyncio.sleep(0.05)


async def _answers(http: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).status_code == 200
    except httpx2.HTTPError:
        return False
