"""Every operation of the three services and of the gateway: from their routes, and as their OpenAPI documents tell it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from services.gateway.api import ROUTERS as GATEWAY_ROUTERS
from services.gateway.api.routes import PASSAGES
from shared.kernel.actors import Permissions
from tests.fixtures.platform import SERVICES

PERMISSIONS: dict[str, Permissions] = {name: service.permissions for name, service in SERVICES.items()}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of one service."""

    service: str
    id: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.service}.{self.id}"

    def serves(self, path: str) -> bool:
        """Say whether an address is one of this operation's."""
        return bool(re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", self.path), path))


def operations_of(service: str, routers: Sequence[APIRouter]) -> list[Operation]:
    """List what a service's routers offer to people."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute) and route.include_in_schema]
    return [Operation(service, route.name, method, route.path) for route in routes for method in sorted(route.methods or ())]


def documented(service: str, document: Mapping[str, Any]) -> Iterator[tuple[Operation, dict[str, Any]]]:
    """List what an OpenAPI document names, each with what it says about it."""
    for path, item in document["paths"].items():
        for method, told in item.items():
            yield Operation(service, told["operationId"], method.upper(), path), told


def document_of(service: str) -> dict[str, Any]:
    """Give a service's OpenAPI document, without a database behind it."""
    app = FastAPI(title=SERVICES[service].title)
    for router in SERVICES[service].routers:
        app.include_router(router)
    return app.openapi()


OPERATIONS = [operation for name, service in SERVICES.items() for operation in operations_of(name, service.routers)]
OWN_OF_GATEWAY = operations_of("gateway", GATEWAY_ROUTERS)
FORWARDED = [Operation(service, passage.name, passage.method, passage.path) for passage in PASSAGES for service in passage.services]
