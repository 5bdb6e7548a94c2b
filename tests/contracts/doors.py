"""Operations to be tried with anything: a right request by somebody who may, ways to vary it, and what becomes of it."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx2

from shared.service.http.problems import MEDIA_TYPE
from tests.contracts import hostile
from tests.contracts.conftest import Platform
from tests.contracts.matrix import Caller, inside, request_for
from tests.contracts.operations import PERMISSIONS, Operation, document_of, documented
from tests.contracts.rehearsing import Rehearsing
from tests.contracts.slots import Schemas, Slot
from tests.contracts.wanted import Wanted, right_for
from tests.contracts.world import HERE, World
from tests.fixtures.platform import SERVICES
from tests.shared.service.forms import form, part

DOCUMENTS = {name: document_of(name) for name in SERVICES}
TOLD = {str(operation): told for name in SERVICES for operation, told in documented(name, DOCUMENTS[name])}
SCHEMAS = {name: Schemas(DOCUMENTS[name]["components"]["schemas"]) for name in SERVICES}
UNNAMED = {
    "body": {400},  # what is no JSON has no fields
    "path": {404, 405},  # there is nothing at such an address
    "query": set(),
    "header": {412},  # what is no version of ours is not the version that is there
}
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@dataclass(frozen=True)
class Door:
    """One operation, a right request to it by somebody who may, and the way to vary it."""

    operation: Operation
    wanted: Wanted
    caller: Caller
    http: httpx2.AsyncClient
    database: Rehearsing
    told: Mapping[str, Any]
    schemas: Schemas
    tally: Counter[str]
    folder: Path | None = None

    def parameters(self) -> Iterator[Slot]:
        return self.schemas.parameters(self.told)

    def fields(self) -> Iterator[Slot]:
        schema = self.schemas.body_of(self.told)
        return iter(()) if schema is None else self.schemas.fields(schema, self.wanted.body)

    def form_fields(self) -> Iterator[Slot]:
        schema = self.schemas.form_of(self.told)
        return iter(()) if schema is None else self.schemas.form_fields(schema)

    def objects(self) -> Iterator[tuple[str | int, ...]]:
        schema = self.schemas.body_of(self.told)
        return iter(()) if schema is None else self.schemas.objects(schema, self.wanted.body)

    def request(self) -> httpx2.Request:
        return request_for(self.operation, self.wanted, self.caller)

    async def send(
        self, *, body: bytes | None = None, path: str = "", query: str = "", headers: Mapping[str, bytes] | None = None
    ) -> httpx2.Response:
        """Send the right request with something else in it."""
        right = self.request()
        changed = {name.encode(): value for name, value in (headers or {}).items()}
        kept = [(name, value) for name, value in right.headers.raw if name.lower() not in {*changed, b"content-length"}]
        url = right.url.copy_with(raw_path=(path or right.url.path).encode() + (b"?" + (query.encode() or right.url.query)).rstrip(b"?"))
        before, files = self.database.granted, self.files()
        content = right.content if body is None else body
        answer = await self.http.send(httpx2.Request(right.method, url, headers=[*kept, *changed.items()], content=content))
        assert answer.is_success == (self.database.granted > before), "a refusal keeps nothing"
        assert answer.is_success or self.files() == files, "a refusal leaves no file"
        self.tally["hostile requests"] += 1
        return answer

    def files(self) -> set[str]:
        """Name what lies in the service's folder."""
        return {file.name for file in self.folder.iterdir()} if self.folder else set()

    async def send_in_form(self, slot: Slot, value: bytes, *, file: str = "rows.csv") -> httpx2.Response:
        """Send the right form with a value in one of its fields, whatever stands in it."""
        name = str(slot.keys[0])
        fields = {**{each: text.encode() for each, text in (self.wanted.form or {}).items()}, "file": self.wanted.file, name: value}
        return await self.send(body=form(*(part(each, content, file=file if each == "file" else None) for each, content in fields.items())))

    async def send_in(self, slot: Slot, value: bytes) -> httpx2.Response:
        """Send the right request with a value in one of its parameters."""
        name = str(slot.keys[0])
        written = quote(value, safe="")
        match slot.where:
            case "path":
                return await self.send(path=self.operation.path.format(**{**self.wanted.path, name: written}))
            case "query":
                others = {key: value for key, value in self.wanted.query.items() if key != name}
                return await self.send(query="&".join([f"{name}={written}", *(f"{key}={value}" for key, value in others.items())]))
            case "header":
                return await self.send(headers={name: value})
        raise AssertionError(f"a parameter in a place that we do not know: {slot}")


@asynccontextmanager
async def door_to(
    operation: Operation, platform: Platform, worlds: dict[str, World], owners: dict[str, asyncpg.Connection], tally: Counter[str]
) -> AsyncIterator[Door]:
    """Open a door; what lies behind it has as many rows afterwards as before."""
    door, service = door_of(operation, platform, worlds, tally), operation.service
    assert (await door.http.send(door.request())).status_code == door.wanted.status, "the request that is varied here has to be right"
    before = await rows_of(owners[service])
    yield door
    assert await rows_of(owners[service]) == before


def door_of(operation: Operation, platform: Platform, worlds: dict[str, World], tally: Counter[str], http: httpx2.AsyncClient | None = None) -> Door:
    """The door of an operation, with a right request by somebody who may, at the service or wherever it is reached."""
    service = operation.service
    caller = inside(sorted(PERMISSIONS[service][operation.id])[0])
    wanted, files = right_for(str(operation), worlds[HERE], caller.actor), platform.apps[service].state.files
    return Door(
        operation=operation,
        wanted=wanted,
        caller=caller,
        http=http or platform.http[service],
        database=platform.databases[service],
        told=TOLD[str(operation)],
        schemas=SCHEMAS[service],
        tally=tally,
        folder=files.folder if files else None,
    )


async def rows_of(owner: asyncpg.Connection) -> dict[str, int]:
    """Count the rows of every table."""
    counts = [f"SELECT '{row['tablename']}', count(*) FROM \"{row['tablename']}\"" for row in await owner.fetch(TABLES)]
    return {row[0]: row[1] for row in await owner.fetch(" UNION ALL ".join(counts))}


def refused(answer: httpx2.Response) -> set[str]:
    """Read a refusal; give the fields that it names."""
    assert 400 <= answer.status_code < 500, f"{answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"] == MEDIA_TYPE, answer.headers["content-type"]
    assert not any(said in answer.text for said in hostile.NEVER_SAID), answer.text[:300]
    assert answer.json()["status"] == answer.status_code
    return {fault["field"] for fault in answer.json().get("fields", [])}


def names(fields: set[str], slot: Slot) -> bool:
    """The place of the value is named, or something inside it."""
    return any(field in (slot.name, slot.keys[-1]) or field.startswith(f"{slot.name}.") for field in fields)


def judged(slot: Slot, name: str, answer: httpx2.Response, *, fits: bool) -> list[str]:
    """Say what is wrong: a legitimate value is granted, or refused for another reason than its form; any other is refused by name."""
    try:
        if answer.is_success:
            assert fits, f"granted: {answer.text[:300]}"
            return []
        fields = refused(answer)
        malformed = answer.json()["type"].rpartition(":")[2] in ("Malformed", "KeyMissing")
        assert not (fits and malformed), f"it fits: {answer.text[:300]}"
        assert fits or answer.status_code in UNNAMED[slot.where] or names(fields, slot), f"it is not named: {answer.text[:300]}"
    except AssertionError as error:
        return [f"{slot.name}, {name}: {error}"]
    return []
