"""Green channels: what became of the households of an order, and which procedures are still owed."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.cases import UNDER_WAY, CaseStatus
from services.monitoring.domain.incidents.green_channel import ItemStatus, OrderId
from services.monitoring.domain.risks import Risk
from services.monitoring.queries.showing import shown
from services.monitoring.store import cases
from services.monitoring.store.incidents import green_channels
from shared.database.transaction import Transaction
from shared.kernel.page import Place


class OrderedHousehold(BaseModel):
    """A household of an order. `problem` is the name of the refusal."""

    household_id: UUID
    area: str
    status: ItemStatus
    problem: str | None = Field(examples=["TooManyRisks"])
    case_id: UUID | None
    flag_id: UUID | None


class OrderShown(BaseModel):
    id: UUID
    incident_id: UUID
    reason: str
    document_number: str
    ordered_by: str
    ordered_at: datetime
    job_id: UUID
    items: list[OrderedHousehold]
    next: UUID | None = Field(description="下一页的 after。The `after` of the next page.")


class GreenCaseLine(BaseModel):
    """A case whose household was helped first: the steps that are owed, by `procedure_due_at`."""

    id: UUID
    area: str
    household_id: UUID
    status: CaseStatus
    risks: list[Risk]
    opened_at: datetime
    due_at: datetime
    procedure_due_at: datetime
    overdue: bool
    flag_id: UUID | None
    version: int


class GreenCasePage(BaseModel):
    items: list[GreenCaseLine]
    next: str | None


async def show_order(order_id: OrderId, tx: Transaction, *, after: UUID | None, size: int) -> OrderShown:
    """Show an order and a page of its households.

    :raises NotFound: there is none here.
    """
    order = await green_channels.get(order_id, tx)
    rows, following = await green_channels.items(order, tx, after=after, size=size)
    return shown(OrderShown, order, items=[shown(OrderedHousehold, row) for row in rows], next=following)


async def list_green_cases(area: str, status: CaseStatus, tx: Transaction, *, after: Place | None, size: int) -> GreenCasePage:
    """List an area's cases in one status whose households were helped first, those first whose limit ends first."""
    rows, following = await cases.green_worklist.page(area, status, tx, after=after, size=size)
    lines = [shown(GreenCaseLine, row, overdue=row.status in UNDER_WAY and row.procedure_due_at < tx.now) for row in rows]
    return GreenCasePage(items=lines, next=following)
