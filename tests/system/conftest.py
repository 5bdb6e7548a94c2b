"""A system of processes for the stories, and a way to print figures."""

from collections.abc import Iterator

import pytest

from deploy.kafka.local import available_here
from tests.fixtures.kafka import requires_kafka
from tests.fixtures.say import say
from tests.fixtures.system import System, running_system

__all__ = ["say"]

RECONCILE_SECONDS = 15.0


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """The whole system, each part a process, on a real Kafka."""
    requires_kafka(available_here())
    with running_system("story", reconcile_seconds=RECONCILE_SECONDS) as system:
        yield system
