"""The joined documentation: fetched when somebody reads it, and kept for some seconds."""

import asyncio
import time
from collections.abc import Callable

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from services.gateway.api.joining import joined
from services.gateway.api.routes import PASSAGES
from services.gateway.clients.documents import Document, documents
from services.gateway.clients.upstreams import Upstreams

_PATIENCE = 2.0

documentation = APIRouter(include_in_schema=False)


class Documentation:
    """The joined document of the moment. One reader fetches, the others wait for what he brings."""

    def __init__(self, own: Callable[[], Document], upstreams: Upstreams, *, seconds: float) -> None:
        self._own, self._upstreams, self._seconds = own, upstreams, seconds
        self._document: Document = {}
        self._until = 0.0
        self._turn = asyncio.Lock()

    async def current(self) -> Document:
        """Give the document, not older than its seconds."""
        async with self._turn:
            if time.monotonic() >= self._until:
                self._document = joined(self._own(), await documents(self._upstreams, seconds=_PATIENCE), PASSAGES)
                self._until = time.monotonic() + self._seconds
            return self._document


@documentation.get("/openapi.json")
async def joined_document(request: Request) -> JSONResponse:
    kept: Documentation = request.app.state.documentation
    return JSONResponse(await kept.current())


def without_own_document(app: FastAPI) -> None:
    """Free the address at which the framework would show the gateway's own operations only; the pages read it."""
    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", None) != app.openapi_url]
