"""A system of processes that may be killed and frozen, and a way to print figures."""

from collections.abc import Iterator

import pytest

from deploy.kafka.local import available_here
from tests.fixtures.kafka import requires_kafka
from tests.fixtures.say import say
from tests.fixtures.system import System, running_system

__all__ = ["say"]

NEVER = 3600.0
"""So long does the reconciler wait unless a module says otherwise (`RECONCILE_SECONDS`): what would be lost without it stays lost."""


@pytest.fixture(scope="module")
def system(request: pytest.FixtureRequest) -> Iterator[System]:
    """The whole system, each part a process, on a real Kafka; a new one for each module."""
    requires_kafka(available_here())
    name, seconds = request.module.__name__.rpartition(".")[2], getattr(request.module, "RECONCILE_SECONDS", NEVER)
    with running_system(name, reconcile_seconds=seconds) as system:
        yield system
