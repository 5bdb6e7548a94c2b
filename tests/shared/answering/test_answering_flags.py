"""Every owed measure of ours is answered, always; what is over is a state that is answered too."""

from uuid import UUID

import pytest

from shared.events.monitoring import FlagStatus
from shared.kernel.actors import service_actor
from shared.kernel.assistance import TaskStatus, task_id_for
from shared.kernel.ids import OwedId
from tests.builders.events import SOON, a_flag, an_owed_measure, later
from tests.fixtures.platform import count_of, rehearsal
from tests.shared.answering.conftest import Answering

ELSEWHERE = "530921101001"


async def test_a_flag_opens_a_task_for_each_measure_of_ours_and_for_no_other(answering: Answering) -> None:
    ours = [answering.owed(), answering.owed("schooling_support"), answering.owed("一项新措施")]
    flag = a_flag(*ours, an_owed_measure("x", "monitoring"), an_owed_measure("x", "elsewhere"), an_owed_measure(answering.measure, "gateway"))

    announced = await answering.hear(flag)

    assert {(task.owed_id, task.name) for task in announced} == {(owed.id, "assistance.task_opened.v1") for owed in ours}
    assert {(task.id, task.version, task.service) for task in announced} == {(task_id_for(OwedId(owed.id)), 1, answering.name) for owed in ours}
    rows = await answering.owner.fetch("SELECT * FROM task WHERE flag_id = $1", flag.id)
    assert len(rows) == 3
    assert {(row["household_id"], row["county_code"], row["township_code"], row["area_code"], row["due_at"]) for row in rows} == {
        (flag.household_id, "530902", "530902102", "530902102201", SOON)
    }


async def test_a_measure_that_the_law_has_just_added_is_answered_as_other(answering: Answering) -> None:
    [known, unknown] = await answering.hear(a_flag(answering.owed()), a_flag(answering.owed("never_heard_of")))

    assert {known.kind, unknown.kind} > {"other"}


async def test_a_flag_that_owes_nothing_of_ours_is_answered_by_silence(answering: Answering) -> None:
    assert await answering.hear(a_flag(an_owed_measure("x", "monitoring")), a_flag().model_copy(update={"owed": ()})) == []


async def test_a_repeated_flag_gets_the_same_answer_again_and_changes_nothing(answering: Answering) -> None:
    flag = a_flag(answering.owed())

    first = await answering.hear(flag)
    again = await answering.hear(flag)

    assert first == again
    assert await answering.rows(flag) == [("opened", 1)]


async def test_a_repeated_flag_is_answered_with_how_its_task_stands_now(answering: Answering) -> None:
    flag = a_flag(answering.owed())
    [opened] = await answering.hear(flag)
    await answering.call(answering.officer()).post(f"/v1/tasks/{answering.name}.{opened.id}/start", {"responsible": "某办"}, seen=1)

    [again] = await answering.hear(flag)

    assert (again.id, again.status, again.version, again.name) == (opened.id, TaskStatus.STARTED, 2, "assistance.task_changed.v1")


async def test_a_flag_that_was_withdrawn_before_it_was_heard_of_gets_a_task_that_is_born_withdrawn(answering: Answering) -> None:
    flag = a_flag(answering.owed(), status="withdrawn", version=2)

    [answer] = await answering.hear(flag)

    assert (answer.status, answer.version, answer.name) == (TaskStatus.WITHDRAWN, 1, "assistance.task_withdrawn.v1")
    assert await answering.rows(flag) == [("withdrawn", 1)]


@pytest.mark.parametrize("started", [False, True])
async def test_a_flag_that_is_withdrawn_takes_back_what_is_under_way(answering: Answering, started: bool) -> None:
    flag, noise = a_flag(answering.owed()), a_flag(answering.owed())
    [task, _] = await answering.hear(flag, noise)
    task_id = task_id_for(OwedId(flag.owed[0].id))
    if started:
        await answering.call(answering.officer()).post(f"/v1/tasks/{answering.name}.{task_id}/start", {"responsible": "某办"}, seen=1)

    [answer] = await answering.hear(later(flag, status="withdrawn"))

    assert (answer.id, answer.name) == (task_id, "assistance.task_withdrawn.v1")
    assert await answering.rows(flag, noise) == [("withdrawn", 3 if started else 2), ("opened", 1)]
    assert task.status is TaskStatus.OPENED


async def test_a_measure_that_is_taken_back_alone_takes_back_its_task_and_no_other(answering: Answering) -> None:
    stays, goes, unheard = answering.owed(), answering.owed("another"), answering.owed("a third", taken_back=True)
    flag = a_flag(stays, goes)
    await answering.hear(flag)

    answers = await answering.hear(later(flag, owed=(stays, goes.model_copy(update={"taken_back": True}), unheard)))

    statuses = {answer.owed_id: (answer.status, answer.version) for answer in answers}
    assert statuses == {stays.id: ("opened", 1), goes.id: ("withdrawn", 2), unheard.id: ("withdrawn", 1)}


async def test_a_flag_that_is_withdrawn_twice_changes_its_task_once(answering: Answering) -> None:
    flag = a_flag(answering.owed())
    await answering.hear(flag)

    await answering.hear(later(flag, status="withdrawn"))
    await answering.hear(later(flag, status="withdrawn"))

    assert await answering.rows(flag) == [("withdrawn", 2)]


