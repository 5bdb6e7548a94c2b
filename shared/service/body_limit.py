"""The limit on bodies, declared or not. The framework's own would answer in plain text; this one answers with a problem document."""

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.service.problems import HTTP, problem


class BodyLimit:
    """Lets no body pass that is larger: one that says so is not read at all, one that does not is read to the limit only."""

    def __init__(self, app: ASGIApp, *, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _declared(Request(scope)) > self._largest:
            await problem(HTTP[413], Request(scope))(scope, receive, send)
        else:
            await self._app(scope, self._up_to_the_limit(receive), send)

    def _up_to_the_limit(self, receive: Receive) -> Receive:
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._largest:
                raise HTTPException(413)
            return message

        return limited


def _declared(request: Request) -> int:
    """Read how large the body says it is; what is no number says nothing."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
