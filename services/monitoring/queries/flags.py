"""Flags: the list of an area, one flag, and how what it owes was answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.flags.flags import Flag, FlagStatus
from services.monitoring.domain.risks import Risk
from services.monitoring.store.flags import flags, ledger
from shared.database.transaction import Transaction
from shared.kernel.assistance import TaskStatus
from shared.kernel.ids import FlagId
from shared.kernel.page import Place


class FlagShown(BaseModel):
    """A flag. `due_at`: by when the first of what it owes is due."""

    id: UUID
    area: str
    household_id: UUID
    status: FlagStatus
    risks: list[Risk]
    raised_at: datetime
    due_at: datetime
    version: int


class FlagPage(BaseModel):
    items: list[FlagShown]
    next: str | None


class LedgerLine(BaseModel):
    """One owed measure: who answers it, by when, and how its answer stands; no status means no answer yet."""

    id: UUID
    measure: str
    service: str
    due_at: datetime
    status: TaskStatus | None
    task: str | None


class FanOut(BaseModel):
    """What a flag owes; `owed` and `confirmed` are equal when every measure has its answer."""

    flag_id: UUID
    owed: int
    confirmed: int
    measures: list[LedgerLine]


async def list_flags(area: str, status: FlagStatus, tx: Transaction, *, after: Place | None, size: int) -> FlagPage:
    """List an area's flags in one status, those first whose first measure is due first."""
    rows, following = await flags.worklist.page(area, status, tx, after=after, size=size)
    return FlagPage(items=[_shown(row) for row in rows], next=following)


async def show_flag(flag_id: FlagId, tx: Transaction) -> FlagShown:
    """Show one flag.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    return _shown(await flags.get(flag_id, tx))


async def show_fan_out(flag_id: FlagId, tx: Transaction) -> FanOut:
    """Show the ledger of one flag.

    :raises NotFound: there is none, or it lies outside the caller's area.
    """
    flag = await flags.get(flag_id, tx)
    lines = [
        LedgerLine(
            id=row.id,
            measure=row.measure,
            service=row.service,
            due_at=row.due_at,
            status=row.status,
            task=f"{row.service}.{row.task_id}" if row.task_id else None,
        )
        for row in await ledger.lines([flag.id], [flag.county_code], tx)
    ]
    return FanOut(flag_id=flag.id, owed=len(lines), confirmed=sum(line.status is not None for line in lines), measures=lines)


async def households_of_flags(ids: Sequence[UUID], tx: Transaction) -> Mapping[UUID, str]:
    """Name the numbers of the households that flags are about, in the caller's area."""
    return await flags.household_numbers(ids, tx)


def _shown(flag: Flag | Any) -> FlagShown:
    names = ("id", "household_id", "status", "risks", "raised_at", "due_at", "version")
    return FlagShown(area=flag.area_code, **{name: getattr(flag, name) for name in names})