@pytest.mark.parametrize("over", ["finished", "declined"])
async def test_a_task_that_is_over_stays_what_it_is_when_its_flag_is_withdrawn(answering: Answering, over: str) -> None:
    flag = a_flag(answering.owed())
    await answering.hear(flag)
    await answering.owner.execute("UPDATE task SET status = $2, version = 3 WHERE flag_id = $1", flag.id, over)

    [answer] = await answering.hear(later(flag, status="withdrawn"))

    assert answer.status == over
    assert await answering.rows(flag) == [(over, 3)]


async def test_a_flag_whose_risk_is_gone_lets_its_running_tasks_run(answering: Answering) -> None:
    flag = a_flag(answering.owed())
    await answering.hear(flag)

    [answer] = await answering.hear(later(flag, status="eliminated"))

    assert (answer.status, answer.version) == (TaskStatus.OPENED, 1)
    assert await answering.rows(flag) == [("opened", 1)]


async def test_a_flag_whose_risk_was_gone_before_it_was_heard_of_opens_nothing_new(answering: Answering) -> None:
    [answer] = await answering.hear(a_flag(answering.owed(), status="eliminated", version=3))

    assert answer.status is TaskStatus.WITHDRAWN


async def test_a_flag_that_gained_a_measure_keeps_its_first_task_and_gets_a_second(answering: Answering) -> None:
    first, second = answering.owed(), answering.owed("another")
    flag = a_flag(first)
    await answering.hear(flag)

    announced = await answering.hear(later(flag, owed=(first, second)))

    assert {(task.owed_id, task.version) for task in announced} == {(first.id, 1), (second.id, 1)}
    assert await answering.owner.fetchval("SELECT count(*) FROM task WHERE flag_id = $1", flag.id) == 2


async def test_a_measure_owed_from_another_day_on_keeps_the_period_that_its_task_was_opened_with(answering: Answering) -> None:
    owed = answering.owed()
    flag = a_flag(owed)
    await answering.hear(flag)

    [answer] = await answering.hear(later(flag, owed=(owed.model_copy(update={"due_at": SOON.replace(year=2022)}),)))

    assert answer.due_at == SOON


async def test_a_batch_of_flags_of_every_kind_is_answered_at_once(answering: Answering) -> None:
    flags = [a_flag(answering.owed(), answering.owed("another"), status=status) for status in FlagStatus for _ in range(30)]

    announced = await answering.hear(*flags)

    assert len({task.id for task in announced}) == 180
    assert {task.owed_id for task in announced if task.status is TaskStatus.OPENED} == {owed.id for flag in flags[:30] for owed in flag.owed}


async def test_two_counties_have_tasks_of_their_own(answering: Answering) -> None:
    here, there = a_flag(answering.owed()), a_flag(answering.owed(), area=ELSEWHERE)

    await answering.hear(here)
    await answering.hear(there)

    async with rehearsal(answering.app, answering.officer(area="530921")) as tx:
        page, _ = await answering.tasks.page("5309", TaskStatus.OPENED, tx, after=None, size=200)
        assert {task.county_code for task in page} == {"530921"}
        assert there.owed[0].id in {task.owed_id for task in page}
        assert await answering.tasks.answering([here.owed[0].id], "530902", tx) == []


async def test_everything_is_announced_again_county_by_county_in_bounded_steps(answering: Answering) -> None:
    flags = [a_flag(answering.owed(), area="530927101001") for _ in range(7)]
    await answering.hear(*flags)
    await answering.hear(a_flag(answering.owed()))
    await answering.owner.execute("UPDATE task SET status = 'finished', version = 3 WHERE flag_id = $1", flags[0].id)
    expected = await count_of(answering.owner, "SELECT count(*) FROM task WHERE county_code = '530927'")
    after: UUID | None = UUID(int=0)
    steps = 0

    async with rehearsal(answering.worker, service_actor(answering.name, "530927")) as tx:
        while after is not None:
            after = await answering.announce(tx, after=after, at_most=3)
            steps += 1
        announced = list(tx.published)

    assert len({task.id for task in announced}) == len(announced) == expected >= 7
    assert {task.county_code for task in announced} == {"530927"}
    assert steps == expected // 3 + 1
    assert [task.version for task in announced if task.id == task_id_for(OwedId(flags[0].owed[0].id))] == [3]


async def test_tasks_follow_a_household_that_came_to_another_village_and_say_so(answering: Answering) -> None:
    flag, noise = a_flag(answering.owed(), answering.owed("another")), a_flag(answering.owed())
    opened, finished = (task_id_for(OwedId(owed.id)) for owed in flag.owed)
    await answering.hear(flag, noise)
    await answering.owner.execute("UPDATE task SET status = 'finished', version = 3 WHERE id = $1", finished)

    told = await answering.hear(later(flag, area_code="530902001201"))
    again = await answering.hear(later(flag, area_code="530902001201"))

    assert {(task.id, task.area_code, task.version, task.status) for task in told} == {
        (opened, "530902001201", 2, TaskStatus.OPENED),
        (finished, "530902001201", 4, TaskStatus.FINISHED),
    }
    assert sorted(again, key=lambda task: task.id) == sorted(told, key=lambda task: task.id)
    rows = await answering.owner.fetch("SELECT DISTINCT township_code, area_code FROM task WHERE flag_id = $1", flag.id)
    assert [tuple(row) for row in rows] == [("530902001", "530902001201")]
    assert await answering.owner.fetchval("SELECT area_code FROM task WHERE flag_id = $1", noise.id) == "530902102201"
