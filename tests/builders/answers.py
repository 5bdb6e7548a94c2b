"""Answers to owed measures, as the services that have the tasks announce them."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from shared.events import AssistanceTask
from shared.kernel.assistance import TaskStatus, task_id_for
from shared.kernel.ids import OwedId, new_id
from tests.fixtures.tokens import HOME


def an_answer(
    owed_id: str | UUID,
    status: Literal["opened", "started", "declined", "finished", "withdrawn"] = "opened",
    *,
    area: str = HOME,
    version: int = 1,
    **changes: Any,
) -> AssistanceTask:
    owed = UUID(str(owed_id))
    fields: dict[str, Any] = {
        "id": task_id_for(OwedId(owed)),
        "county_code": area[:6],
        "version": version,
        "owed_id": owed,
        "household_id": new_id(),
        "area_code": area,
        "service": "projects",
        "kind": "industry_support",
        "status": TaskStatus(status),
        "due_at": datetime(2021, 11, 2, 16, 0, tzinfo=UTC),
    }
    return AssistanceTask(**(fields | changes))
