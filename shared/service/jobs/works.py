"""How each kind of job is done."""

from collections.abc import Mapping

from shared.files.limits import Limits
from shared.kernel.jobs import DECISION
from shared.service.jobs.asking import EXPORT, IMPORT, Desk
from shared.service.jobs.decisions import Deciding
from shared.service.jobs.exports import Export
from shared.service.jobs.imports import Import
from shared.service.jobs.runner import Run, Work
from shared.service.settings import ServiceSettings


def works(desk: Desk, settings: ServiceSettings) -> Mapping[str, Work]:
    """Give what does a job, by the job's kind."""
    limits = Limits(memory=settings.reader_memory_mib, seconds=settings.reader_seconds)

    async def take_file(run: Run) -> None:
        await Import(run, desk.kinds[run.job.what], limits=limits).work()

    async def write_list(run: Run) -> None:
        await Export(run, desk.lists[run.job.what]).work()

    async def decide(run: Run) -> None:
        await Deciding(run, desk.decisions[run.job.what]).work()

    return {IMPORT: take_file, EXPORT: write_list, DECISION: decide, **desk.works}
