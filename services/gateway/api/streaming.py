"""What goes through as it comes: uploads in, files and events out.

Promises: no body is held here, whichever way it goes; a caller that leaves is one that the service sees leaving; an answer that a service
breaks off is broken off here too, never ended as if it were whole.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from services.gateway.api.headers import headers_back, passed_on_streamed
from services.gateway.api.passages import Passage
from services.gateway.api.routes import PASSAGES
from services.gateway.clients.upstreams import Upstreams
from services.gateway.settings import Settings
from shared.service.http.body_limit import LargerBody
from shared.service.http.client import HeardStream
from shared.service.http.receiving import in_time


class AnswerThatStreams(Response):
    """The answer of a service, on its way. The request goes there only now, so that its connection lives and dies with this answer."""

    def __init__(self, opening: AbstractAsyncContextManager[HeardStream]) -> None:
        super().__init__()
        self._opening = opening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._opening as heard:
            answer = StreamingResponse(heard.pieces, heard.status, headers=headers_back(heard))
            await answer(scope, receive, send)


def streamed(passage: Passage, request: Request, ids: Mapping[str, Any]) -> AnswerThatStreams:
    """Pass a request on and the answer back, both as they come."""
    return AnswerThatStreams(_opened(passage, request, ids))


def where_files_come_in(settings: Settings) -> Sequence[LargerBody]:
    """Name the passages whose bodies may be as large as a file."""
    return [LargerBody.at(each.method, each.path, largest=settings.largest_upload) for each in PASSAGES if each.takes_a_file]


@asynccontextmanager
async def _opened(passage: Passage, request: Request, ids: Mapping[str, Any]) -> AsyncIterator[HeardStream]:
    upstreams: Upstreams = request.app.state.upstreams
    settings: Settings = request.app.state.settings
    async with (
        aclosing(in_time(request.stream(), seconds=settings.upload_seconds)) as body,
        upstreams.stream(
            passage.service_for(ids),
            passage.method,
            passage.path.format(**ids),
            query=tuple(request.query_params.multi_items()),
            headers=passed_on_streamed(request),
            body=body if passage.takes_a_file else None,
        ) as heard,
    ):
        yield heard
