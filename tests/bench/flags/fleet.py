"""What a flag passes through: a Kafka of our own, monitoring's API, and the workers of the three services, each a process."""

import asyncio
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from uuid import UUID

from deploy.kafka.local import LocalKafka
from shared.broker.kafka import KafkaBroker
from tests.bench.harness.bench import Bench
from tests.bench.harness.processes import free_port
from tests.bench.harness.world import FOLDER

LISTENERS = ("projects", "employment")
_PATIENCE, _DAY = 60.0, 600.0
_DAILY = "SELECT bool_and(state NOT IN ('queued', 'running')) FROM job"
_TASKS = "SELECT count(*) FROM task WHERE flag_id = ANY($1)"
_ANSWERED = "SELECT count(*) FROM owed_measure WHERE flag_id = ANY($1) AND service <> 'monitoring' AND status IS NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    bootstrap: str
    port: int


@contextmanager
def fleet(bench: Bench) -> Iterator[Fleet]:
    """Run it until the block ends.

    :raises KafkaUnavailable: there is no Java, or no jars.
    """
    folder = FOLDER / "kafka"
    shutil.rmtree(folder, ignore_errors=True)
    broker = LocalKafka(folder)
    broker.start()
    with ExitStack() as running:
        running.callback(broker.stop)
        asyncio.run(_make_topics(broker.bootstrap))
        port = free_port()
        running.enter_context(bench.api("monitoring", port, kafka=broker.bootstrap))
        for service in ("monitoring", *LISTENERS):
            running.enter_context(bench.worker(service, kafka=broker.bootstrap))
        _let_the_day_begin(bench)
        yield Fleet(bootstrap=broker.bootstrap, port=port)


def _let_the_day_begin(bench: Bench) -> None:
    """Wait until the worker has done what it does once a day, first of all the check of data quality: that is not what is measured.

    :raises TimeoutError: it is not over after ten minutes.
    """
    began = time.monotonic()
    while bench.world.ask("monitoring", _DAILY)[0][0] is not True:
        if time.monotonic() - began > _DAY:
            raise TimeoutError("the work of the day is not over")
        time.sleep(1)
    bench.console.print(f"   the work of the day took {time.monotonic() - began:.0f} s", highlight=False)


def missing_tasks(bench: Bench, flags: Sequence[UUID]) -> int:
    """Count the tasks of these flags that are not committed yet; every flag owes one to each service."""
    return len(LISTENERS) * len(flags) - sum(bench.world.ask(service, _TASKS, flags)[0][0] for service in LISTENERS)


def missing_answers(bench: Bench, flags: Sequence[UUID]) -> int:
    """Count the tasks that the ledger has not heard of yet."""
    return len(LISTENERS) * len(flags) - bench.world.ask("monitoring", _ANSWERED, flags)[0][0]


def wait_for_all(bench: Bench, flags: Sequence[UUID], *, look_every: float) -> int:
    """Wait until the ledger knows every task, and give the number that did not come in a minute."""
    deadline = time.monotonic() + _PATIENCE
    while (missing := missing_tasks(bench, flags) or missing_answers(bench, flags)) and time.monotonic() < deadline:
        time.sleep(look_every)
    return missing


async def _make_topics(bootstrap: str) -> None:
    broker = KafkaBroker(bootstrap)
    await broker.ensure_topics()
    await broker.close()
