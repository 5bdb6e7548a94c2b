"""The HTTP client of every service that calls another. The one module that imports the library.

Promises: an answer or `Silent`, within a deadline that includes waiting for a turn.
Does not promise a second try: only the caller knows whether one is harmless.
Not inside a transaction.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2 as httpx

_AT_ONCE = 100
_KEPT_SECONDS = 2.0  # Shorter than the 5 s after which the other side closes an idle connection, perhaps under a request.

Query = Mapping[str, str] | tuple[tuple[str, str], ...]
"""Pairs, where a name may stand more than once."""


class Silent(Exception):
    """The other side does not answer, or not in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """One upstream. Its own limit stands before the pool, so that the pool never queues."""

    def __init__(self, base_url: str, *, seconds: float = 10.0, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE, keepalive_expiry=_KEPT_SECONDS)
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(seconds, connect=2.0),
            limits=limits,
            transport=transport,
            trust_env=False,  # A proxy of the environment is for the Internet, and would read the callers' tokens.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # Keeps none: it would travel with the next caller's request.
        )
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Heard:
        """Send a request and give the answer, whatever its status.

        :raises Silent: there is none.
        """
        try:
            async with self._turns:
                answer = await self._http.request(method, path, params=query, headers=headers, content=body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Silent(type(error).__name__) from error
        return Heard(status=answer.status_code, headers=answer.headers, body=answer.content)

    async def close(self) -> None:
        await self._http.aclose()
