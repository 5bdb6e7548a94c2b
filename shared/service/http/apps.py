"""Make a service's public face."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from prometheus_fastapi_instrumentator import Instrumentator

from shared.broker import Broker
from shared.database.transaction import Database
from shared.files.store import FileStore
from shared.kernel.actors import Permissions
from shared.service.http.body_limit import BodyLimit, LargerBody
from shared.service.http.clock import clock_router
from shared.service.http.health import health_router
from shared.service.http.problems import answer_with_problems
from shared.service.http.routes import ServiceRoute
from shared.service.http.uploads import UploadLimits, form_of
from shared.service.identity import Identity
from shared.service.metrics import Metrics

LARGEST_BODY = 2**20
REQUEST_ID = "X-Request-ID"
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def service_router(*tags: str) -> APIRouter:
    """Make a router whose routes are named for their paths, their names being their operation ids."""
    return APIRouter(route_class=ServiceRoute, generate_unique_id_function=lambda route: route.name, tags=list(tags))


@asynccontextmanager
async def _nothing(_: FastAPI) -> AsyncIterator[None]:
    yield


def create_app(title: str, description: str, *, metrics: Metrics, larger: Sequence[LargerBody] = (), lifespan: Lifespan = _nothing) -> FastAPI:
    """Make an app with problem documents, a request id, a limit on bodies, metrics, and documentation pages that need no Internet.

    :param larger: where a file may come in.
    """
    app: FastAPI = FastAPIOffline(
        title=title,
        description=description,
        version="1",
        redirect_slashes=False,
        lifespan=lifespan,
        swagger_ui_parameters={"persistAuthorization": True},
    )
    answer_with_problems(app)
    app.add_middleware(BodyLimit, largest=LARGEST_BODY, larger=larger)
    app.add_middleware(CorrelationIdMiddleware, header_name=REQUEST_ID, validator=_is_id)
    Instrumentator(registry=metrics.registry, excluded_handlers=["/livez", "/readyz", "/metrics"]).instrument(app)
    return app


def create_service(
    title: str,
    description: str,
    *routers: APIRouter,
    service: str,
    database: Database,
    identity: Identity,
    permissions: Permissions,
    metrics: Metrics,
    broker: Broker | None = None,
    files: FileStore | None = None,
    uploads: UploadLimits | None = None,
    clock_moves: bool = False,
    lifespan: Lifespan = _nothing,
) -> FastAPI:
    """Make the app of a service with a database.

    :param files: where files lie, if it has any.
    :param uploads: the limits of the files that come in, if some do.
    :param clock_moves: mount the development profile's `PUT /internal/clock`.
    """
    larger = list(_where_files_come_in(routers, uploads))
    if larger and files is None:
        raise ValueError(f"{service} takes files and has no place for them: its settings must say takes_files")
    app = create_app(title, description, metrics=metrics, larger=larger, lifespan=lifespan)
    app.state.database, app.state.identity, app.state.permissions = database, identity, permissions
    app.state.files, app.state.upload_limits = files, uploads
    take_up(app, *routers, health_router(service, database, metrics, broker), *([clock_router(database)] if clock_moves else []))
    return app


def take_up(app: FastAPI, *routers: APIRouter) -> None:
    """Make the routes of routers the app's own: those of a router that is included are searched three times for each request."""
    for router in routers:
        app.router.routes.extend(router.routes)


def _where_files_come_in(routers: Iterable[APIRouter], limits: UploadLimits | None) -> Iterable[LargerBody]:
    for route in (route for router in routers for route in router.routes):
        if isinstance(route, ServiceRoute) and form_of(route.endpoint):
            for method in route.methods or ():
                yield LargerBody.at(method, route.path, largest=limits.largest if limits else 0)


def _is_id(value: str) -> bool:
    """Take a request id from outside only if it is a UUID: it goes into logs and the audit."""
    try:
        return bool(UUID(value))
    except ValueError:
        return False
