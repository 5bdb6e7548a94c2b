"""A database of its own for each service, to be taken up and down."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import pytest

from shared.service.settings import ServiceSettings
from tests.fixtures.platform import SERVICES, Cluster, settings_of

T = TypeVar("T")


@pytest.fixture(scope="module", params=list(SERVICES))
def fresh(request: pytest.FixtureRequest, cluster: Cluster) -> tuple[str, ServiceSettings]:
    """A service and a database of its own, which the tests of this module take up and down."""
    service: str = request.param
    place = f"migrated_{service}"
    asyncio.run(cluster.make(place))
    return service, settings_of(service, cluster, database=place)


def ask(cluster: Cluster, place: str, question: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    async def run() -> T:
        connection = await cluster.connect(place)
        try:
            return await question(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def names(cluster: Cluster, place: str, query: str) -> set[str]:
    return {row[0] for row in ask(cluster, place, lambda connection: connection.fetch(query))}
