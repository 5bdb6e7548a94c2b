"""The doors of long work, the same in every service that has any."""

import asyncio
import inspect
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from shared.files.store import FileStore
from shared.kernel.jobs import JobState
from shared.kernel.sheets import Outcome
from shared.service.http.apps import service_router
from shared.service.http.downloads import CSV, XLSX, FileAnswer, a_file, file_answer, passing_file
from shared.service.http.live import LastEventId, poll
from shared.service.http.problems import wants_english
from shared.service.http.requests import Area, ExpectedVersion, FromNext, InTransaction, ShortTransactions, etag
from shared.service.http.uploads import UploadedFile, takes_a_file
from shared.service.jobs.asking import Desk, template_into
from shared.service.jobs.exports import MEDIA, export_now
from shared.service.jobs.lists import Format, ListKind
from shared.service.jobs.shown import JobAccepted, JobPage, JobShown, RowPage
from shared.service.jobs.wanted import KindName, NewExport, NewImport
from shared.wire import PageSize

REPORT = ".xlsx"
_LAST_ROW = 2**31 - 1


async def english(request: Request) -> bool:
    return wants_english(request)


async def files(request: Request) -> FileStore:
    return request.app.state.files


English = Annotated[bool, Depends(english)]
Files = Annotated[FileStore, Depends(files)]


def job_router(desk: Desk) -> APIRouter:
    """Make the doors of a service's jobs."""
    jobs = service_router("文件与任务 files and jobs")
    for doors in (_files_in, _how_it_is, _acts, _results, _lists_out):
        doors(jobs, desk)
    return jobs


def _files_in(jobs: APIRouter, desk: Desk) -> None:
    @jobs.get("/v1/import-templates/{kind}", response_class=FileAnswer, responses=a_file(XLSX))
    async def import_template(kind: KindName, tx: InTransaction, store: Files) -> Response:
        """下载某种文件的填报模板（Excel、WPS均可打开）：身份证号码列为文本格式，可选项有下拉列表，行政村为本人辖区各村。"""
        wanted = desk.kind(kind, tx, field="path.kind")
        villages = await desk.villages(tx)
        to = store.path(uuid4(), ".template")
        await asyncio.to_thread(template_into, to, wanted, villages)
        return await passing_file(to, name=f"{wanted.sheet.title}（模板）.xlsx", media_type=XLSX)

    @jobs.post("/v1/imports", status_code=202)
    @takes_a_file(NewImport)
    async def new_import(file: UploadedFile, form: NewImport, tx: InTransaction) -> JobAccepted:
        """上传一份文件（xlsx、xls、csv、JSON lines）。先落盘，后由任务读取、核对、办理；进度见 /v1/jobs/{id}。"""
        return await desk.take_file(file, form, tx)


def _how_it_is(jobs: APIRouter, desk: Desk) -> None:
    @jobs.get("/v1/jobs", name="jobs")
    async def list_of_jobs(
        tx: InTransaction,
        in_english: English,
        state: JobState | None = None,
        before: FromNext = None,
        size: PageSize = 50,
    ) -> JobPage:
        """列出辖区内的任务，新的在前。"""
        return await desk.list(tx, state=state, before=before, size=size, english=in_english)

    @jobs.get("/v1/jobs/{job_id}")
    async def job(job_id: UUID, tx: InTransaction, in_english: English, response: Response) -> JobShown:
        """一项任务及其进度：阶段、行数、速度、剩余时间，以及各行结果的数目。"""
        found = await desk.show(job_id, tx, english=in_english)
        response.headers["ETag"] = etag(found.version)
        return found

    async def told(job_id: UUID, transaction: ShortTransactions, in_english: English, last: LastEventId = None) -> AsyncIterator[ServerSentEvent]:
        async def ask() -> JobShown:
            async with transaction() as tx:
                return await desk.show(job_id, tx, english=in_english)

        await ask()
        return poll(ask, until=lambda shown: shown.is_over, seen=last)

    @jobs.get("/v1/jobs/{job_id}/events", response_class=EventSourceResponse)
    async def job_events(events: Annotated[AsyncIterator[ServerSentEvent], Depends(told)]) -> AsyncIterable[ServerSentEvent]:
        """任务的实时进度（server-sent events）：有变化时发送 changed，结束时发送 final；内容（data）即 JobShown。"""
        async for event in events:
            yield event


