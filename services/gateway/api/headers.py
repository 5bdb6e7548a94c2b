"""Which headers travel, in either direction. The others stay here, those of the connection among them."""

from asgi_correlation_id import correlation_id
from fastapi import Request, Response
from starlette.exceptions import HTTPException

from shared.service.http.apps import REQUEST_ID
from shared.service.http.client import Heard, HeardStream

CALLER = ("authorization", "accept-language")
_THERE = (*CALLER, "content-type", "if-match", "if-none-match", "idempotency-key")
_THERE_STREAMED = (*_THERE, "content-length", "last-event-id")
_BACK = ("content-type", "content-language", "etag", "retry-after", "www-authenticate")
_FILE = ("content-length", "content-encoding", "content-disposition", "cache-control", "x-content-type-options", "x-accel-buffering")


def passed_on(request: Request, names: tuple[str, ...] = _THERE) -> dict[str, str]:
    """Choose what a service is told; the request's id goes along, so that every log names the same one.

    :raises HTTPException: 400, a header holds what no header may.
    """
    headers = {name: request.headers[name] for name in names if name in request.headers}
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise HTTPException(400)
    return headers | {REQUEST_ID: correlation_id.get() or ""}


def passed_on_streamed(request: Request) -> dict[str, str]:
    """Choose what a service is told of a request whose body or answer streams. Nothing is to be packed: it goes through as it is."""
    return {"accept-encoding": "identity", **passed_on(request, _THERE_STREAMED)}


def passed_back(heard: Heard) -> Response:
    """Answer as the service did. The request's id is added on the way out, where it is ours."""
    headers = {name: heard.headers[name] for name in _BACK if name in heard.headers}
    return Response(heard.body, heard.status, headers=headers)


def headers_back(heard: HeardStream) -> dict[str, str]:
    """Choose what the caller is told of an answer that streams, a file's name and length among it."""
    return {name: heard.headers[name] for name in (*_BACK, *_FILE) if name in heard.headers}
