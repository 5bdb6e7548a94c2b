"""A household's transfer to another county (跨县迁移): closed in the one, then opened in the other (R38; plan ch.3 s.1).

asked ──the old county closes──▶ closed ──the new county opens──▶ done
  └─withdrawal──▶ withdrawn      as long as nothing has happened
Between both steps nobody holds the household but the transfer itself, with everything that moves; its people count as registered all the while.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from shared.kernel.errors import Conflict
from shared.kernel.ids import HouseholdId, derived_id
from shared.kernel.jobs import JobId

TransferId = NewType("TransferId", UUID)


class TransferStatus(StrEnum):
    ASKED = "asked"  # 已受理
    CLOSED = "closed"  # 迁出县已办结
    DONE = "done"  # 迁入县已接收
    WITHDRAWN = "withdrawn"  # 已撤回


OPEN = (TransferStatus.ASKED, TransferStatus.CLOSED)
"""A household has one transfer in these at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyTransfer:
    """A transfer; its content, what moves, is kept sealed between both steps only."""

    id: TransferId
    from_household: HouseholdId
    from_village: str
    to_household: HouseholdId
    to_village: str
    number: str | None
    status: TransferStatus
    reason: str
    document_number: str
    job_id: JobId
    asked_by: str
    asked_at: datetime
    closed_at: datetime | None
    opened_at: datetime | None
    version: int


class TransferOver(Conflict):
    sentence = "该户已由迁入县接收，迁移已办结。"
    english = "The household has arrived: the transfer is done."


class TransferUnderWay(Conflict):
    sentence = "迁移正在办理，请稍候。"
    english = "The transfer is being done: wait for it."


class TransferAsked(Conflict):
    sentence = "该户已有跨县迁移在办，请先办结或撤回。"
    english = "A transfer of this household to another county is under way: finish or withdraw it first."


class TransferBegun(Conflict):
    sentence = "迁出县已办结，迁移不能撤回。"
    english = "The old county has closed the household: the transfer is not withdrawn any more."


class TransferWithdrawn(Conflict):
    sentence = "迁移已撤回。"
    english = "The transfer was withdrawn."


def household_there(transfer_id: TransferId, household_id: HouseholdId) -> HouseholdId:
    """Name the household that opens in the new county: the same one, however often it is tried."""
    return HouseholdId(derived_id(transfer_id, f"household/{household_id}"))


def resume(transfer: CountyTransfer, *, job_is_over: bool) -> None:
    """Hold a new attempt against how the transfer stands.

    :raises TransferOver: the household has arrived; TransferWithdrawn: it was withdrawn.
    :raises TransferUnderWay: the last attempt is still at it.
    """
    if transfer.status is TransferStatus.DONE:
        raise TransferOver
    if transfer.status is TransferStatus.WITHDRAWN:
        raise TransferWithdrawn
    if not job_is_over:
        raise TransferUnderWay


def withdraw(transfer: CountyTransfer) -> None:
    """Take a transfer back; a job that is still to begin finds nothing to do.

    :raises TransferBegun: the old county has closed the household, or the new one has it already.
    :raises TransferWithdrawn: it was withdrawn before.
    """
    if transfer.status in (TransferStatus.CLOSED, TransferStatus.DONE):
        raise TransferBegun
    if transfer.status is TransferStatus.WITHDRAWN:
        raise TransferWithdrawn
