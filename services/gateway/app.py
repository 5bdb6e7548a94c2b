"""What the gateway is made of: the only wiring."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import FastAPI

from services.gateway.api import ROUTERS
from services.gateway.api.documentation import Documentation, without_own_document
from services.gateway.api.routes import PASSAGES
from services.gateway.api.silence import answer_when_silent
from services.gateway.api.streaming import where_files_come_in
from services.gateway.clients.upstreams import SERVICES, Upstreams
from services.gateway.permissions import PERMISSIONS
from services.gateway.settings import Settings
from shared.files.store import FileStore
from shared.kernel.actors import Actor, Role
from shared.service.http.apps import create_app, take_up
from shared.service.http.client import HttpClient
from shared.service.identity import Identity
from shared.service.metrics import Metrics
from shared.service.tokens import development_token

NAME = "gateway"
TITLE = "守底线 Bottom Line"
DESCRIPTION = "统一入口：监测、项目、就业各服务的操作，与合并的任务清单。The public door: every service's operations, and one list of tasks."

Connect = Callable[[str], HttpClient]
"""Service -> a client that reaches it."""


def create_gateway(settings: Settings, *, metrics: Metrics | None = None, connect: Connect | None = None) -> FastAPI:
    """Make the app.

    :param connect: how to reach a service that is not at its address, one in this process for instance.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        upstreams = Upstreams({service: (connect or _client(settings))(service) for service in SERVICES}, seconds=settings.request_seconds)
        app.state.upstreams = upstreams
        app.state.documentation = Documentation(app.openapi, upstreams, seconds=settings.documentation_seconds)
        with TemporaryDirectory(prefix=f"{NAME}-") as folder:
            app.state.files = FileStore(Path(folder))  # for answers on their way only
            try:
                yield
            finally:
                await upstreams.close()

    app = create_app(TITLE, DESCRIPTION, metrics=metrics or Metrics(NAME), larger=where_files_come_in(settings), lifespan=lifespan)
    app.state.settings = settings
    app.state.identity = Identity(NAME, settings.public_keys(), issuer=settings.issuer)
    app.state.permissions = {**PERMISSIONS, **{passage.name: frozenset(Role) for passage in PASSAGES}}
    without_own_document(app)
    answer_when_silent(app)
    take_up(app, *ROUTERS)
    return app


def make_token(actor: Actor, *, settings: Settings, hours: float = 12) -> str:
    """Sign a token of the development profile for the gateway and every service behind it.

    :raises NoToken: this is another profile, or the role holds no office in such an area.
    """
    return development_token(actor, audiences=[NAME, *SERVICES], settings=settings, hours=hours)


def _client(settings: Settings) -> Connect:
    return lambda service: HttpClient(settings.url_of(service), seconds=settings.request_seconds)
