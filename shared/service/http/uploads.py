"""Endpoints that take a file: it goes to the store as it comes, and nobody holds the whole of it.

Promises: who sends it is known before a byte of it is read; the file is on the disk before the transaction begins; what is refused,
given up or sent again leaves no second file.
Does not promise to undo a file when the commit itself fails, since what failed may have been committed: `FileStore.older_than` finds it.
Not for what fits into a JSON body.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, fields
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from shared.files.store import FileStore, TooLarge
from shared.kernel.ids import new_id
from shared.service.http.multipart import FILE, FormReader, boundary_of, unfit
from shared.service.http.problems import BodyTooLarge
from shared.service.http.receiving import IDLE_SECONDS, in_time

MOST_FIELDS = 16

_LONGEST_NAME = 200
_UNSAFE_IN_A_NAME = re.compile(r'[<>:"|?*]')
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

E = TypeVar("E", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """A file that is in the store. Its name is the client's, made harmless, and for people only."""

    id: UUID
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How large a file may be, how long the whole may take, and how long a silence in it."""

    largest: int
    seconds: float
    idle_seconds: float = IDLE_SECONDS


@dataclass(slots=True, kw_only=True)
class Upload:
    """What came in: a file, which is deleted again unless it is kept, and the form around it."""

    file: UploadedFile
    form: Any
    fingerprint: bytes
    kept: bool = False

    def values_for(self, endpoint: Callable[..., Any]) -> dict[str, Any]:
        """Give the endpoint its file and its form, under the names that it has for them."""
        return {name: self.file if kind is UploadedFile else self.form for name, kind in taken_by(endpoint).items()}


def takes_a_file(form: type[Any]) -> Callable[[E], E]:
    """Mark an endpoint: it takes a multipart form with one file, and the other fields of a command's class."""
    names = [field.name for field in fields(form)]
    if len(names) > MOST_FIELDS or FILE in names:
        raise TypeError(f"a form has at most {MOST_FIELDS} fields, and none of them is the file")

    def mark(endpoint: E) -> E:
        endpoint.__dict__["form"] = form
        return endpoint

    return mark


def form_of(endpoint: Callable[..., Any]) -> type[Any] | None:
    """Say which form an endpoint takes, if it takes a file."""
    return getattr(endpoint, "form", None)


def taken_by(endpoint: Callable[..., Any]) -> Mapping[str, Any]:
    """Name the parameters that come out of the form, which the framework must not see."""
    return {name: kind for name, kind in endpoint.__annotations__.items() if kind in (UploadedFile, form_of(endpoint)) and name != "return"}


@asynccontextmanager
async def received(request: Request, form: type[Any]) -> AsyncIterator[Upload]:
    """Take a form in. Its file is deleted when the block ends, unless it was kept.

    :raises BodyTooLarge: the file is.
    :raises UploadTooSlow: it does not come in time.
    :raises RequestValidationError: a field, or the file, is missing or does not fit.
    :raises HTTPException: 400, this is no form.
    """
    store: FileStore = request.app.state.files
    id, kept = new_id(), False
    try:
        upload = await _receive(request, form, store, id)
        yield upload
        kept = upload.kept
    finally:
        if not kept:
            await store.delete(id)


async def _receive(request: Request, form: type[Any], store: FileStore, id: UUID) -> Upload:
    limits: UploadLimits = request.app.state.upload_limits
    boundary = boundary_of(request.headers.get("content-type", ""))
    async with aclosing(in_time(request.stream(), seconds=limits.seconds, idle_seconds=limits.idle_seconds)) as chunks:
        reader = FormReader(chunks, boundary, names=[field.name for field in fields(form)])
        if not await reader.until_file():
            raise unfit("missing", "body", FILE)
        file = await _stored(reader, store, id, largest=limits.largest)
        await reader.rest()
    return Upload(file=file, form=_fitting(form, reader.fields), fingerprint=_fingerprint(request, reader.fields, file))


async def _stored(reader: FormReader, store: FileStore, id: UUID, *, largest: int) -> UploadedFile:
    try:
        async with aclosing(reader.file()) as pieces:
            kept = await store.keep(pieces, id, largest=largest)
    except TooLarge as error:
        raise BodyTooLarge(error.largest) from error
    return UploadedFile(id=id, name=display_name(reader.file_name or ""), size=kept.size, sha256=kept.sha256)


def _fitting(form: type[Any], given: Mapping[str, str]) -> Any:
    """Make the command out of the fields, which are all text here.

    :raises RequestValidationError: they do not fit it.
    """
    try:
        return TypeAdapter(form).validate_strings(given)
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_input=False)]) from None


def _fingerprint(request: Request, given: Mapping[str, str], file: UploadedFile) -> bytes:
    whole = [request.method, request.url.path, sorted(given.items()), file.sha256]
    return hashlib.sha256(json.dumps(whole).encode()).digest()


def display_name(name: str) -> str:
    """Make the name that a client gives its file harmless: the last part of a path, without what no eye sees. Its end says what it is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(character for character in last if unicodedata.category(character) not in _INVISIBLE)
    return _UNSAFE_IN_A_NAME.sub("_", visible).strip(" .")[-_LONGEST_NAME:] or FILE


def body_document(form: type[Any]) -> dict[str, Any]:
    """Describe the form in the operation's document."""
    schema = TypeAdapter(form).json_schema()
    shown = {name: _inlined(part, schema.get("$defs", {})) for name, part in schema.get("properties", {}).items()}
    properties = {FILE: {"type": "string", "format": "binary", "description": "要上传的文件。The file."}, **shown}
    whole = {
        "type": "object",
        "title": schema["title"],
        "properties": properties,
        "required": [FILE, *schema.get("required", [])],
        "additionalProperties": False,
    }
    return {"required": True, "content": {"multipart/form-data": {"schema": whole, "example": _example(shown)}}}


def _inlined(part: Any, definitions: Mapping[str, Any]) -> Any:
    """Write out what a schema refers to: its definitions are not in the document."""
    if isinstance(part, list):
        return [_inlined(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    referred = definitions.get(str(part.get("$ref", "")).removeprefix("#/$defs/"), {})
    own = {name: each for name, each in part.items() if name != "$ref"}
    return {name: _inlined(each, definitions) for name, each in {**referred, **own}.items()}


def _example(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Fill the form in, with what each field shows of itself."""
    shown = {name: next(iter([*part.get("examples", []), *part.get("enum", [])]), part.get("default")) for name, part in properties.items()}
    return {FILE: "农户.xlsx", **{name: value for name, value in shown.items() if value is not None}}
