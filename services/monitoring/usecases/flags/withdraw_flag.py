"""Take back a flag that was entered in error, or whose household is gone."""

from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.flags import flags as rules
from services.monitoring.domain.register.changes import DepartureReason
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.store.flags import flags
from services.monitoring.store.register import households
from services.monitoring.usecases.cases.cancel_case import cancel_case
from services.monitoring.usecases.flags.take_back import WithdrawFlag, take_back
from services.monitoring.usecases.register.changes.close_household import strike_from_register
from shared.database.transaction import Transaction
from shared.kernel.errors import Invalid
from shared.kernel.ids import FlagId
from shared.kernel.procedure import as_seen

__all__ = ["WithdrawFlag", "Withdrawn", "withdraw_flag"]


class OnlyByRefusal(Invalid):
    sentence = "“未获认定”只随识别认定不予通过而产生，不能直接撤销。"
    english = "Not confirmed is what a refused case makes of a flag: it is no ground for withdrawing one by hand."


class Withdrawn(BaseModel):
    id: UUID
    version: int
    status: rules.FlagStatus


async def withdraw_flag(flag_id: FlagId, withdrawal: WithdrawFlag, tx: Transaction, *, expected: int) -> Withdrawn:
    """Withdraw a flag: its referrals end here, its tasks when their services hear of it. The record stays.

    A household that is gone is struck off: its case is cancelled, leads that wait are dismissed, and its people live there no more.

    :raises FlagOver: it is over already.
    :raises OnlyByRefusal: the reason given is one that only a refused case has.
    :raises Stale: somebody changed it.
    """
    if withdrawal.reason is rules.WithdrawalReason.NOT_CONFIRMED:
        raise OnlyByRefusal("body.reason")
    flag = await flags.get(flag_id, tx)
    as_seen(flag.version, expected)
    household = await households.hold(flag.household_id, tx)
    version = await take_back(flag, withdrawal, tx)

    if withdrawal.reason is rules.WithdrawalReason.ENTERED_IN_ERROR:
        await households.mark(flag.household_id, HouseholdStatus.NORMAL, tx)
    else:
        await cancel_case(flag.household_id, tx, reason=withdrawal.opinion, document_number=withdrawal.document_number)
        why = DepartureReason.MOVED if withdrawal.reason is rules.WithdrawalReason.MOVED_AWAY else None
        await strike_from_register(household, tx, why=why, reason=withdrawal.opinion, document_number=withdrawal.document_number)
    return Withdrawn(id=flag_id, version=version, status=rules.FlagStatus.WITHDRAWN)
