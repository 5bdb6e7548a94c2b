"""One list out of several services' lists, exact over pages: no task is lost and none is shown twice.

Every service lists by (county, due date, id) and goes on from a cursor of its own. The merged cursor holds one per service, so
that each goes on exactly behind what was taken from it: also when a page takes only some of its tasks, and when it was silent
for a page. Its tasks then come late, out of order, but they come.
"""

from collections.abc import Mapping, Sequence

from services.gateway.clients.tasks import TaskPage, TaskShown, key
from services.gateway.clients.upstreams import TASK_SERVICES
from shared.kernel.page import Place

DONE = "done"
Places = Mapping[str, str]
"""Service -> its own cursor, or that it is done; one that is not named begins at the top."""


def merged(pages: Mapping[str, TaskPage], *, size: int) -> list[TaskShown]:
    """Take the first tasks of all pages, none from beyond the end of a page that goes on: what follows there is not yet known."""
    horizon = min((page.keys[-1] for page in pages.values() if page.next), default=None)
    ordered = sorted((item for page in pages.values() for item in page.items), key=key)
    return [item for item in ordered if horizon is None or key(item) <= horizon][:size]


def places_after(places: Places, pages: Mapping[str, TaskPage], taken: Sequence[TaskShown]) -> Places:
    """Say where each service goes on; one that gave no page stays where it was."""
    after = dict(places)
    for service, page in pages.items():
        own = [item for item in taken if item.service == service]
        if len(own) == len(page.items):
            after[service] = page.next or DONE
        elif own:
            after[service] = str(own[-1].place)
    return after


def cursor_of(places: Places) -> str:
    """Write the merged cursor, in characters that need no escape."""
    return "~".join(f"{service}-{places[service]}" for service in TASK_SERVICES if service in places)


def places_in(cursor: str) -> Places:
    """Read a merged cursor.

    :raises ValueError: it is none of ours.
    """
    places = {}
    for part in cursor.split("~"):
        service, _, place = part.partition("-")
        if service not in TASK_SERVICES or service in places:
            raise ValueError("not a cursor")
        places[service] = place if place == DONE else str(Place.parse(place))
    if all(places.get(service) == DONE for service in TASK_SERVICES):
        raise ValueError("not a cursor: nothing follows")
    return places
