"""What the tests of monitoring share: a way of the village, a law that is taken back, and a watch over everybody's privacy."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import asyncpg
import pytest

from tests.builders.law import DOCUMENT, a_parameter
from tests.builders.places import QUIET
from tests.builders.story import Officials, Way, done
from tests.fixtures.callers import Call
from tests.fixtures.tokens import prefecture
from tests.monitoring.privacy import Watch

Publish = Callable[..., Awaitable[None]]


@pytest.fixture
def way(call: Call, september: datetime) -> Way:
    """The way of a household of the home village, on 22 September 2021."""
    return Way(call, september)


@pytest.fixture
async def quiet(way: Way, admin: asyncpg.Connection) -> Way:
    """The way of a household in a county where everything owed so far is over."""
    await admin.execute("UPDATE owed_measure SET status = 'finished' WHERE county_code = $1", QUIET[:6])
    return Way(way.call, way.now, Officials.of(QUIET))


@pytest.fixture
async def clean_law(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """Take back what a test published: the law of the others is that of the migrations."""
    yield
    for table in ("parameter", "bottom_line", "signal_rule", "base_figure"):
        await admin.execute(f"DELETE FROM {table} WHERE document_number = $1", DOCUMENT)


@pytest.fixture
def publish(call: Call, clean_law: None) -> Publish:
    """Publish a parameter as the prefecture, until the test is over."""

    async def parameter(area: str, key: str, value: str, since: str = "2021-01-01") -> None:
        done(await call(prefecture()).put(f"/v1/parameters/{area}/{key}", a_parameter(value, effective_from=since)))

    return parameter


@pytest.fixture(scope="package")
async def watch(call: Call) -> AsyncIterator[Watch]:
    """Read along everything that the tests of this folder send and receive."""
    http = call(prefecture()).http
    watch = Watch()
    with watch.over(http):
        yield watch


@pytest.fixture(autouse=True)
async def nobody_is_named(watch: Watch, admin: asyncpg.Connection, caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Hold what a test left behind against the people whom it sent in: none of them is named, numbered or phoned anywhere."""
    ((since,),) = await admin.fetch("SELECT clock_timestamp()")
    with watch.listening(), caplog.at_level(logging.INFO):
        yield
    await watch.check(admin, since=since, logged=[record.getMessage() for record in caplog.get_records("call")])
