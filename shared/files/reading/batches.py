"""Read what was uploaded: rows of cleaned texts, and what is wrong with them.

Promises: the file is opened in a process of its own with little memory and little time (`shared/files/capped`), and whatever it holds, the
caller gets batches or an `Unreadable`. Rows come in order, a few thousand at a time; the child waits when the caller is slow.

Not for a web process: it imports polars. Not a check of anything beyond single cells: that is the kind's own.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from shared.files.capped import running
from shared.files.limits import DEFAULT, Limits
from shared.files.reading import checking
from shared.files.unreadable import Unreadable
from shared.kernel.sheets import Sheet
from shared.kernel.workdays import local_day


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file.

    :param rows: `row` (its number, the header being 1), a text or null for each field, and `faults`: null, or JSON `[["field"|null,"code"],…]`.
    :param position: the part of the file that is read, 0 to 1.
    """

    rows: pl.DataFrame
    position: float


async def read(file: Path, sheet: Sheet, *, limits: Limits = DEFAULT, today: date | None = None) -> AsyncGenerator[Batch, None]:
    """Read a file as a kind of sheet.

    :param today: nobody is born after it; by default the day in Asia/Shanghai.
    :raises Unreadable: nothing of the file is taken; batches that came before it are void.
    """
    file = await asyncio.to_thread(file.resolve, strict=True)  # that there is none is not the file's fault
    schema = pl.Schema({"row": pl.UInt32, **{column.field: pl.String for column in sheet.columns}, "faults": pl.String})
    arguments = (file, sheet, limits, today or local_day(datetime.now(UTC)))
    async with aclosing(running.stream(checking.batches, *arguments, limits=limits)) as messages:
        async for message in messages:
            yield _batch(message, schema)


def _batch(message: object, schema: pl.Schema) -> Batch:
    """Take what the child sent for rows only if it is such.

    :raises Unreadable: it is not.
    """
    match message:
        case {"columns": dict() as columns, "position": int() | float() as position} if list(columns) == list(schema):
            try:
                return Batch(pl.DataFrame(columns, schema=schema, strict=True), float(position))
            except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
                raise Unreadable("unreadable") from error
    raise Unreadable("unreadable")
