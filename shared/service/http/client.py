"""The HTTP client of every service that calls another. The one module that imports the library.

Promises: an answer or `Silent`, within a deadline that includes waiting for a turn; what streams has turns of its own, so that it keeps
nobody else waiting, and its deadline counts from the last byte sent to the first one heard.
Does not promise a second try: only the caller knows whether one is harmless. Nor the end of a stream that has begun: `CutOff` may come.
Not inside a transaction.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2 as httpx

_AT_ONCE = 100
_STREAMS_AT_ONCE = 50
_CONNECT_SECONDS = 2.0
_IDLE_SECONDS = 60.0  # Longer than the silence between two signs of life of an event stream.
_KEPT_SECONDS = 2.0  # Shorter than the 5 s after which the other side closes an idle connection, perhaps under a request.

Query = Mapping[str, str] | tuple[tuple[str, str], ...]
"""Pairs, where a name may stand more than once."""


class Silent(Exception):
    """The other side does not answer, or not in time."""


class CutOff(Exception):
    """The other side stopped in the midst of its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardStream:
    """An answer that has begun; `pieces` raises `CutOff` if it does not end as it should. Nothing is unpacked."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]


class HttpClient:
    """One upstream. Its own limits stand before the pool, so that the pool never queues."""

    def __init__(
        self,
        base_url: str,
        *,
        seconds: float = 10.0,
        idle_seconds: float = _IDLE_SECONDS,
        streams_at_once: int = _STREAMS_AT_ONCE,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        most = _AT_ONCE + streams_at_once
        limits = httpx.Limits(max_connections=most, max_keepalive_connections=most, keepalive_expiry=_KEPT_SECONDS)
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(seconds, connect=_CONNECT_SECONDS),
            limits=limits,
            transport=transport,
            trust_env=False,  # A proxy of the environment is for the Internet, and would read the callers' tokens.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # Keeps none: it would travel with the next caller's request.
        )
        self._idle_seconds = idle_seconds
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._streams = asyncio.Semaphore(streams_at_once)

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

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: AsyncIterator[bytes] | None = None,
    ) -> AsyncIterator[HeardStream]:
        """Send a request and its body as it comes, and give the answer as it comes; leaving the block closes the connection.

        :param seconds: how long to wait for a turn, and for the first byte of the answer after the last one sent.
        :raises Silent: there is no answer.
        """
        async with self._turn_to_stream(seconds):
            answer = await self._begun(method, path, seconds=seconds, query=query, headers=headers, body=body)
            try:
                yield HeardStream(status=answer.status_code, headers=answer.headers, pieces=_pieces(answer))
            finally:
                await answer.aclose()

    @asynccontextmanager
    async def _turn_to_stream(self, seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                await self._streams.acquire()
        except TimeoutError as error:
            raise Silent("no turn") from error
        try:
            yield
        finally:
            self._streams.release()

    async def _begun(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        query: Query | None,
        headers: Mapping[str, str] | None,
        body: AsyncIterator[bytes] | None,
    ) -> httpx.Response:
        clock = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(None) as deadline:

                def all_is_sent() -> None:
                    deadline.reschedule(clock() + seconds)

                if body is None:
                    all_is_sent()
                content = None if body is None else _until_its_end(body, all_is_sent)
                timeout = httpx.Timeout(self._idle_seconds, connect=_CONNECT_SECONDS)
                request = self._http.build_request(method, path, params=query, headers=headers, content=content, timeout=timeout)
                return await self._http.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Silent(type(error).__name__) from error

    async def close(self) -> None:
        await self._http.aclose()


async def _until_its_end(body: AsyncIterator[bytes], ended: Callable[[], None]) -> AsyncGenerator[bytes, None]:
    async for piece in body:
        yield piece
    ended()


async def _pieces(answer: httpx.Response) -> AsyncGenerator[bytes, None]:
    try:
        async for piece in answer.aiter_raw():
            yield piece
    except httpx.HTTPError as error:
        raise CutOff(type(error).__name__) from error
