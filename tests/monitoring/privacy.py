"""A watch over the privacy of the people whom tests send in: in full they may be in requests, and nowhere else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import asyncpg
import httpx2
import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

LEFT_BEHIND = """
    SELECT 'audit' AS place, coalesce(before::text, '') || coalesce(after::text, '') AS text FROM audit WHERE at >= $1
    UNION ALL
    SELECT 'outbox', headers::text || convert_from(payload, 'UTF8') FROM outbox WHERE created_at >= $1
    UNION ALL
    SELECT 'idempotency', coalesce(convert_from(body, 'UTF8'), '') FROM idempotency WHERE created_at >= $1
    UNION ALL
    SELECT 'job', to_jsonb(j)::text FROM job j WHERE created_at >= $1
    UNION ALL
    SELECT 'job_result', to_jsonb(r)::text FROM job_result r JOIN job j ON j.id = r.job_id WHERE j.created_at >= $1
    UNION ALL
    SELECT 'job_item', to_jsonb(i)::text FROM job_item i JOIN job j ON j.id = i.job_id WHERE j.created_at >= $1
    UNION ALL
    SELECT 'change_request', to_jsonb(c)::text FROM change_request c
    UNION ALL
    SELECT 'household_transfer', to_jsonb(t)::text FROM household_transfer t
    UNION ALL
    SELECT 'household_lineage', to_jsonb(l)::text FROM household_lineage l
    UNION ALL
    SELECT 'quality_finding', to_jsonb(q)::text FROM quality_finding q
    UNION ALL
    SELECT 'import_row', to_jsonb(s)::text FROM (SELECT i.fields, i.faults FROM import_row i JOIN job j ON j.id = i.job_id WHERE j.created_at >= $1) s
"""


class Watch:
    """Remembers who was sent in, and what came back or was logged."""

    def __init__(self) -> None:
        self.people: set[str] = set()
        self._said: list[tuple[str, str]] = []

    @contextmanager
    def over(self, http: httpx2.AsyncClient) -> Iterator[None]:
        """Read along what a client sends and receives."""
        http.event_hooks = {"request": [self._sent], "response": [self._answered]}
        yield
        http.event_hooks = {"request": [], "response": []}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Read along what is logged, before any net masks it."""
        self.people.clear()
        self._said.clear()
        processors = structlog.get_config()["processors"]
        processors.insert(0, self._logged)
        yield
        processors.remove(self._logged)

    async def check(self, admin: asyncpg.Connection, *, since: datetime, logged: Sequence[str]) -> None:
        """Search everything that was left behind since a moment for the people."""
        if not self.people:
            return
        kept = [(row["place"], row["text"]) for row in await admin.fetch(LEFT_BEHIND, since)]
        found = {place for place, text in [*self._said, *kept, *(("log", line) for line in logged)] if any(secret in text for secret in self.people)}
        assert not found, f"somebody is named in: {', '.join(sorted(found))}"

    def note(self, sent: Any) -> None:
        """Remember the people in what is sent."""
        self.people.update(_people_in(sent))

    async def _sent(self, request: httpx2.Request) -> None:
        self._said.append(("url", str(request.url)))
        if request.headers.get("content-type", "") == "application/json" and request.content.startswith(b"{"):
            self.note(orjson.loads(request.content))

    async def _answered(self, response: httpx2.Response) -> None:
        await response.aread()
        self._said.append(("problem" if response.is_error else "answer", response.text))

    def _logged(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        self._said.append(("log", str(dict(event))))
        return event


def _people_in(sent: Any) -> Iterator[str]:
    """List the names and numbers in a request, at any depth."""
    if isinstance(sent, dict):
        if "id_number" in sent:
            yield from (str(sent[name]) for name in ("id_number", "phone", "name") if sent.get(name))
        for value in sent.values():
            yield from _people_in(value)
    elif isinstance(sent, list):
        for value in sent:
            yield from _people_in(value)
