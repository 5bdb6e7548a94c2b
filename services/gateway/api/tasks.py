import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from services.gateway.api.headers import CALLER, passed_back, passed_on
from services.gateway.api.merging import DONE, Places, cursor_of, merged, places_after, places_in
from services.gateway.clients.tasks import TaskPage, TaskShown, tasks_of
from services.gateway.clients.upstreams import TASK_SERVICES, ServiceSilent, Upstreams
from shared.kernel.assistance import TaskStatus
from shared.service.http.apps import service_router
from shared.service.http.client import Heard
from shared.service.http.requests import Area, Caller, NoSuchPlace, known_parameters_only
from shared.wire import PageSize

Answer = TaskPage | Heard | ServiceSilent
"""A page, a refusal, or nothing."""

tasks = service_router("帮扶任务 tasks")


class TaskList(BaseModel):
    """A page of tasks. `silent`: services that did not answer; their tasks are missing here and come with a later page."""

    items: list[TaskShown]
    next: str | None
    silent: list[str]


async def places(
    cursor: Annotated[str | None, Query(max_length=200, description="上一页给出的 next。The `next` of the page before.")] = None,
) -> Places:
    """Read the cursor that the page before gave."""
    try:
        return places_in(cursor) if cursor else {}
    except ValueError as error:
        raise NoSuchPlace("query.cursor") from error


async def known_questions_only(request: Request, caller: Caller) -> None:
    """Refuse a parameter that nobody here knows, once it is clear who asks.

    :raises UnknownParameter: there is one.
    """
    known_parameters_only(request)


@tasks.get("/v1/tasks", name="tasks", response_model=TaskList, dependencies=[Depends(known_questions_only)])
async def list_of_tasks(
    request: Request,
    caller: Caller,
    after: Annotated[Places, Depends(places)],
    area: Area = None,
    status: TaskStatus = TaskStatus.OPENED,
    size: PageSize = 50,
) -> TaskList | Response:
    """项目与就业两部门的帮扶任务合为一张清单，期限近者在前；某部门暂无应答时注明，其任务随后页补上。"""
    query = {"status": str(status), "size": str(size), **({"area": area} if area else {})}
    answers = await ask_all(request, after, query)
    return _put_together(answers, after, size=size)


async def ask_all(request: Request, after: Places, query: Mapping[str, str]) -> Mapping[str, Answer]:
    """Ask every service that is not done, at the same time."""
    asked = [service for service in TASK_SERVICES if after.get(service) != DONE]
    headers = passed_on(request, CALLER)
    cursors = [{"cursor": after[service]} if service in after else {} for service in asked]
    questions = [_ask(service, request.app.state, query={**query, **own}, headers=headers) for service, own in zip(asked, cursors, strict=True)]
    answers = await asyncio.gather(*questions)
    return dict(zip(asked, answers, strict=True))


async def _ask(service: str, state: Any, *, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    upstreams: Upstreams = state.upstreams
    try:
        return await tasks_of(service, upstreams, query=query, headers=headers, seconds=state.settings.tasks_seconds)
    except ServiceSilent as silence:
        return silence


def _put_together(answers: Mapping[str, Answer], after: Places, *, size: int) -> TaskList | Response:
    """Merge the pages.

    :raises ServiceSilent: nobody gave one who would have.
    """
    pages = {service: answer for service, answer in answers.items() if isinstance(answer, TaskPage)}
    refusals = {service: answer for service, answer in answers.items() if isinstance(answer, Heard)}
    silent = [service for service, answer in answers.items() if isinstance(answer, ServiceSilent)]
    if len(refusals) == len(TASK_SERVICES):
        return passed_back(refusals[TASK_SERVICES[0]])
    if silent and not pages:
        raise ServiceSilent(*silent)
    taken = merged(pages, size=size)
    following = places_after(after, pages, taken)
    goes_on = any(following.get(service) != DONE for service in answers if service not in refusals)
    return TaskList(items=taken, next=cursor_of(following) if goes_on else None, silent=silent)