def _acts(jobs: APIRouter, desk: Desk) -> None:
    @jobs.post("/v1/jobs/{job_id}/commit", status_code=202)
    async def job_commit(job_id: UUID, tx: InTransaction, expected: ExpectedVersion) -> JobAccepted:
        """办理已校验的文件或批量办理事项，无须再次上传、再次提交。"""
        return await desk.commit(job_id, tx, expected=expected)

    @jobs.post("/v1/jobs/{job_id}/cancellation")
    async def job_cancellation(job_id: UUID, tx: InTransaction, expected: ExpectedVersion) -> JobAccepted:
        """取消任务；已办理的部分保留，见其结果。"""
        return await desk.cancel(job_id, tx, expected=expected)


def _results(jobs: APIRouter, desk: Desk) -> None:
    @jobs.get("/v1/jobs/{job_id}/rows")
    async def job_rows(
        job_id: UUID,
        tx: InTransaction,
        in_english: English,
        outcome: Outcome | None = None,
        after: Annotated[int, Query(ge=0, le=_LAST_ROW, description="上一页给出的 next。The `next` of the page before.")] = 0,
        size: PageSize = 50,
    ) -> RowPage:
        """文件各行、或批量办理各件的结果与原因；部门名单还写明核实情况。"""
        return await desk.rows(job_id, tx, outcome=outcome, after=after, size=size, english=in_english)

    @jobs.get("/v1/jobs/{job_id}/report.xlsx", response_class=FileAnswer, responses=a_file(XLSX))
    async def job_report(job_id: UUID, tx: InTransaction, store: Files) -> Response:
        """退回所上传的文件：未通过的行在前，问题单元格已标出，注明原因与原行号，改后可再次上传。

        批量办理的，为各件的序号、户编号、结果与原因。
        """
        mine = await desk.reported(job_id, tx)
        return await file_answer(store.path(job_id, REPORT), name=f"{desk.title(mine)}（结果）.xlsx", media_type=XLSX)


def _lists_out(jobs: APIRouter, desk: Desk) -> None:
    @jobs.post("/v1/exports", status_code=202)
    async def new_export(body: NewExport, tx: InTransaction) -> JobAccepted:
        """把一份清单导出为文件（xlsx 或 csv），作为任务办理；完成后在 /v1/jobs/{id}/file 下载。"""
        return await desk.export(body, tx)

    @jobs.get("/v1/jobs/{job_id}/file", response_class=FileAnswer, responses=a_file(XLSX, CSV))
    async def job_file(job_id: UUID, tx: InTransaction, store: Files) -> Response:
        """下载导出的文件。"""
        mine = await desk.exported(job_id, tx)
        form = Format(mine.arguments["format"])
        name = f"{desk.lists[mine.what].sheet.title}.{form}"
        return await file_answer(store.path(job_id, f".{form}"), name=name, media_type=MEDIA[form])

    for path, kind in desk.lists.items():
        title = kind.sheet.title
        jobs.add_api_route(
            f"/v1/{path}/export",
            exporter(kind),
            methods=["GET"],
            name=kind.operation,
            response_class=FileAnswer,
            responses=a_file(XLSX, CSV),
            summary=f"导出{title}",
            description=f"把{title}导出为文件：范围、筛选、脱敏与清单相同；超过一万行的用 /v1/exports。The list as a file, by its own filters.",
        )


def exporter(kind: ListKind) -> Callable[..., Awaitable[Response]]:
    """Make the endpoint that answers with a list as a file; the statuses are the list's own."""

    async def export(tx: InTransaction, store: Files, status: StrEnum, area: Area = None, format: Format = Format.XLSX) -> Response:
        return await export_now(kind, area or tx.actor.area, status, format, tx, store)

    signature = inspect.signature(export)
    typed = signature.parameters["status"].replace(annotation=kind.statuses, default=kind.default)
    others = [each for each in signature.parameters.values() if each.name != "status"]
    in_order = sorted([*others, typed], key=lambda each: each.default is not inspect.Parameter.empty)
    export.__signature__ = signature.replace(parameters=in_order)  # pyright: ignore[reportFunctionMemberAccess]
    return export
