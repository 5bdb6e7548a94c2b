"""A file of rows, whatever its format."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from shared.files.delimited import Delimited
from shared.files.formats import Format, format_of
from shared.files.limits import Limits
from shared.files.rows import Rows
from shared.files.xlsx import Xlsx


class Source(AbstractContextManager["Source"], Protocol):
    """An opened file of rows."""

    guarded: bool  # an apostrophe or `="…"` may keep a text from becoming a formula

    def mark(self) -> str | None:
        """Give the version mark of our own templates, if the file bears one."""
        ...

    def rows(self) -> Iterator[Rows]:
        """Give all rows in order, the header with them."""
        ...


def opened(file: Path, limits: Limits) -> Source:
    """Open a file by what it is, not by its name.

    :raises Unreadable: it is none that is read, or not let in.
    """
    return _OPENERS[format_of(file)](file, limits)


_OPENERS = {Format.XLSX: Xlsx, Format.CSV: Delimited}
