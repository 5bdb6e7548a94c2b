"""Whatever the broker does to the messages, once everything is announced again all ends the same."""

import random
from collections.abc import Sequence

from shared.broker.memory import MemoryBroker
from shared.events import Message, RiskFlag
from shared.events.monitoring import FlagStatus
from shared.kernel.assistance import task_id_for
from shared.kernel.ids import OwedId
from shared.service.metrics import Metrics
from shared.service.working.subscriptions import Listener, Subscriptions
from tests.builders.events import a_flag, a_message, an_owed_measure, later
from tests.shared.answering.conftest import Answering

AREAS = ("530902102201", "530902102202", "530921101001")


def a_history(answering: Answering, draw: random.Random) -> list[RiskFlag]:
    """The states of one flag, from the first to the last."""
    flag = a_flag(answering.owed(), an_owed_measure("x", "monitoring"), area=draw.choice(AREAS))
    states = [flag]
    if draw.random() < 0.5:
        states.append(later(states[-1], owed=(*flag.owed, answering.owed("another"))))
    if draw.random() < 0.6:
        states.append(later(states[-1], status=draw.choice(["withdrawn", "eliminated"])))
    return states


def what_should_be(answering: Answering, last: RiskFlag) -> set[tuple[object, str]]:
    """The tasks of a flag whose last state was not eliminated; of an eliminated one the status depends on what was heard before."""
    status = {"open": "opened", "withdrawn": "withdrawn"}[last.status]
    return {(task_id_for(OwedId(owed.id)), status) for owed in last.owed if owed.service == answering.name}


def mangled(messages: Sequence[Message], draw: random.Random) -> list[Message]:
    """Everything twice, in any order, and every third of it lost."""
    doubled = [*messages, *messages]
    draw.shuffle(doubled)
    return [message for n, message in enumerate(doubled) if n % 3]


async def test_everything_twice_shuffled_and_every_third_lost_then_announced_ends_the_same(answering: Answering) -> None:
    draw = random.Random(5309)
    consumer = "storm"
    subscriptions = Subscriptions(answering.name)
    subscriptions.on(RiskFlag, consumer=consumer)(answering.answer)
    listener = Listener(subscriptions.all[0], broker=MemoryBroker(), database=answering.worker, metrics=Metrics(answering.name))
    for _ in range(8):
        histories = [a_history(answering, draw) for _ in range(12)]
        arriving = mangled([a_message(state) for states in histories for state in states], draw)
        for start in range(0, len(arriving), 7):
            await listener.handle(arriving[start : start + 7])

        await listener.handle([a_message(states[-1]) for states in histories])

        found = await answering.everything([states[0].id for states in histories])
        settled = [states[-1] for states in histories if states[-1].status != "eliminated"]
        expected = {task for last in settled for task in what_should_be(answering, last)}
        running = {owed.id for last in (states[-1] for states in histories) for owed in last.owed if owed.service == answering.name}
        assert {row[1] for row in found} == running, "every measure has its answer, and nothing else has"
        assert {(row[0], row[7]) for row in found if row[1] in {owed.id for last in settled for owed in last.owed}} == expected
        assert len(found) == len(running)


async def test_the_answers_end_the_same_however_the_same_messages_come(answering: Answering) -> None:
    draw = random.Random(2021)
    flags = [a_flag(answering.owed(), area=AREAS[0]) for _ in range(10)]
    messages = [a_message(state) for flag in flags for state in (flag, later(flag, status="withdrawn"))]
    for _ in range(3):
        draw.shuffle(messages)
        subscriptions = Subscriptions(answering.name)
        subscriptions.on(RiskFlag, consumer=f"order-{draw.random()}")(answering.answer)
        listener = Listener(subscriptions.all[0], broker=MemoryBroker(), database=answering.worker, metrics=Metrics(answering.name))

        for message in messages:
            await listener.handle([message])

        assert {status for status, _ in await answering.rows(*flags)} == {"withdrawn"}


async def test_a_restored_publisher_is_believed_although_its_versions_are_lower(answering: Answering) -> None:
    flag = a_flag(answering.owed())
    subscriptions = Subscriptions(answering.name)
    subscriptions.on(RiskFlag, consumer="epochs")(answering.answer)
    listener = Listener(subscriptions.all[0], broker=MemoryBroker(), database=answering.worker, metrics=Metrics(answering.name))
    await listener.handle([a_message(later(later(flag)), epoch=1)])

    await listener.handle([a_message(flag.model_copy(update={"status": FlagStatus.WITHDRAWN}), epoch=2)])
    await listener.handle([a_message(later(flag, version=9), epoch=1)])

    assert await answering.rows(flag) == [("withdrawn", 2)]
