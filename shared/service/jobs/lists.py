"""Lists as files: the same filters, the same scope and the same masks as the list itself.

Promises: what is exported is what the list shows, page after page; each export leaves a trace of who took what.
Does not promise one moment: what changes while the pages turn may be in it as it was or as it is.
Not for a picture of everything at once: that is a report.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from shared.database.transaction import Transaction
from shared.kernel.actors import Role
from shared.kernel.errors import Conflict
from shared.kernel.page import Place
from shared.kernel.sheets import Sheet
from shared.kernel.workdays import SHANGHAI

AT_ONCE = 10_000
"""The largest list that is exported inside a request."""

_PAGE = 1_000

Page = Callable[[str, Any, Place | None, int, Transaction], Awaitable[tuple[list[Sequence[object]], str | None]]]
"""Read a page of an area in one status: `(area, status, after, size, tx) -> rows in the order of the sheet's columns, and the next cursor`."""
OpenTransaction = Callable[[], AbstractAsyncContextManager[Transaction]]


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKind:
    """A list that is exported: a declaration.

    :param operation: the id of the operation that answers with it at once.
    :param readers: whose eyes it is for.
    :param page: how its pages are read.
    """

    sheet: Sheet
    operation: str
    readers: frozenset[Role]
    statuses: type[StrEnum]
    default: StrEnum
    page: Page


class TooManyRows(Conflict):
    sentence = "超过一万行，请缩小范围，或通过 POST /v1/exports 作为任务导出。"
    english = "More than ten thousand rows: narrow the list, or export it as a job by POST /v1/exports."


async def gather(
    kind: ListKind,
    area: str,
    status: StrEnum,
    transaction: OpenTransaction,
    into: BinaryIO,
    *,
    at_most: int | None = None,
    told: Callable[[int], Awaitable[None]] | None = None,
) -> int:
    """Spool a list as JSON lines, a page in each transaction; say how many rows there are.

    :param told: is told after each page how many rows there are so far.
    :raises TooManyRows: more than at most.
    """
    rows, cursor = 0, None
    while True:
        async with transaction() as tx:
            page, following = await kind.page(area, status, Place.parse(cursor) if cursor else None, _PAGE, tx)
        rows += len(page)
        if at_most is not None and (rows > at_most or (rows == at_most and following)):
            raise TooManyRows
        into.writelines(orjson.dumps([_plain(value) for value in row], option=orjson.OPT_APPEND_NEWLINE) for row in page)
        if told is not None:
            await told(rows)
        if following is None:
            return rows
        cursor = following


def write(spool: Path, to: Path, sheet: Sheet, form: Format) -> int:
    """Write a spooled list as a file. Takes long: call it in a thread.

    :raises ValueError: there are more rows than a workbook holds.
    """
    from shared.files.writing.tables import write_csv, write_xlsx  # what writes workbooks is loaded by who needs it only

    with spool.open("rb") as lines:
        rows = (orjson.loads(line) for line in lines)
        return write_xlsx(to, sheet, rows) if form is Format.XLSX else write_csv(to, sheet, rows)


def _plain(value: object) -> object:
    """Write a value as a file shows it, times in Shanghai."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return value if value is None or isinstance(value, int | str) else str(value)
