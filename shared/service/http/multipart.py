"""Reads a form with one file from its stream, and holds no more of it than the piece that has just come.

Promises: the file in pieces as they come, the other fields as text, every name known and none twice.
Does not promise that a field fits: that is for the command's class.
Not for forms without a file: those are JSON here.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Collection

from fastapi.exceptions import RequestValidationError
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException

FILE = "file"
LARGEST_FIELD = 4096
MOST_HEADERS = 8
LARGEST_HEADER = 4096


def unfit(reason: str, *place: str) -> RequestValidationError:
    """Make the error of a field that does not fit, as the framework makes those of a JSON body."""
    return RequestValidationError([{"type": reason, "loc": place}])


def boundary_of(content_type: str) -> bytes:
    """Read what stands between the parts.

    :raises RequestValidationError: this is no form.
    :raises HTTPException: 400, it is one, but says no boundary.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise unfit("multipart", "header", "content-type")
    if not options.get(b"boundary"):
        raise HTTPException(400)
    return options[b"boundary"]


class FormReader:
    """One form, read once: `until_file`, then `file` if there is one, then `rest`."""

    def __init__(self, chunks: AsyncIterator[bytes], boundary: bytes, *, names: Collection[str]) -> None:
        self._chunks, self._names = chunks, names
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self._name = ""
        self._text = bytearray()
        self._pieces: list[bytes] = []
        self._file_ended = self._ended = False
        self._header, self._value = b"", b""
        self._disposition = b""
        try:
            self._parser = self._parser_for(boundary)
        except FormParserError as error:
            raise HTTPException(400) from error

    async def until_file(self) -> bool:
        """Read on to the file; say whether there is one."""
        while self.file_name is None and await self._read():
            pass
        return self.file_name is not None

    async def file(self) -> AsyncGenerator[bytes, None]:
        """Give the file in pieces as they come."""
        while True:
            pieces, self._pieces = self._pieces, []
            for piece in pieces:
                yield piece
            if self._file_ended or not await self._read():
                return

    async def rest(self) -> None:
        """Read what follows the file.

        :raises RequestValidationError: a field is not known here, stands there twice or is too long.
        :raises HTTPException: 400, this is no form, or its end is missing.
        """
        while await self._read():
            pass

    async def _read(self) -> bool:
        chunk = await anext(self._chunks, None)
        if chunk is None:
            if not self._ended:
                raise HTTPException(400)
            return False
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise HTTPException(400) from error
        return True

    def _parser_for(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
            max_header_count=MOST_HEADERS,
            max_header_size=LARGEST_HEADER,
        )

    def _on_part_begin(self) -> None:
        self._disposition = b""

    def _on_header_field(self, chunk: bytes, start: int, end: int) -> None:
        self._header += chunk[start:end]

    def _on_header_value(self, chunk: bytes, start: int, end: int) -> None:
        self._value += chunk[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _on_headers_finished(self) -> None:
        """Begin a part: the file, or a field."""
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise HTTPException(400)
        self._name = options[b"name"].decode(errors="replace")
        if self._name in self.fields or (self._name == FILE and self.file_name is not None):
            raise unfit("repeated", "body", self._name)
        if self._name == FILE:
            self.file_name = options.get(b"filename", b"").decode(errors="replace")
        elif self._name not in self._names:
            raise unfit("unexpected_keyword_argument", "body", self._name)
        self._text.clear()

    def _on_part_data(self, chunk: bytes, start: int, end: int) -> None:
        if self._name == FILE:
            self._pieces.append(chunk[start:end])
        elif len(self._text) + end - start > LARGEST_FIELD:
            raise unfit("string_too_long", "body", self._name)
        else:
            self._text += chunk[start:end]

    def _on_part_end(self) -> None:
        if self._name == FILE:
            self._file_ended = True
            return
        try:
            self.fields[self._name] = self._text.decode()
        except UnicodeDecodeError as error:
            raise unfit("string_unicode", "body", self._name) from error

    def _on_end(self) -> None:
        self._ended = True
