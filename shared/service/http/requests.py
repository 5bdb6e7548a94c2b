"""What a request brings besides its body: who sends it, the version it saw, its place in a list, its transaction."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Annotated
from uuid import UUID

from asgi_correlation_id import correlation_id
from fastapi import Depends, Header, Query, Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.database.transaction import Database, Transaction
from shared.kernel.actors import Actor, Permissions
from shared.kernel.errors import Forbidden, Invalid, Unauthenticated, VersionMissing
from shared.kernel.page import Place
from shared.service.identity import Identity
from shared.wire import AreaCode

OpenTransaction = Callable[[], AbstractAsyncContextManager[Transaction]]
"""Opens a transaction that is begun, and commits it."""

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="ES256 签名的令牌，写明岗位与辖区。A signed token with role and area.")


class UnknownParameter(Invalid):
    sentence = "地址中有此操作不认识的参数；可用的参数见所列。"
    english = "The query has a parameter that this operation does not know; those listed are what it knows."


class NoSuchPlace(Invalid):
    sentence = "翻页标记无效，请从第一页重新打开。"
    english = "The cursor is not one of ours: begin with the first page."


async def caller(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Actor:
    """Verify the token and hold the operation against the permission table."""
    identity: Identity = request.app.state.identity
    permissions: Permissions = request.app.state.permissions
    if credentials is None:
        raise Unauthenticated
    actor = identity.actor(credentials.credentials)
    if actor.role not in permissions[request.scope["route"].name]:
        raise Forbidden
    return actor


def known_parameters_only(request: Request) -> None:
    """Refuse a parameter of the query that the operation does not have: a misspelt filter would widen a list unseen.

    :raises UnknownParameter: there is one.
    """
    known = {field.alias for field in get_flat_params(request.scope["route"].dependant) if isinstance(field.field_info, params.Query)}
    if any(name not in known for name in request.query_params):
        raise UnknownParameter(*sorted(f"query.{name}" for name in known))


async def unopened_transaction(request: Request, actor: Annotated[Actor, Depends(caller)]) -> AsyncIterator[Transaction]:
    known_parameters_only(request)
    database: Database = request.app.state.database
    async with database.unopened(actor, request_id=correlation_id.get() or "") as tx:
        yield tx


async def short_transactions(request: Request, actor: Annotated[Actor, Depends(caller)]) -> OpenTransaction:
    """Give the caller's own transactions, one at a time, to an answer that takes long and must hold none while it waits."""
    known_parameters_only(request)
    database: Database = request.app.state.database
    return partial(database.transaction, actor, request_id=correlation_id.get() or "")


async def expected_version(
    if_match: Annotated[str | None, Header(include_in_schema=False)] = None,  # the route documents it as required: its absence is a 428
) -> int:
    """Read the version that the caller saw; what is no version of ours matches nothing."""
    if if_match is None:
        raise VersionMissing("header.if-match")
    digits = if_match.strip().removeprefix("W/").removeprefix('"').removesuffix('"')
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else -1


async def place(
    cursor: Annotated[str | None, Query(max_length=100, description="上一页给出的 next。The `next` of the page before.")] = None,
) -> Place | None:
    """Read the cursor that the page before gave."""
    try:
        return Place.parse(cursor) if cursor else None
    except ValueError as error:
        raise NoSuchPlace("query.cursor") from error


def etag(version: int) -> str:
    """Write a version as the validator that `If-Match` brings back."""
    return f'"{version}"'


# scope="function": the commit comes before the answer leaves, so a 201 is never a lie.
InTransaction = Annotated[Transaction, Depends(unopened_transaction, scope="function")]
ShortTransactions = Annotated[OpenTransaction, Depends(short_transactions)]
Caller = Annotated[Actor, Depends(caller)]
ExpectedVersion = Annotated[int, Depends(expected_version)]
Cursor = Annotated[Place | None, Depends(place)]
FromNext = Annotated[UUID | None, Query(description="上一页给出的 next。The `next` of the page before.")]
Area = Annotated[AreaCode | None, Query(description="区划代码，省略则为本人辖区。An area inside yours; yours if absent.")]
