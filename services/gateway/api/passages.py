"""What an entry of the allow-list is.

A path is built anew from its template and the ids read from it, each of a type; what the caller wrote never travels on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from services.gateway.clients.upstreams import MONITORING
from shared.kernel.errors import NotFound
from shared.wire import AreaCode, SourceNumber, Year

TASK = r"^[a-z]{1,20}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

BODILESS = frozenset({"GET"})
"""Methods whose requests have no body here."""

Word = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
_THINGS = (
    "report household person duplicate assignment lead answer case flag round incident "
    "tracking order escalation finding transfer request job alarm simulation"
)
_WORDS = ("list_code", "group", "kind", "figure", "hardship")
IDS: dict[str, Any] = {
    **{f"{thing}_id": UUID for thing in _THINGS.split()},
    **dict.fromkeys(_WORDS, Word),
    "code": Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,40}(\.[A-Za-z0-9_]{1,40})?$")],
    "channel": Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}$")],
    "source_number": SourceNumber,
    "place": Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$")],
    "task_id": Annotated[str, StringConstraints(pattern=TASK)],
    "area": AreaCode,
    "year": Year,
    "number": Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{1,6}(_[0-9]{1,4}){1,3}$")],
    "key": Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[a-z_]+)+$", max_length=100)],
}


@dataclass(frozen=True, slots=True)
class Passage:
    """One operation that may pass. Its name is the operation's id, its services are those that may own what is named in the path.

    What streams goes through as it comes, both ways: a file, or events.
    """

    name: str
    method: str
    path: str
    services: tuple[str, ...] = (MONITORING,)
    streams: bool = False

    @property
    def takes_a_file(self) -> bool:
        return self.streams and self.method not in BODILESS

    @property
    def ids(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", self.path)

    def service_for(self, ids: Mapping[str, Any]) -> str:
        """Name the service that owns what the path names; a task's id begins with it.

        :raises NotFound: none does.
        """
        service = ids["task_id"].partition(".")[0] if "task_id" in ids else self.services[0]
        if service not in self.services:
            raise NotFound
        return service
