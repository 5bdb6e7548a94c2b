"""Files on their way in: sent, watched while the system reads, checks and loads them, and committed when they were only to be checked."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.demo.desk import Unexpected
from deploy.demo.world import World
from shared.kernel.actors import Actor
from shared.kernel.jobs import WAITING, JobState, Mode, Phase
from shared.kernel.sheets import Outcome

PATIENCE_SECONDS = 3_600
OFTENEST, RAREST = 0.1, 1.0

_PHASES = {
    Phase.WAITING: "等待",
    Phase.READING: "读取",
    Phase.CHECKING: "核对",
    Phase.APPLYING: "办理",
    Phase.REPORTING: "生成结果",
}

Job = dict[str, Any]


async def send(world: World, by: Actor, file: Path, *, kind: str, rows: int, step: str, mode: Mode = Mode.COMMIT) -> Job:
    """Send a file and watch its job to the end; one that is only to be checked is committed after that."""
    accepted = await world.desk.upload(by, "/v1/imports", file, {"kind": kind, "mode": mode}, step=step)
    bar = world.progress.add_task(file.name, total=rows, note="")
    job = await _watched(world, by, accepted["id"], bar, file.name)
    if job["state"] == JobState.VALIDATED:
        checked = counts(job)
        await world.desk.post(by, f"/v1/jobs/{job['id']}/commit", None, step="commit", seen=job["version"])
        job = await _watched(world, by, job["id"], bar, file.name)
        if counts(job) != checked:
            raise Unexpected(f"{file.name}: {checked} when it was checked, {counts(job)} when it was loaded")
    return job


def counts(job: Job) -> dict[str, int]:
    """Give what became of a file's rows."""
    return {outcome: job[outcome] for outcome in Outcome}


def hold(job: Job, file: Path, **expected: int) -> None:
    """Hold what became of a file's rows against what was to become of them.

    :raises Unexpected: it is not that, exactly.
    """
    if counts(job) != {outcome: expected.get(outcome, 0) for outcome in Outcome}:
        raise Unexpected(f"{file.name}: {counts(job)}, where {expected} was to be")


async def rows_of(world: World, by: Actor, job_id: str, **query: str) -> list[dict[str, Any]]:
    """Read what became of each row."""
    return await world.desk.pages(by, f"/v1/jobs/{job_id}/rows", following="after", **query)


def added(*parts: Mapping[str, int]) -> dict[str, int]:
    """Add up what became of the rows of several files."""
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total)


async def _watched(world: World, by: Actor, job_id: str, bar: Any, title: str) -> Job:
    """Look at a job until it is over or waits for its commit.

    :raises Unexpected: it failed, or takes too long.
    """
    pause = OFTENEST
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (job := await world.desk.get(by, f"/v1/jobs/{job_id}"))["state"] in WAITING:
                _show(world, bar, job, title)
                await asyncio.sleep(pause)
                pause = min(RAREST, pause * 1.3)
    except TimeoutError as error:
        raise Unexpected(f"waited {PATIENCE_SECONDS} s for {title}") from error
    _show(world, bar, job, title)
    if job["state"] not in {JobState.VALIDATED, JobState.DONE}:
        raise Unexpected(f"{title}: {job['state']}, {job['problem']}")
    return job


def _show(world: World, bar: Any, job: Job, title: str) -> None:
    """Show how far a job is; its speed while it has one."""
    rate = f"{job['rate']:.0f} 行/s" if job["rate"] else ""
    phase = {JobState.VALIDATED: "校验完成", JobState.DONE: "完成"}.get(job["state"]) or _PHASES[Phase(job["phase"])]
    world.progress.update(bar, completed=job["done"], description=title, note=f"{phase} {rate}")
