"""The tasks of one service, as a page of its own list."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.gateway.clients.upstreams import ServiceSilent, Upstreams
from shared.kernel.areas import COUNTIES, county_of
from shared.kernel.assistance import TaskStatus
from shared.kernel.page import Place
from shared.service.http.client import Heard

_REFUSALS = frozenset({400, 401, 403, 404, 422})  # what will not be granted to this caller, however often it is asked

Key = tuple[str, datetime, UUID]

log = structlog.get_logger()


class TaskShown(BaseModel):
    """A task as its service shows it; what that service adds later is shown too."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(examples=["projects.0192f0c1-7d3e-7000-8000-0000000000aa"])
    service: str
    measure: str
    kind: str
    household_id: UUID
    flag_id: UUID
    area: str
    status: TaskStatus
    due_at: AwareDatetime
    version: int

    @property
    def place(self) -> Place:
        """Where a list goes on after this task."""
        return Place(county=county_of(self.area), due_at=self.due_at, id=UUID(self.id.partition(".")[2]))


class TaskPage(BaseModel):
    """A page of a service's tasks by county, due date and id."""

    items: list[TaskShown]
    next: str | None

    @property
    def keys(self) -> list[Key]:
        return [key(item) for item in self.items]


def key(task: TaskShown) -> Key:
    """What tasks are ordered by, in every service."""
    place = task.place
    return place.county, place.due_at, place.id


async def tasks_of(service: str, upstreams: Upstreams, *, query: Mapping[str, str], headers: Mapping[str, str], seconds: float) -> TaskPage | Heard:
    """Ask a service for a page of its tasks; its refusal is an answer too.

    :raises ServiceSilent: it does not answer in time, or not with a page.
    """
    heard = await upstreams.ask(service, "GET", "/v1/tasks", query=query, headers=headers, seconds=seconds)
    if heard.status in _REFUSALS:
        return heard
    if heard.status == 200:
        try:
            return _page(service, heard.body)
        except ValueError as error:
            log.error("tasks_unreadable", service=service, reason=str(error).splitlines()[0])
    raise ServiceSilent(service)


def _page(service: str, body: bytes) -> TaskPage:
    """Read a page and hold it to its contract, on which the exactness of the merged list rests.

    :raises ValueError: it is no page, holds what is not this service's, is not in order, or says that there is more without showing any.
    """
    page = TaskPage.model_validate_json(body)
    if any(item.service != service or not item.id.startswith(f"{service}.") for item in page.items):
        raise ValueError("a task of another service")
    if any(item.place.county not in COUNTIES for item in page.items):
        raise ValueError("a task of no county")
    if any(one >= other for one, other in pairwise(page.keys)):
        raise ValueError("not in order")
    if page.next is not None and not page.items:
        raise ValueError("more, but none shown")
    if page.next is not None:
        Place.parse(page.next)
    return page
