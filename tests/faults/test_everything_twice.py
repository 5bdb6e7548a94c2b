"""Every event twice, in any order, every third copy lost and announced again: the end is the same as on a good day."""

import asyncio
import os
from collections.abc import Sequence
from random import Random, SystemRandom
from typing import Any
from uuid import UUID

import pytest

from services.monitoring.app import load_years
from services.monitoring.domain.flags.flags import WithdrawalReason
from services.monitoring.usecases.cases.approve_case import ApproveCase, approve_case
from services.monitoring.usecases.flags.withdraw_flag import WithdrawFlag, withdraw_flag
from services.projects.usecases.decline_task import decline_task
from services.projects.usecases.finish_task import finish_task
from services.projects.usecases.start_task import start_task
from shared.kernel.ids import CaseId, FlagId, TaskId
from shared.wire.tasks import DeclineTask, FinishTask, StartTask
from tests.builders.people import proof
from tests.faults.seeding import NOW, VERSION, Reviewed, draw_cases, plant
from tests.faults.small_world import PlainBroker, SmallWorld, UnkindBroker, small_world
from tests.fixtures.evidence import dead_letters, doubled, moved_back
from tests.fixtures.platform import SERVICES, Cluster, make_database, opened
from tests.fixtures.say import Say
from tests.fixtures.tokens import county, project_officer

CASES, WITHDRAW_EVERY = 42, 5
WORLDS = ("plain", "unkind")
YEARS = range(2021, 2023)

END = {
    "flags": ("monitoring", "SELECT id, household_id, status, version FROM risk_flag"),
    "ledger": ("monitoring", "SELECT id, flag_id, measure, service, status, task_id FROM owed_measure"),
    "tasks of projects": ("projects", "SELECT id, owed_id, flag_id, household_id, measure, kind, status, version FROM task"),
    "tasks of employment": ("employment", "SELECT id, owed_id, flag_id, household_id, measure, kind, status, version FROM task"),
    "heard by monitoring": ("monitoring", "SELECT consumer, entity_id, epoch, version FROM seen"),
    "heard by projects": ("projects", "SELECT consumer, entity_id, epoch, version FROM seen"),
    "heard by employment": ("employment", "SELECT consumer, entity_id, epoch, version FROM seen"),
    "unknown answers": ("monitoring", "SELECT owed_id FROM unknown_answer"),
}


@pytest.fixture(scope="module")
def worlds(cluster: Cluster) -> None:
    """Make databases for each world, with working days."""
    for world in WORLDS:
        for name in SERVICES:
            make_database(name, cluster, f"{name}_{world}")
        asyncio.run(_load_calendar(cluster, f"monitoring_{world}"))


async def test_every_event_twice_shuffled_and_every_third_lost_comes_to_the_same_end(worlds: None, cluster: Cluster, say: Say) -> None:
    seed = int(os.environ.get("FAULT_SEED") or SystemRandom().randrange(10**6))
    say(f"everything twice: FAULT_SEED={seed}")
    cases, unkind = draw_cases(CASES, Random(seed)), UnkindBroker(Random(seed))
    on_a_good_day = await _lived(cluster, "plain", PlainBroker(), cases)
    on_a_bad_day = await _lived(cluster, "unkind", unkind, cases)

    for what, end in on_a_good_day.items():
        assert on_a_bad_day[what] == end, what
    assert len(on_a_good_day["ledger"]) == CASES + CASES // 3  # a flood owes relief too, which monitoring answers itself
    say(f"everything twice: {unkind.lost} copies lost, {unkind.delivered} delivered, {len(on_a_bad_day['ledger'])} measures alike")


async def _lived(cluster: Cluster, name: str, broker: PlainBroker, cases: Sequence[Reviewed]) -> dict[str, set[tuple[Any, ...]]]:
    """Live the same story in a world: flags are raised, tasks are worked on, flags are withdrawn, old copies come late. Give its end."""
    async with small_world(cluster, name, broker) as world:
        await plant(cases, world.owners["monitoring"], world.apps["monitoring"].vault)
        flags = [await _approve(case, world) for case in cases]
        await world.settle()
        await _work_on_tasks(world)
        for case, flag_id in list(zip(cases, flags, strict=True))[::WITHDRAW_EVERY]:
            await _withdraw(case, flag_id, world)
        await world.settle()
        await world.settle()
        assert await doubled(world.ask) == 0
        assert await moved_back(world.ask) == []
        assert await dead_letters(world.ask) == 0
        return {what: {tuple(row) for row in await world.ask(*question)} for what, question in END.items()}


async def _approve(case: Reviewed, world: SmallWorld) -> UUID:
    body = {"agrees": True, "opinion": "同意认定", "document_number": "临测乡振〔2021〕9号", "evidence": proof("审定表")}
    async with world.apps["monitoring"].transaction(county(area=case.county)) as tx:
        stepped = await approve_case(CaseId(case.id), ApproveCase(**body), tx, expected=VERSION)
    assert stepped.flag_id
    return stepped.flag_id


async def _withdraw(case: Reviewed, flag_id: UUID, world: SmallWorld) -> None:
    withdrawal = WithdrawFlag(reason=WithdrawalReason.ENTERED_IN_ERROR, opinion="经查系错录", document_number="临测乡振〔2021〕10号")
    async with world.apps["monitoring"].transaction(county(area=case.county)) as tx:
        await withdraw_flag(FlagId(flag_id), withdrawal, tx, expected=1)


async def _work_on_tasks(world: SmallWorld) -> None:
    """Start every task of projects but each fourth, finish some of these, and decline the fourth; the order is that of their ids."""
    for number, row in enumerate(await world.ask("projects", "SELECT id, county_code FROM task ORDER BY id")):
        task_id = TaskId(row["id"])
        async with world.apps["projects"].transaction(project_officer(area=row["county_code"])) as tx:
            if number % 4 == 0:
                await decline_task(task_id, DeclineTask(reason="不在实施范围"), tx, expected=1)
                continue
            await start_task(task_id, StartTask(responsible="县级主管部门"), tx, expected=1)
            if number % 4 == 1:
                finish = {"result": "已落实到户", "finished_at": NOW.isoformat(), "evidence": proof("落实照片")}
                await finish_task(task_id, FinishTask(**finish), tx, expected=2)


async def _load_calendar(cluster: Cluster, database: str) -> None:
    async with opened("monitoring", cluster, worker=True, database=database) as monitoring:
        await load_years(YEARS, monitoring)
