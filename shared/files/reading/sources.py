"""A file of rows, whatever its format."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from shared.files.limits import Limits
from shared.files.reading.formats import Format, format_of
from shared.files.reading.rows import Rows
from shared.files.reading.texts.delimited import Delimited
from shared.files.reading.texts.json_lines import JsonLines
from shared.files.reading.workbooks.xls import Xls
from shared.files.reading.workbooks.xlsx import Xlsx


class Source(Protocol):
    """An opened file of rows."""

    @property
    def guarded(self) -> bool:
        """Say whether an apostrophe or `="…"` may keep a text from becoming a formula."""
        ...

    def mark(self) -> str | None:
        """Give the version mark of our own templates, if the file bears one."""
        ...

    def rows(self) -> Iterator[Rows]:
        """Give all rows in order, the header with them.

        :raises Unreadable: something that only the rows can show.
        """
        ...


_OPENERS: dict[Format, Callable[[Path, Limits], AbstractContextManager[Source]]] = {
    Format.XLSX: Xlsx,
    Format.XLS: Xls,
    Format.CSV: Delimited,
    Format.JSON_LINES: JsonLines,
}


def opened(file: Path, limits: Limits) -> AbstractContextManager[Source]:
    """Open a file by what it is, not by its name.

    :raises Unreadable: it is none that is read, or not let in.
    """
    return _OPENERS[format_of(file, limits)](file, limits)
