"""Services that are not there, a gateway in front of them, and tasks for them to list."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2

from services.gateway.app import create_gateway
from services.gateway.clients.upstreams import SERVICES
from services.gateway.settings import Settings
from shared.kernel.actors import Actor
from shared.kernel.areas import county_of
from shared.kernel.page import Place
from shared.service.http.client import HttpClient
from shared.service.settings import Profile
from tests.fixtures.platform import BUILD
from tests.fixtures.tokens import ISSUER, public_keys_file, token

Handler = Callable[[httpx2.Request], httpx2.Response | Awaitable[httpx2.Response]]

DAY = datetime(2021, 9, 22, tzinfo=UTC)


class Fake:
    """A service that answers everything the same way, and remembers what it was asked."""

    def __init__(self, answer: Handler | None = None) -> None:
        self.asked: list[httpx2.Request] = []
        self.answer = answer or (lambda request: httpx2.Response(200, json={"path": request.url.path}))

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answer(request)
        return _unread(answer if isinstance(answer, httpx2.Response) else await answer)


def _unread(answer: httpx2.Response) -> httpx2.Response:
    """An answer as it comes off the wire, which can still be streamed."""
    return httpx2.Response(answer.status_code, headers=answer.headers, stream=answer.stream)


def saying(status: int, body: Any = None, **headers: str) -> Fake:
    return Fake(lambda _: httpx2.Response(status, json=body, headers=headers))


def silent() -> Fake:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("nobody there", request=request)

    return Fake(refuse)


def settings(**changes: Any) -> Settings:
    given = {"profile": Profile.DEVELOPMENT, "issuer": ISSUER, "public_keys_file": public_keys_file(BUILD), "documentation_seconds": 0.0}
    return Settings(**{**given, **changes})


@asynccontextmanager
async def gateway(fakes: Mapping[str, Fake] | None = None, **changes: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """Open a gateway before fakes; the others of the services echo the path."""
    handlers = {service: Fake() for service in SERVICES} | dict(fakes or {})

    def connect(service: str) -> HttpClient:
        return HttpClient(f"http://{service}", transport=httpx2.MockTransport(handlers[service]))

    app = create_gateway(settings(**changes), connect=connect)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway") as http:
        yield http


def bearing(actor: Actor, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(actor)}", **more}


def a_task(service: str = "projects", number: int = 1, *, day: int = 0, area: str = "530902102201", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{service}.{UUID(int=number)}",
        "service": service,
        "measure": "industry",
        "kind": "industry_project",
        "household_id": str(UUID(int=7)),
        "flag_id": str(UUID(int=8)),
        "area": area,
        "status": "opened",
        "due_at": (DAY + timedelta(days=day)).isoformat(),
        "version": 1,
    } | changes


def place_of(task: Mapping[str, Any]) -> Place:
    return Place(county=county_of(task["area"]), due_at=datetime.fromisoformat(task["due_at"]), id=UUID(task["id"].partition(".")[2]))


def order(task: Mapping[str, Any]) -> tuple[str, datetime, UUID]:
    place = place_of(task)
    return place.county, place.due_at, place.id


@dataclass
class Tasks:
    """A service that lists tasks as services do: by county, due date and id, strictly behind its cursor."""

    tasks: Iterable[dict[str, Any]]
    silences: list[bool] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(dict(request.url.params))
        if self.silences and self.silences.pop(0):
            raise httpx2.ReadTimeout("too late", request=request)
        return httpx2.Response(200, content=json.dumps(self._page(request.url.params)))

    def _page(self, query: Mapping[str, str]) -> dict[str, Any]:
        after = Place.parse(query["cursor"]) if "cursor" in query else None
        behind = [task for task in sorted(self.tasks, key=order) if after is None or order(task) > (after.county, after.due_at, after.id)]
        fitting = [task for task in behind if task["area"].startswith(query.get("area", ""))]
        size = int(query["size"])
        page = fitting[:size]
        return {"items": page, "next": str(place_of(page[-1])) if len(fitting) > size else None}
