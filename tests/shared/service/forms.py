"""A service that takes files, for the tests: its router, its app, and forms as clients send them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel

from shared.database.transaction import Database
from shared.files.store import FileStore
from shared.kernel.actors import Role
from shared.kernel.errors import Invalid
from shared.service.http.apps import create_service, service_router
from shared.service.http.requests import InTransaction
from shared.service.http.uploads import UploadedFile, UploadLimits, takes_a_file
from shared.service.identity import Identity
from shared.service.metrics import Metrics
from shared.service.settings import ServiceSettings
from shared.wire import AreaCode, SafeText, Year, command

BOUNDARY = "----of-the-tests"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
MIB = 2**20

imports = service_router("imports")


class Kind(StrEnum):
    HOUSEHOLDS = "households"
    LEADS = "leads"


@command
class NewImport:
    kind: Kind
    area: AreaCode | None = None
    year: Year = 2021
    dry: bool = False
    note: SafeText | None = None


class JobAccepted(BaseModel):
    id: UUID
    kind: str
    name: str
    size: int
    sha256: str
    year: int
    dry: bool


class Unwanted(Invalid):
    """What this service refuses after the file has come in."""


@imports.post("/v1/imports", status_code=202)
@takes_a_file(NewImport)
async def new_import(file: UploadedFile, form: NewImport, tx: InTransaction) -> JobAccepted:
    """导入一份表格。"""
    if form.note == "unwanted":
        raise Unwanted("body.note")
    return JobAccepted(id=file.id, kind=form.kind, name=file.name, size=file.size, sha256=file.sha256, year=form.year, dry=form.dry)


def taking_files(database: Database, settings: ServiceSettings, folder: Path, **limits: Any) -> FastAPI:
    """Make the app of a service that takes files into a folder."""
    return create_service(
        "files",
        "",
        imports,
        service="projects",
        database=database,
        identity=Identity("projects", settings.public_keys(), issuer=settings.issuer),
        permissions={"new_import": frozenset({Role.COUNTY_OFFICER})},
        metrics=Metrics("files"),
        files=FileStore(folder),
        uploads=UploadLimits(**{"largest": 64 * MIB, "seconds": 60.0, **limits}),
    )


def part(name: str, content: bytes | str, *, file: str | None = None) -> bytes:
    """Write one part of a form."""
    told = f'; filename="{file}"' if file is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'
    return head.encode() + (content if isinstance(content, bytes) else content.encode()) + b"\r\n"


def form(*parts: bytes, end: bytes = f"--{BOUNDARY}--\r\n".encode()) -> bytes:
    return b"".join(parts) + end


def a_form(content: bytes = b"rows", *, name: str = "rows.xlsx", **fields: str) -> bytes:
    """Write a form that fits: its fields before its file."""
    return form(*(part(field, value) for field, value in {"kind": "households", **fields}.items()), part("file", content, file=name))


async def piecewise(body: bytes, size: int = 2**16) -> AsyncIterator[bytes]:
    """Send a body without saying how large it is."""
    for start in range(0, len(body), size):
        yield body[start : start + size]


class Body:
    """A body of which one sees how far it was read."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in piecewise(self._body):
            self.read += len(piece)
            yield piece


async def asked(
    app: Callable[..., Awaitable[None]], path: str, headers: dict[str, str], receive: Callable[[], Awaitable[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Speak to an app without a client that would tidy up; give what it sent."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": raw, "http_version": "1.1"}
    await app({**scope, "scheme": "http", "server": ("service", 80), "client": ("client", 1), "root_path": "", "asgi": {}}, receive, send)
    return sent


async def silence() -> dict[str, Any]:
    """A client that says nothing more."""
    return await asyncio.Future()
