"""Long work on a population: one county after another, slice by slice.

Promises: each slice and how far the county is commit together, so whoever resumes takes the next slice; a runner that lost the job changes
nothing more.
Does not promise one moment: what changes between two slices is met as it is then.
Not for files: those are imports.
"""

from collections.abc import Awaitable, Callable

from shared.database.jobs import claims
from shared.database.transaction import Transaction
from shared.kernel.areas import counties_in
from shared.kernel.jobs import Job, JobState, Phase, Taken
from shared.service.jobs.runner import Run, Work

Size = Callable[[Job, Transaction], Awaitable[int]]
"""Count what a county has to be looked at."""

Slice = Callable[[Job, Transaction, int], Awaitable[Taken]]
"""Take the next slice of a county; the number says how many slices were taken before. What was taken is recognised by what it left behind,
or by the number."""

Finish = Callable[[Job, Transaction], Awaitable[None]]
"""Say of what a job was for that it is there."""


def county_by_county(size: Size, take: Slice, *, finish: Finish | None = None) -> Work:
    """Make the work of a job that goes through the counties of its asker's area, or of the narrower `area` among its arguments.

    :param finish: what is done last, in the transaction that ends the job, which sees all of the asker's area.
    """

    async def work(run: Run) -> None:
        counties = counties_in(run.job.arguments.get("area", run.job.area_code))
        for county in counties:
            await _through(run, county, size, take)
        async with run.at_home() as tx:
            if finish is not None:
                await finish(run.job, tx)
            await run.end(JobState.DONE, tx=tx)

    return work


async def _through(run: Run, county: str, size: Size, take: Slice) -> None:
    async with run.in_county(county) as tx:
        slices = await claims.begin_part(run.job, run.claim, tx, total=await size(run.job, tx))
    more = True
    while more:
        await run.reached(Phase.APPLYING)
        async with run.in_county(county) as tx:
            taken = await take(run.job, tx, slices)
            slices += 1
            await run.part_reached(tx, position=slices, counts=taken.counts)
        more = taken.more
