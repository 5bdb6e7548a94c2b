"""Cases that are decided by processes which are killed end as those that nobody disturbed: each is decided once, and nothing is half done."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from services.monitoring.usecases.cases.decide_cases import CaseDecision, CaseToDecide, DecideCases, decide_cases
from shared.kernel.jobs import JobId
from shared.wire import Evidence
from tests.faults.import_world import World, copy, make, world
from tests.faults.runners import runners
from tests.faults.seeding import VERSION, Reviewed, draw_cases, plant
from tests.fixtures.platform import Cluster
from tests.fixtures.say import Say
from tests.fixtures.tokens import county

COUNTY = "530902"
CASES, STALE_EVERY, AT_ONCE = 400, 20, 10
APPLYING, REPORTING = 12, 2
SEED = int(os.environ.get("FAULT_SEED") or 5309)

_HELD_UP = "SELECT FROM job WHERE state = 'running' FOR UPDATE"  # who reports waits before the end
# Without what chance or the clock gives: ids by uuidv7() and moments.
END = {
    "cases": "SELECT id, status, version, decided_at IS NOT NULL, flag_id IS NOT NULL FROM monitoring_case",
    "steps": "SELECT case_id, act, became, acted_by, opinion FROM case_step",
    "flags": "SELECT household_id, status, risks, version FROM risk_flag",
    "owed": "SELECT f.household_id, o.measure, o.service, o.status, o.due_at FROM owed_measure o JOIN risk_flag f ON f.id = o.flag_id",
    "households": "SELECT id, status, version FROM household",
    "categories": "SELECT household_id, category, valid_to FROM monitored_category",
    "announced": "SELECT f.household_id, x.type, x.entity_version FROM outbox x JOIN risk_flag f ON f.id = x.entity_id",
    "results": "SELECT job_id, row, area_code, outcome, faults, subject_id FROM job_result",
    "parts": "SELECT id, position, total, created, updated, unchanged, refused FROM job_part",
    "jobs": "SELECT id, state, problem FROM job",
    "traces": "SELECT relation, act, count(*) FROM audit WHERE relation <> 'job' GROUP BY 1, 2",
}
_DECIDED_TWICE = "SELECT count(*) FROM (SELECT FROM case_step GROUP BY case_id HAVING count(*) > 1) AS twice"


def _cases() -> list[Reviewed]:
    return [case for case in draw_cases(CASES * 8, Random(SEED)) if case.county == COUNTY]


async def _asked(opened: World, cases: list[Reviewed]) -> JobId:
    """Ask as the county for the approval of all; of some another version was seen."""
    items = [CaseToDecide(case_id=case.id, version=VERSION - (n % STALE_EVERY == 7)) for n, case in enumerate(cases)]
    evidence = [Evidence(title="会议纪要", sha256="0" * 64)]
    asked = DecideCases(
        act=CaseDecision.APPROVE, agrees=True, opinion="同意认定", document_number="临翔乡振〔2021〕21号", evidence=evidence, items=items
    )
    async with opened.app.transaction(county(area=COUNTY)) as tx:
        return JobId((await decide_cases(asked, tx)).id)


async def _end(opened: World) -> dict[str, list[str]]:
    """Give all that is there, each row as a text."""
    return {what: sorted(str(tuple(row)) for row in await opened.owner.fetch(question)) for what, question in END.items()}


@pytest.fixture(scope="module")
async def planted(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> JobId:
    """Make a database in which reviewed cases wait and their county has just asked for all."""
    await make(cluster, "decisions")
    cases = _cases()
    async with world(cluster, "decisions", folder=tmp_path_factory.mktemp("decisions")) as opened:
        await plant(cases, opened.owner, opened.app.vault)
        return await _asked(opened, cases)


@pytest.fixture(scope="module")
async def worlds(cluster: Cluster, planted: JobId, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[World, World]]:
    """Two databases that are alike: one that nobody disturbs, and one whose runners are killed."""
    async with AsyncExitStack() as stack:

        async def another(name: str) -> World:
            await copy(cluster, name, of="decisions")
            return await stack.enter_async_context(world(cluster, name, folder=_folder(tmp_path_factory, name)))

        yield await another("decisions_calm"), await another("decisions_killed")


def _folder(folders: pytest.TempPathFactory, name: str) -> Path:
    (folder := folders.mktemp(name) / "files").mkdir()
    return folder


async def test_decisions_killed_at_fourteen_moments_end_as_those_that_nobody_disturbed(worlds: tuple[World, World], planted: JobId, say: Say) -> None:
    calm, killed = worlds
    killed.rows_at_once = AT_ONCE
    rng, seen, began = Random(SEED), Counter[str](), time.monotonic()
    await calm.work()

    async with runners(killed, planted) as line:
        for share in sorted(rng.uniform(0, 0.97) for _ in range(APPLYING)):
            process = await line.take_over()
            await line.until(lambda now, share=share: now["through"] >= share * CASES)
            await asyncio.sleep(rng.uniform(0, 0.05))
            process.kill()
            seen[(await killed.holds(planted))["phase"]] += 1
        for _ in range(REPORTING):
            async with _held_up(killed):
                process = await line.take_over()
                await line.until(lambda now: now["phase"] == "reporting")
                process.kill()
                seen[(await killed.holds(planted))["phase"]] += 1
        await line.take_over()
        await line.until(lambda now: now["state"] == "done")

    there = await _end(killed)
    assert there == await _end(calm)
    assert len(there["flags"]) == len(there["announced"]) == len(there["steps"]) == CASES - CASES // STALE_EVERY
    assert len(there["results"]) == CASES
    assert await killed.owner.fetchval(_DECIDED_TWICE) == 0
    assert killed.report(planted) == calm.report(planted)
    assert sum(seen.values()) == APPLYING + REPORTING
    say(f"decisions on {CASES} cases: {sum(seen.values())} kills {dict(seen)}, as undisturbed; {time.monotonic() - began:.1f} s")


@asynccontextmanager
async def _held_up(opened: World) -> AsyncIterator[None]:
    connection = await opened.connect()
    async with connection.transaction():
        await connection.execute(_HELD_UP)
        yield
    await connection.close()
