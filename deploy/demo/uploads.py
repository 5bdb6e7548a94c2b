"""Files on their way in: sent, watched while the system reads, checks and loads them, and committed when they were only to be checked."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress, TaskID

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
    bar = _Bar(world.progress, world.progress.add_task(file.name, total=rows, note=""), rows)
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
    return {str(outcome): job[outcome] for outcome in Outcome}


def hold(job: Job, file: Path, **expected: int) -> None:
    """Hold what became of a file's rows against what was to become of them.

    :raises Unexpected: it is not that, exactly.
    """
    if counts(job) != {str(outcome): expected.get(outcome, 0) for outcome in Outcome}:
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


async def _watched(world: World, by: Actor, job_id: str, bar: "_Bar", title: str) -> Job:
    """Look at a job until it is over or waits for its commit.

    :raises Unexpected: it failed, or takes too long.
    """
    pause = OFTENEST
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (job := await world.desk.get(by, f"/v1/jobs/{job_id}"))["state"] in WAITING:
                bar.show(job)
                await asyncio.sleep(pause)
                pause = min(RAREST, pause * 1.3)
    except TimeoutError as error:
        raise Unexpected(f"waited {PATIENCE_SECONDS} s for {title}") from error
    bar.show(job)
    if job["state"] not in {JobState.VALIDATED, JobState.DONE}:
        raise Unexpected(f"{title}: {job['state']}, {job['problem']}")
    return job


@dataclass(frozen=True, slots=True)
class _Bar:
    """The bar of one file."""

    progress: Progress
    task: TaskID
    rows: int

    def show(self, job: Job) -> None:
        """Show how far a job is, and its speed while it has one. The bar is full only when all is over, for it stops its clock then."""
        done = job["state"] == JobState.DONE
        rate = f"{job['rate']:.0f} 行/s" if job["rate"] else ""
        phase = "完成" if done else "校验完成" if job["state"] == JobState.VALIDATED else _PHASES[Phase(job["phase"])]
        self.progress.update(self.task, completed=self.rows if done else min(job["done"], self.rows - 1), note=f"{phase} {rate}")
