"""An outbox with nothing in it, and messages in it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

_NOTHING_WAITS = "UPDATE outbox SET published_at = now() WHERE published_at IS NULL"


@pytest.fixture
async def outbox(projects_admin: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """The owner of projects' database, in whose outbox nothing waits before the test and after it."""
    await projects_admin.execute(_NOTHING_WAITS)
    yield projects_admin
    await projects_admin.execute(_NOTHING_WAITS)
