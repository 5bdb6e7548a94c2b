"""The limits on bodies, declared or not. The framework's own would answer in plain text; these answer with a problem document."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.service.http.problems import BodyTooLarge, problem, too_large

AROUND_A_FILE = 2**20
"""What the rest of an upload may take: the other fields of its form, and the headers of the parts."""


@dataclass(frozen=True, slots=True)
class LargerBody:
    """Where a file of up to so many bytes may come in."""

    method: str
    path: re.Pattern[str]
    largest: int

    @classmethod
    def at(cls, method: str, template: str, *, largest: int) -> "LargerBody":
        return cls(method, compile_path(template)[0], largest)

    def is_at(self, scope: Scope) -> bool:
        return scope["method"] == self.method and self.path.match(scope["path"]) is not None


class BodyLimit:
    """Lets no body pass that is larger: one that says so is not read at all, one that does not is read to the limit only."""

    def __init__(self, app: ASGIApp, *, largest: int, larger: Sequence[LargerBody] = ()) -> None:
        self._app = app
        self._largest = largest
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said, allowed = self._limits(scope)
        if _declared(Request(scope)) > allowed:
            await problem(too_large(said), Request(scope))(scope, receive, send)
        else:
            await self._app(scope, _up_to(allowed, receive, said=said), send)

    def _limits(self, scope: Scope) -> tuple[int, int]:
        """Say the limit by which an address is known, and the one that its body is held to."""
        for larger in self._larger:
            if larger.is_at(scope):
                return larger.largest, larger.largest + AROUND_A_FILE
        return self._largest, self._largest


def _up_to(allowed: int, receive: Receive, *, said: int) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > allowed:
            raise BodyTooLarge(said)
        return message

    return limited


def _declared(request: Request) -> int:
    """Read how large the body says it is; what is no number says nothing."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
