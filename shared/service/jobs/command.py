"""`import FILE`: a file taken in from a terminal, by the operator in the name of an office, with its progress to look at.

Promises: the same job as the API's, done by this process unless a worker has taken it up first; interrupted, a worker goes on with it.
Not for files that somebody with a token can send: the trace says who acted, and here it says `command:…`.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from shared.database.transaction import Database
from shared.files.store import BLOCK, FileStore
from shared.kernel.actors import Actor, Role
from shared.kernel.areas import COUNTIES, COUNTY, LINCANG, PREFECTURE, TOWNSHIP, VILLAGE, county_of
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.kernel.jobs import Atomic, Job, JobId, JobState, Mode, Strategy
from shared.service.assembly import Service
from shared.service.http.uploads import UploadedFile, display_name
from shared.service.jobs.asking import Desk
from shared.service.jobs.doors import REPORT
from shared.service.jobs.runner import JobRunner
from shared.service.jobs.shown import JobShown
from shared.service.jobs.wanted import NewImport
from shared.service.settings import ServiceSettings
from shared.service.start import read_settings

_LOOK_SECONDS = 0.3
_ROLES = {PREFECTURE: Role.PREFECTURE_OFFICER, COUNTY: Role.COUNTY_OFFICER, TOWNSHIP: Role.TOWNSHIP_OFFICER, VILLAGE: Role.VILLAGE_CADRE}
_WORDS = {"waiting": "等待 waiting", "reading": "读取 reading", "checking": "核对 checking", "applying": "办理 loading", "reporting": "结果 report"}

console = Console(stderr=True)


def add_import_command(commands: typer.Typer, service: Service, desk: Desk) -> None:
    """Give a service's commands the one that takes a file in."""

    @commands.command("import")
    def import_file(
        file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="xlsx, xls, csv or JSON lines")],
        area: Annotated[str, typer.Option(help="whose area: 5309, 530902, 530902102 or 530902102201")],
        by: Annotated[str, typer.Option(help="who does it, for the trace")],
        kind: Annotated[str, typer.Option(help=", ".join(desk.kinds))] = next(iter(desk.kinds)),
        mode: Annotated[Mode, typer.Option(help="validate: only check")] = Mode.COMMIT,
        atomic: Annotated[Atomic, typer.Option(help="all: nothing unless every row is good")] = Atomic.ROWS,
        strategy: Strategy = Strategy.CREATE_AND_UPDATE,
        report: Annotated[Path | None, typer.Option(help="where the workbook goes that says what became of the rows")] = None,
        json: Annotated[bool, typer.Option(help="print the job as JSON")] = False,
    ) -> None:
        """Take a file in. Exit code 0: every row was taken; 1: rows were refused (see the report); 2: the file was not taken."""
        settings = read_settings(service.settings)
        form = NewImport(kind=kind, mode=mode, atomic=atomic, strategy=strategy)
        try:
            shown = asyncio.run(_imported(service, desk, settings, file, form, _actor(area, by), report))
        except Refusal as refusal:
            console.print(f"{refusal.sentence} {refusal.english}", highlight=False)
            raise typer.Exit(2) from None
        if json:
            print(shown.model_dump_json(indent=2))
        else:
            _print(shown)
        raise typer.Exit(_exit_code(shown))


def _actor(area: str, by: str) -> Actor:
    if len(area) not in _ROLES or not (area == LINCANG or county_of(area) in COUNTIES):
        raise typer.BadParameter(f"{area} is no area of {LINCANG}: give 4, 6, 9 or 12 digits")
    return Actor(id=f"command:{by}", role=_ROLES[len(area)], area=area)


async def _imported(
    service: Service, desk: Desk, settings: ServiceSettings, file: Path, form: NewImport, actor: Actor, report: Path | None
) -> JobShown:
    database, files = service.worker_database(settings), service.files(settings)
    runner = service.job_runner(settings, database)
    if files is None or runner is None:
        raise typer.BadParameter(f"{service.name} takes no files")
    try:
        job_id = await _asked(desk, database, files, file, form, actor)
        async with database.transaction(actor) as tx:
            job = await desk.jobs.get(JobId(job_id), tx)
        working = asyncio.create_task(_worked_off(runner, job))
        shown = await _watched(desk, database, actor, job_id, working)
        working.cancel()
        if report is not None and files.path(job_id, REPORT).is_file():
            shutil.copyfile(files.path(job_id, REPORT), report)
        return shown
    finally:
        await database.close()


async def _worked_off(runner: JobRunner, job: Job) -> None:
    """Do the job; should it have to wait, because somebody else has it or the database is away, try again."""
    while True:
        await runner.do(job)
        await asyncio.sleep(_LOOK_SECONDS)


async def _asked(desk: Desk, database: Database, files: FileStore, file: Path, form: NewImport, actor: Actor) -> JobId:
    """Put the file into the store, and ask for the job."""
    job_id = JobId(new_id())
    size = await asyncio.to_thread(os.path.getsize, file)
    kept = await files.keep(_pieces(file), job_id, largest=size)
    uploaded = UploadedFile(id=job_id, name=display_name(file.name), size=kept.size, sha256=kept.sha256)
    try:
        async with database.transaction(actor) as tx:
            await desk.take_file(uploaded, form, tx)
    except Refusal:
        await files.delete(job_id)
        raise
    return job_id


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as content:
        while piece := await asyncio.to_thread(content.read, BLOCK):
            yield piece


async def _watched(desk: Desk, database: Database, actor: Actor, job_id: JobId, working: asyncio.Task[None]) -> JobShown:
    """Show how far a job is until it is over."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("等待 waiting", total=None, rate="")
        while True:
            async with database.transaction(actor) as tx:
                shown = await desk.show(job_id, tx, english=True)
            rate = f"{shown.rate:,.0f}/s" if shown.rate else ""
            bad = f"，{shown.bad} 未通过 refused" if shown.bad else ""
            progress.update(bar, description=_WORDS.get(shown.phase, shown.phase) + bad, completed=shown.done, total=shown.total, rate=rate)
            if shown.is_over:
                return shown
            if working.done():
                working.result()
            await asyncio.sleep(_LOOK_SECONDS)


def _print(shown: JobShown) -> None:
    table = Table("任务 job", "状态 state", "新增 created", "更新 updated", "无变化 unchanged", "未通过 refused")
    table.add_row(str(shown.id), shown.state, *(str(count) for count in (shown.created, shown.updated, shown.unchanged, shown.refused)))
    console.print(table)
    if shown.problem:
        console.print(f"[red]{shown.problem.title}[/red] {shown.problem.detail or ''}", highlight=False)


def _exit_code(shown: JobShown) -> int:
    if shown.state not in (JobState.DONE, JobState.VALIDATED):
        return 2
    return 1 if shown.refused else 0
