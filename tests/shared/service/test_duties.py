"""What time brings: each duty in every county, by one of the workers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import event

from shared.broker.memory import MemoryBroker
from shared.database.transaction import Database, Transaction
from shared.kernel.areas import COUNTIES, LINCANG
from shared.service.metrics import Metrics
from shared.service.working.subscriptions import Subscriptions
from shared.service.working.worker import Duty, Work, Worker
from tests.fixtures.platform import Cluster, opened


def a_worker(database: Database, work: Work, *, name: str) -> Worker:
    async def announce(*_: Any, **__: Any) -> UUID | None:
        return None

    duty = Duty(name=name, every=timedelta(minutes=1), work=work)
    return Worker(database, MemoryBroker(), Metrics("projects"), subscriptions=Subscriptions("projects"), announce=announce, duties=[duty])


async def test_one_worker_does_a_duty_in_every_county_and_the_look_of_another_is_one_transaction(cluster: Cluster) -> None:
    done: list[str] = []

    async def work(tx: Transaction) -> None:
        done.append(tx.actor.scope.county)

    async with opened("projects", cluster, worker=True) as database:
        await a_worker(database, work, name="walk-1").do_duties_once()
        begun: list[Any] = []
        event.listen(database.engine.sync_engine, "begin", begun.append)
        await a_worker(database, work, name="walk-1").do_duties_once()

    assert done == [*COUNTIES, LINCANG]
    assert len(begun) == len(["walk-1", "forget_old_rows"])


async def test_a_duty_that_fails_in_one_county_was_done_in_those_before_it_and_waits(cluster: Cluster) -> None:
    done: list[str] = []

    async def work(tx: Transaction) -> None:
        if tx.actor.scope.county == COUNTIES[2]:
            raise KeyError
        done.append(tx.actor.scope.county)

    async with opened("projects", cluster, worker=True) as database:
        worker = a_worker(database, work, name="walk-2")
        await worker.do_duties_once()
        await worker.do_duties_once()

    assert done == list(COUNTIES[:2])
