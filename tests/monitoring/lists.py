"""Reading a whole list, page by page, however much other tests have put into it."""

from typing import Any

from tests.builders.story import done
from tests.fixtures.callers import Caller


async def listed(caller: Caller, path: str, *, size: int = 200, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = done(await caller.get(path, size=size, **query, **cursor))
        assert len(page["items"]) <= size
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}
