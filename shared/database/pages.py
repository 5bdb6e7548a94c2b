"""Pages of a list. A page lies inside one county; a wider one walks its counties from the cursor onward until it is full.

Promises: every row of an area in one status once, in the order of its due date, whatever is added meanwhile.
Does not promise a count: counting is what makes lists slow.
Not for lists of several statuses at once, which no index holds in order.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Index, Row, Select, bindparam, text, tuple_
from sqlmodel import col

from shared.database.columns import CODE, INSTANT
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTY, TOWNSHIP, VILLAGE, counties_in, is_inside
from shared.kernel.page import Place

Rows = list[Row[Any]]
_LEVELS: dict[str, tuple[str, ...]] = {"county": (), "township": ("township_code",), "village": ("area_code",)}


class Worklist:
    """The questions to one worklist table, for every level of area, from the top or from a place, built once.

    The level decides the column, and with it the index `(county_code, <level>_code, status, due_at, id)`.
    """

    def __init__(self, table: Any, question: Any) -> None:
        levels = {COUNTY: table.county_code, TOWNSHIP: table.township_code, VILLAGE: table.area_code}
        order = col(table.due_at), col(table.id)
        beyond = tuple_(*order) > tuple_(bindparam("due_at", type_=INSTANT), bindparam("after_id", type_=table.id.type))
        self._questions: dict[tuple[int, bool], Select[Any]] = {}
        for level, column in levels.items():
            top = (
                question.where(
                    col(table.county_code) == bindparam("county", type_=CODE),
                    col(column) == bindparam("area", type_=CODE),
                    col(table.status) == bindparam("status", type_=CODE),
                )
                .order_by(*order)
                .limit(bindparam("at_most"))
            )
            self._questions[level, False], self._questions[level, True] = top, top.where(beyond)

    async def page(self, area: str, status: str, tx: Transaction, *, after: Place | None, size: int, **asked: Any) -> tuple[Rows, str | None]:
        """Read a page of an area's rows in one status by due date, and the cursor of the next page.

        :param asked: what else the list's own question asks by.

        A wider area than the caller's own is read as the caller's: the policy would hide the rest row by row.
        """
        if is_inside(tx.actor.area, area):
            area = tx.actor.area

        async def read(county: str, place: Place | None, at_most: int) -> Sequence[Row[Any]]:
            return await self._read(county, area, status, tx, after=place, at_most=at_most, asked=asked)

        return await walk(area, read, after=after, size=size)

    async def _read(
        self, county: str, area: str, status: str, tx: Transaction, *, after: Place | None, at_most: int, asked: Mapping[str, Any]
    ) -> Sequence[Row[Any]]:
        narrow = county if len(area) < COUNTY else area
        values = {"county": county, "area": narrow, "status": status, "at_most": at_most, **asked}
        if after:
            values |= {"due_at": after.due_at, "after_id": after.id}
        return (await tx.execute(self._questions[len(narrow), after is not None], values)).all()


Read = Callable[[str, Place | None, int], Awaitable[Sequence[Row[Any]]]]
"""Read rows of one county from a place onward, at most so many: each has a `county_code`, a `due_at` by which it is sorted, and an `id`."""


async def walk(area: str, read: Read, *, after: Place | None, size: int) -> tuple[Rows, str | None]:
    """Read a page of an area's rows, county after county until it is full, and the cursor of the next page."""
    found: Rows = []
    for county in counties_in(area):
        if after and county < after.county:
            continue
        found += await read(county, after if after and after.county == county else None, size + 1 - len(found))
        if len(found) > size:
            break
    last = found[size - 1] if len(found) > size else None
    return found[:size], str(Place(county=last.county_code, due_at=last.due_at, id=last.id)) if last else None


def worklist_indexes(name: str) -> list[Any]:
    """The three indexes that a worklist table needs."""
    return [Index(f"ix_{name}_{level}", "county_code", *column, "status", "due_at", "id") for level, column in _LEVELS.items()]


def due_indexes(name: str, due: str, *, where: str, by: str = "status") -> list[Any]:
    """The three indexes of what is under way in a table, by what it waits for: the end of a step, not of the whole; `by` whom or in which status."""
    return [
        Index(f"ix_{name}_work_{level}", "county_code", *column, by, text(due), "id", postgresql_where=text(where))
        for level, column in _LEVELS.items()
    ]
