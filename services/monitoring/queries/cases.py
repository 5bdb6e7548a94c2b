"""Cases: the list of an area, and one case with its steps, dates and days left."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.cases import CaseAct, CaseStatus
from services.monitoring.domain.files.department_lists import LISTS
from services.monitoring.domain.income.figures import MonitoredCategory
from services.monitoring.domain.parameters import Key
from services.monitoring.domain.risks import Risk
from services.monitoring.queries.deadlines.limits import LimitShown, PauseShown, StepLimitShown, pause_of, step_limits, total_limit
from services.monitoring.store import cases, signals
from shared.database.rows import values_of
from shared.database.transaction import Transaction
from shared.kernel.ids import CaseId, HouseholdId
from shared.kernel.page import Place
from shared.kernel.workdays import DayKind


class CaseLine(BaseModel):
    """A case in a list. `due_at` ends the limit from the first lead to the county's decision."""

    id: UUID
    area: str
    household_id: UUID
    status: CaseStatus
    risks: list[Risk]
    category: MonitoredCategory
    opened_at: datetime
    due_at: datetime
    step_limit: StepLimitShown | None
    paused_at: datetime | None
    notice_ends_at: datetime | None
    flag_id: UUID | None
    version: int


class CasePage(BaseModel):
    items: list[CaseLine]
    next: str | None


class StepShown(BaseModel):
    """One act: who took it, when, what was said, and the numbers of the documents of the law that it rests on."""

    act: CaseAct
    became: CaseStatus
    acted_by: str
    acted_at: datetime
    opinion: str | None
    record: dict[str, Any]
    basis: dict[str, Any]


class CaseShown(CaseLine):
    """`days_left` counts days of `day_kind` until `due_at`, negative when it has passed, absent when the case is decided.

    `warnings`: what departments' lists say that the household's members own, to be looked into before it is registered.
    """

    decided_at: datetime | None
    total_limit: LimitShown | None
    pause: PauseShown | None
    days_left: int | None = Field(examples=[7])
    day_kind: DayKind
    basis: dict[str, Any]
    warnings: list[str] = Field(examples=[["名下有车辆登记"]])
    steps: list[StepShown]


async def list_cases(area: str, status: CaseStatus, tx: Transaction, *, after: Place | None, size: int) -> CasePage:
    """List an area's cases in one status, those first whose limit ends first."""
    rows, following = await cases.worklist.page(area, status, tx, after=after, size=size)
    return CasePage.model_validate({"items": await _lines(rows, tx), "next": following})


async def show_case(case_id: CaseId, tx: Transaction) -> CaseShown:
    """Show one case, its limit in the days that it began under; who looked is left in the audit.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    case, steps = await cases.show(case_id, tx)
    await tx.note_read("monitoring_case", case.county_code, case.id)
    day_kind = DayKind(case.basis["limit"][Key.TOTAL_DAY_KIND]["value"])
    [line] = await _lines([case], tx)
    total = await total_limit(case, day_kind, tx)
    line |= {
        "total_limit": total,
        "pause": await pause_of(case, tx),
        "days_left": total.days_left if total else None,
        "day_kind": day_kind,
        "warnings": [LISTS[kind].warning or kind for kind in await signals.holdings_of(HouseholdId(case.household_id), tx)],
        "steps": _steps(steps),
    }
    return CaseShown.model_validate(line)


async def _lines(rows: Sequence[Row[Any]], tx: Transaction) -> list[dict[str, Any]]:
    """Say of each case what it is shown of; a page of them is checked at once."""
    told = values_of(rows)
    for line, limit in zip(told, await step_limits(told, tx), strict=True):
        line |= {"area": line["area_code"], "step_limit": limit}
    return told


def _steps(rows: Sequence[Row[Any]]) -> list[StepShown]:
    return [StepShown(**row._asdict()) for row in rows]


async def households_of_cases(ids: Sequence[UUID], tx: Transaction) -> Mapping[UUID, str]:
    """Name the numbers of the households that cases are about, in the caller's area."""
    return await cases.household_numbers(ids, tx)
