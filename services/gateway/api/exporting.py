"""The whole list of tasks as a file: the pages that the list shows, put one behind the other.

Promises: the tasks of every service that shows any to the caller, in the order of the list; never a part of them as if it were all.
Does not promise one moment: what changes while the pages turn may be in it as it was or as it is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from fastapi import Depends, Request, Response

from services.gateway.api.headers import passed_back
from services.gateway.api.merging import DONE, Places, merged, places_after
from services.gateway.api.tasks import Answer, ask_all, known_questions_only
from services.gateway.clients.tasks import TaskPage
from services.gateway.clients.upstreams import TASK_SERVICES, ServiceSilent
from services.gateway.domain.task_list import TASK_LIST
from shared.files.store import FileStore
from shared.kernel.assistance import TaskStatus
from shared.kernel.errors import Conflict
from shared.service.http.apps import service_router
from shared.service.http.client import Heard
from shared.service.http.downloads import CSV, XLSX, FileAnswer, a_file, passing_file
from shared.service.http.requests import Area, Caller
from shared.service.jobs.lists import Format

AT_MOST = 10_000
"""The longest list that is exported inside a request."""

_PAGE = 200  # the largest that the services give
_MEDIA = {Format.XLSX: XLSX, Format.CSV: CSV}
_SHOWS_NONE = 403  # a service where the caller's role has nothing to see

Rows = list[Sequence[object]]

task_export = service_router("帮扶任务 tasks")


class TooManyRows(Conflict):
    sentence = "超过一万行，请按区划或状态缩小范围后再导出。"
    english = "More than ten thousand rows: narrow the list by area or status."


@task_export.get(
    "/v1/tasks/export",
    name="task_export",
    response_class=FileAnswer,
    responses=a_file(XLSX, CSV),
    dependencies=[Depends(known_questions_only)],
)
async def export_of_tasks(
    request: Request, caller: Caller, area: Area = None, status: TaskStatus = TaskStatus.OPENED, format: Format = Format.XLSX
) -> Response:
    """导出帮扶任务清单（xlsx 或 csv）：范围与筛选同任务清单，至多一万行；某部门暂无应答时不导出，以免缺漏。"""
    rows = await _rows(request, {"status": str(status), "size": str(_PAGE), **({"area": area} if area else {})})
    if isinstance(rows, Heard):
        return passed_back(rows)
    files: FileStore = request.app.state.files
    to = files.path(uuid4(), f".{format}")
    await asyncio.to_thread(_write, to, rows, format)
    return await passing_file(to, name=f"{TASK_LIST.title}.{format}", media_type=_MEDIA[format])


async def _rows(request: Request, query: Mapping[str, str]) -> Rows | Heard:
    """Turn the pages of the list to its end, or give the refusal that is in the way.

    :raises ServiceSilent: some services do not answer.
    :raises TooManyRows: there are more than a request exports.
    """
    rows: Rows = []
    after: Places = {}
    while any(after.get(service) != DONE for service in TASK_SERVICES):
        if len(rows) >= AT_MOST:
            raise TooManyRows
        answers = await ask_all(request, after, query)
        if refusal := _refusal(answers, at_first=not after):
            return refusal
        pages = {service: answer for service, answer in answers.items() if isinstance(answer, TaskPage)}
        taken = merged(pages, size=_PAGE)
        over = {service: DONE for service in answers if service not in pages}
        after = {**places_after(after, pages, taken), **over}
        rows += map(TASK_LIST.row_of, taken)
    if len(rows) > AT_MOST:
        raise TooManyRows
    return rows


def _refusal(answers: Mapping[str, Answer], *, at_first: bool) -> Heard | None:
    """Find the refusal that is in the way: any but that of one service which shows this role no tasks at all.

    :raises ServiceSilent: some do not answer.
    """
    if silent := [service for service, answer in answers.items() if isinstance(answer, ServiceSilent)]:
        raise ServiceSilent(*silent)
    refusals = [answer for answer in answers.values() if isinstance(answer, Heard)]
    one_shows_none = at_first and len(refusals) == 1 and refusals[0].status == _SHOWS_NONE
    return None if one_shows_none or not refusals else refusals[0]


def _write(to: Path, rows: Rows, form: Format) -> None:
    """Write the rows as a file. Takes long: call it in a thread."""
    from shared.files.writing.tables import write_csv, write_xlsx  # what writes workbooks is loaded by who needs it only

    if form is Format.XLSX:
        write_xlsx(to, TASK_LIST, rows, marked=False)
    else:
        write_csv(to, TASK_LIST, rows)
