"""Passes requests on to the service that owns the matter, by the allow-list."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.exceptions import HTTPException

from services.gateway.api.headers import passed_back, passed_on
from services.gateway.api.passages import BODILESS, IDS, Passage
from services.gateway.api.routes import PASSAGES
from services.gateway.api.streaming import streamed
from services.gateway.clients.upstreams import Upstreams
from shared.service.http.requests import Caller

Endpoint = Callable[..., Awaitable[Response]]


async def plainly_written(request: Request) -> None:
    """Refuse an address with escapes: no address of ours needs one, and who reads it before us may have read it otherwise.

    :raises HTTPException: 404, there is one.
    """
    if b"%" in request.scope.get("raw_path", b""):
        raise HTTPException(404)


def forwarder(passage: Passage) -> Endpoint:
    """Make the endpoint of one passage: it takes the ids that the path names, each of its type."""

    async def forward(request: Request, caller: Caller, **ids: Any) -> Response:
        return streamed(passage, request, ids) if passage.streams else await _whole(passage, request, ids)

    return _which_takes(forward, passage.ids)


async def _whole(passage: Passage, request: Request, ids: Mapping[str, Any]) -> Response:
    upstreams: Upstreams = request.app.state.upstreams
    heard = await upstreams.ask(
        passage.service_for(ids),
        passage.method,
        passage.path.format(**ids),
        query=tuple(request.query_params.multi_items()),
        headers=passed_on(request),
        body=None if passage.method in BODILESS else await request.body(),
    )
    return passed_back(heard)


def _which_takes(forward: Endpoint, ids: list[str]) -> Endpoint:
    signature = inspect.signature(forward)
    fixed = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    typed = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=IDS[name]) for name in ids]
    forward.__signature__ = signature.replace(parameters=[*fixed, *typed])  # pyright: ignore[reportFunctionMemberAccess]
    return forward


# What is forwarded is documented by the service that owns it.
forwarding = APIRouter(include_in_schema=False, dependencies=[Depends(plainly_written)])
for _passage in PASSAGES:
    forwarding.add_api_route(_passage.path, forwarder(_passage), methods=[_passage.method], name=_passage.name)
