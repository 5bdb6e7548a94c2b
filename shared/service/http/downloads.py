"""Answers that are files: sent piece by piece, saved under their own name, kept by no cache.

Promises: the transaction that found the file is over before the first byte leaves.
Does not promise parts of a file: whoever is cut off asks for the whole again.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi.responses import FileResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.kernel.errors import NotFound

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"


class FileGone(NotFound):
    sentence = "文件已按期删除，请重新办理。"
    english = "The file has been deleted in due time: ask for it anew."


class FileAnswer(FileResponse):
    """A whole file; a request for a part of it gets the whole, which every client must take."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)


class PassingFile(FileAnswer):
    """A file that was made for this answer: it is deleted when the answer has left, or whoever asked for it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            _delete(Path(self.path))


async def file_answer(path: Path, *, name: str, media_type: str) -> FileAnswer:
    """Answer with a file.

    :raises FileGone: it is not there any more.
    """
    return await _answer(FileAnswer, path, name=name, media_type=media_type)


async def passing_file(path: Path, *, name: str, media_type: str) -> FileAnswer:
    """Answer with a file that nobody needs afterwards; what never left is found by whoever deletes old files."""
    return await _answer(PassingFile, path, name=name, media_type=media_type)


def _delete(path: Path) -> None:
    """Delete a file at once: whoever is cancelled has no time to wait for it."""
    path.unlink(missing_ok=True)


async def _answer(kind: type[FileAnswer], path: Path, *, name: str, media_type: str) -> FileAnswer:
    try:
        found = await asyncio.to_thread(path.stat)
    except FileNotFoundError as error:
        raise FileGone from error
    return kind(path, media_type=media_type, stat_result=found, headers={**_headers(name), "Accept-Ranges": "none"})


def streamed_answer(pieces: AsyncIterator[bytes], *, name: str, media_type: str) -> StreamingResponse:
    """Answer with a file that is made while it leaves. What makes it holds no transaction while it waits for the client."""
    return StreamingResponse(pieces, media_type=media_type, headers=_headers(name))


def a_file(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """Document the answer of an endpoint whose `response_class` is `FileAnswer` or a `StreamingResponse`."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in media_types}
    headers = {"Content-Disposition": {"description": "文件名。Its name.", "schema": {"type": "string"}}}
    return {200: {"description": "文件。The file.", "content": content, "headers": headers}}


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
