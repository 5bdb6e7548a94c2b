"""Officials at their desks: everything the demo does goes through the public REST API, each act with its own person's token."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from deploy.embedded.platform import Ports
from services.gateway.app import make_token
from services.gateway.settings import Settings
from shared.kernel.actors import Actor, Department, Role
from shared.kernel.ids import derived_id

_KEYS = UUID("5309b6a0-0000-7000-8000-00000000d350")
_TRIES = 10


class Unexpected(Exception):
    """The system answered otherwise than the story has it."""


@dataclass
class Desk:
    """Speaks to the gateway. Keys follow from the step, so that a story told again repeats no effect."""

    http: httpx2.AsyncClient
    ports: Ports
    settings: Settings
    refusals: Counter[str] = field(default_factory=Counter)
    _tokens: dict[Actor, str] = field(default_factory=dict)

    async def get(self, by: Actor, path: str, **query: Any) -> dict[str, Any]:
        """Ask; anything but an answer is unexpected."""
        return _granted(await self._send("GET", by, path, params=_query(query)), path).json()

    async def download(self, by: Actor, path: str, to: Path) -> None:
        """Fetch a file."""
        answer = _granted(await self._send("GET", by, path), path)
        await asyncio.to_thread(to.write_bytes, answer.content)

    async def put(self, by: Actor, path: str, body: object, *, expect: tuple[int, ...] = (200, 201)) -> int:
        """Put; give the status, which is to be one of those expected."""
        answer = await self._send("PUT", by, path, json=body)
        if answer.status_code not in expect:
            raise Unexpected(f"PUT {path}: {answer.status_code}, {answer.text[:300]}")
        if answer.status_code >= 400:
            self._count(answer)
        return answer.status_code

    async def post(self, by: Actor, path: str, body: object, *, step: str, seen: int | None = None) -> dict[str, Any]:
        """Act; a refusal is unexpected."""
        return _granted(await self._act(by, path, step, seen, json=body), path).json()

    async def upload(self, by: Actor, path: str, file: Path, form: Mapping[str, str], *, step: str) -> dict[str, Any]:
        """Send a file with its form; a refusal is unexpected."""
        files = {"file": (file.name, await asyncio.to_thread(file.read_bytes))}
        return _granted(await self._act(by, path, step, None, data=form, files=files), path).json()

    async def refused(self, by: Actor, path: str, body: object, *, step: str, reason: str, seen: int | None = None) -> None:
        """Try what must be refused, and for this reason."""
        self._count(_refused(await self._act(by, path, step, seen, json=body), path, reason))

    async def put_refused(self, by: Actor, path: str, body: object, *, reason: str) -> None:
        """Try to put what must be refused, and for this reason."""
        self._count(_refused(await self._send("PUT", by, path, json=body), path, reason))

    async def pages(self, by: Actor, path: str, *, following: str = "cursor", **query: Any) -> list[dict[str, Any]]:
        """Read a list to its end.

        :param following: the name under which the list takes the `next` of the page before.
        """
        items: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.get(by, path, size=200, **query, **cursor)
            items += page["items"]
            if not page["next"]:
                return items
            cursor = {following: page["next"]}

    async def move_clock(self, to: datetime) -> None:
        """Move every service's business clock by the development profile's door; it is not behind the gateway."""
        for service in ("monitoring", "projects", "employment"):
            answer = await self.http.put(f"{self.ports.url(service)}/internal/clock", json={"now": to.isoformat()})
            answer.raise_for_status()

    async def _act(self, by: Actor, path: str, step: str, seen: int | None, **content: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": str(derived_id(_KEYS, f"{step}/{path}"))}
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        return await self._send("POST", by, path, headers=headers, **content)

    async def _send(self, method: str, by: Actor, path: str, *, headers: Mapping[str, str] | None = None, **content: Any) -> httpx2.Response:
        """Send, and again when the system asks to try again shortly.

        :param content: what the request bears, as the client takes it.
        """
        token = self._tokens.setdefault(by, make_token(by, settings=self.settings))
        address = self.ports.url("gateway") + path
        headers = {"Authorization": f"Bearer {token}", **(headers or {})}
        for attempt in range(1, _TRIES + 1):
            answer = await self.http.request(method, address, headers=headers, **content)
            if "retry-after" not in answer.headers:
                return answer
            await asyncio.sleep(0.2 * attempt)
        raise Unexpected(f"{method} {path}: still busy after {_TRIES} tries")

    def _count(self, answer: httpx2.Response) -> None:
        self.refusals[answer.json()["type"].rpartition(":")[2]] += 1


def _query(asked: Mapping[str, Any]) -> dict[str, str] | None:
    return {name: str(value) for name, value in asked.items()} or None


def _granted(answer: httpx2.Response, path: str) -> httpx2.Response:
    if answer.status_code >= 400:
        raise Unexpected(f"{answer.request.method} {path}: {answer.status_code}, {answer.text[:300]}")
    return answer


def _refused(answer: httpx2.Response, path: str, reason: str) -> httpx2.Response:
    if answer.status_code < 400 or not answer.json()["type"].endswith(f":{reason}"):
        raise Unexpected(f"{answer.request.method} {path} was to be refused for {reason}: {answer.status_code}, {answer.text[:300]}")
    return answer


# Who acts.


def cadre(village: str) -> Actor:
    return Actor(id=f"cadre-{village}", role=Role.VILLAGE_CADRE, area=village)


def township(area: str) -> Actor:
    return Actor(id=f"township-{area[:9]}", role=Role.TOWNSHIP_OFFICER, area=area[:9])


def reviewer(area: str) -> Actor:
    """Another officer of the township: whoever appraised may not review."""
    return Actor(id=f"reviewer-{area[:9]}", role=Role.TOWNSHIP_OFFICER, area=area[:9])


def county(area: str) -> Actor:
    return Actor(id=f"county-{area[:6]}", role=Role.COUNTY_OFFICER, area=area[:6])


def prefecture() -> Actor:
    return Actor(id="prefecture", role=Role.PREFECTURE_OFFICER, area="5309")


def project_officer(area: str) -> Actor:
    return Actor(id=f"projects-{area[:6]}", role=Role.PROJECT_OFFICER, area=area[:6])


def employment_officer(area: str) -> Actor:
    return Actor(id=f"employment-{area[:6]}", role=Role.EMPLOYMENT_OFFICER, area=area[:6])


def department(area: str, of: Department) -> Actor:
    return Actor(id=f"{of}-{area[:6]}", role=Role.DEPARTMENT_USER, area=area[:6], department=of)


def citizen(name: str, area: str) -> Actor:
    return Actor(id=name, role=Role.MOBILE_APP, area=area)
