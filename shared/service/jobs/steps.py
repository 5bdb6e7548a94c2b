"""Long work of a few steps that must all be taken, each in a transaction of its own.

Promises: each step and how far the job is commit together, so whoever resumes takes the next step; a runner that lost the job changes nothing more.
Does not promise that no step is tried twice: each recognises by its own row that it was taken.
Not for a population: that is `counties.py`.
"""

from collections.abc import Awaitable, Callable

from shared.database.jobs import claims
from shared.database.transaction import Transaction
from shared.kernel.jobs import Job, JobState, Phase
from shared.kernel.sheets import Outcome
from shared.service.jobs.runner import Run, Work

Step = Callable[[Job, Transaction], Awaitable[None]]
"""Take a step, in all of the asker's area; who comes again finds it taken."""


def step_by_step(*steps: Step) -> Work:
    """Make the work of a job that takes steps one after another."""

    async def work(run: Run) -> None:
        async with run.at_home() as tx:
            taken = await claims.begin_part(run.job, run.claim, tx, total=len(steps))
        for number, step in enumerate(steps[taken:], start=taken + 1):
            await run.reached(Phase.APPLYING, done=number - 1, total=len(steps))
            async with run.at_home() as tx:
                await step(run.job, tx)
                await run.part_reached(tx, position=number, counts={Outcome.UPDATED: 1})
        await run.end(JobState.DONE)

    return work
