"""Figures as a worker folds them, and as they are counted from scratch."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from services.monitoring.store.reading import area_figures
from services.monitoring.usecases.reading.fold_figures import fold_waiting
from shared.database.transaction import Database
from shared.kernel.actors import service_actor
from shared.kernel.areas import COUNTIES
from tests.monitoring.decisions.conftest import bulk
from tests.monitoring.files.conftest import files, job_runner
from tests.monitoring.incidents.conftest import incidents
from tests.monitoring.quality.conftest import quality
from tests.monitoring.regional.conftest import check, count, here, work

__all__ = ["bulk", "check", "count", "files", "here", "incidents", "job_runner", "quality", "work"]

Fold = Callable[[], Awaitable[int]]
Wrong = Callable[[], Awaitable[int]]

_DIFFERENT = """
    SELECT f.area_code, f.topic, f.period, f.key, f.value FROM area_figure f WHERE length(f.area_code) < 12
      AND f.value - f.own <> coalesce((SELECT sum(b.value) FROM area_figure b
        WHERE b.county_code = f.county_code AND (b.topic, b.period, b.key) = (f.topic, f.period, f.key)
          AND length(b.area_code) = length(f.area_code) + 3 AND starts_with(b.area_code, f.area_code)), 0)
"""


@pytest.fixture
def fold(monitoring_worker: Database) -> Fold:
    """Fold every county, as the duty does."""

    async def run() -> int:
        folded = 0
        for county in COUNTIES:
            async with monitoring_worker.transaction(service_actor("monitoring", county)) as tx:
                folded += await fold_waiting(tx)
        return folded

    return run


@pytest.fixture
def wrong(monitoring_worker: Database, admin: asyncpg.Connection) -> Wrong:
    """Count every county from scratch, and say how many figures were not what was kept; what is wrong of one is corrected."""

    async def run() -> int:
        found = 0
        for county in COUNTIES:
            async with monitoring_worker.transaction(service_actor("monitoring", county)) as tx:
                found += await area_figures.recount(county, tx)
        rows: list[Any] = await admin.fetch(_DIFFERENT)
        assert rows == [], "what an area has is its own and what lies below"
        return found

    return run
