"""The demo's story on a real Kafka, each part of the system a process of its own."""

import time

import pytest

from deploy.demo import desk
from tests.fixtures.canaries import found, what_is_left
from tests.fixtures.evidence import settled
from tests.fixtures.say import Say
from tests.fixtures.system import System
from tests.fixtures.tokens import token
from tests.system.telling import SETTLED_SECONDS, hold_healthy, people_of, problems_kept, told


async def test_the_story_holds_on_kafka_and_nothing_had_to_be_repaired(system: System, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    monitoring = system.database("monitoring")
    monkeypatch.setattr(desk, "make_token", lambda actor, settings: token(actor))
    began = time.monotonic()
    with problems_kept(monkeypatch) as problems:
        numbers = await told(system.folder, system.ports)
    now, _ = await settled(system.ask, seconds=SETTLED_SECONDS)

    await hold_healthy(system.ask, monitoring)
    assert system.died == []
    left = await what_is_left(system, problems)
    assert found({*people_of(system.folder), *system.secrets}, left) == []
    await monitoring.close()
    say(f"story on Kafka: {numbers['flags']} flags, owed {now.owed}, confirmed {now.confirmed}, {time.monotonic() - began:.1f} s")
