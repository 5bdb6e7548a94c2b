"""Sweeps, as the worker does them, and what they said of one matter."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from services.monitoring.usecases.deadlines.watch_deadlines import watch_deadlines
from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from tests.builders.people import proof
from tests.builders.story import Way
from tests.fixtures.clock import SetClock
from tests.fixtures.tokens import HOME

Sweep = Callable[..., Awaitable[int]]
Said = Callable[..., Awaitable[list[tuple[str, str, str]]]]

_SAID = "SELECT kind, level, status, area_code FROM escalation WHERE subject_id = $1 ORDER BY raised_at, id"


@pytest.fixture
def sweep(monitoring_worker: Database) -> Sweep:
    """Sweep a county and then the prefecture, or only one of them."""

    async def run(*areas: str) -> int:
        said = 0
        for area in areas or (HOME[:6], "5309"):
            async with monitoring_worker.transaction(service_actor("monitoring", area)) as tx:
                said += await watch_deadlines(tx)
        return said

    return run


@pytest.fixture
def said(admin: asyncpg.Connection) -> Said:
    """Say what was said of a matter, in its order: kind, level, status."""

    async def of(subject_id: str, **wanted: str) -> list[tuple[str, str, str]]:
        rows = await admin.fetch(_SAID, subject_id)
        assert all(len(row["area_code"]) == {"village": 12, "township": 9, "county": 6, "prefecture": 4}[row["level"]] for row in rows)
        return [(row["kind"], row["level"], row["status"]) for row in rows if all(row[name] == value for name, value in wanted.items())]

    return of


async def on(way: Way, moment: str, set_clock: SetClock) -> Way:
    """Go on at a moment in Lincang, in the morning if only a day is named."""
    return replace(way, now=await set_clock(datetime.fromisoformat(f"{moment}{'' if 'T' in moment else 'T09:00:00'}+08:00")))


def a_pause(**changes: Any) -> dict[str, Any]:
    return {"waiting_on": "department", "reason": "待医保部门核对报销明细", "evidence": proof("协查函"), **changes}
