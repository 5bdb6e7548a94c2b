"""The services behind the gateway: one client each, opened and closed with the process.

Promises: every question ends within its deadline, waiting for a turn included, and silence has one name. What streams begins within it.
Does not promise: that a question which met silence had no effect. Ask again with the same Idempotency-Key.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog

from shared.service.http.client import Heard, HeardStream, HttpClient, Query, Silent

MONITORING, PROJECTS, EMPLOYMENT = "monitoring", "projects", "employment"
SERVICES = (MONITORING, PROJECTS, EMPLOYMENT)
TASK_SERVICES = (PROJECTS, EMPLOYMENT)

log = structlog.get_logger()


class ServiceSilent(Exception):
    """These services do not answer, or not in time."""

    def __init__(self, *services: str) -> None:
        super().__init__(*services)
        self.services = services


class Upstreams:
    """Asks the services by name."""

    def __init__(self, clients: Mapping[str, HttpClient], *, seconds: float) -> None:
        self._clients = clients
        self._seconds = seconds

    async def ask(
        self,
        service: str,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float | None = None,
    ) -> Heard:
        """Send a request to a service and give the answer, whatever its status.

        :raises ServiceSilent: there is none in time.
        """
        try:
            async with asyncio.timeout(seconds or self._seconds):
                return await self._clients[service].ask(method, path, query=query, headers=headers, body=body)
        except (Silent, TimeoutError) as error:
            log.warning("service_silent", service=service, reason=str(error) or type(error).__name__)
            raise ServiceSilent(service) from error

    @asynccontextmanager
    async def stream(
        self,
        service: str,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: AsyncIterator[bytes] | None = None,
    ) -> AsyncIterator[HeardStream]:
        """Send a request to a service as it comes, and give the answer as it comes, whatever its status.

        :raises ServiceSilent: there is none in time.
        """
        try:
            async with self._clients[service].stream(method, path, seconds=self._seconds, query=query, headers=headers, body=body) as heard:
                yield heard
        except Silent as error:
            log.warning("service_silent", service=service, reason=str(error))
            raise ServiceSilent(service) from error

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()
