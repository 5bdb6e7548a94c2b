"""Take back a flag that was entered in error, or whose household is gone."""

from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain import flags as rules
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.publications import present_flags
from services.monitoring.store import flags, ledger
from services.monitoring.store.register import categories, households
from services.monitoring.usecases.cases.cancel_case import cancel_case
from shared.database.transaction import Transaction
from shared.kernel.ids import FlagId
from shared.kernel.procedure import as_seen
from shared.wire import DocumentNumber, SafeText, command

_AFTERWARDS = {
    rules.WithdrawalReason.ENTERED_IN_ERROR: HouseholdStatus.NORMAL,
    rules.WithdrawalReason.HOUSEHOLD_GONE: HouseholdStatus.GONE,
}


@command
class WithdrawFlag:
    reason: rules.WithdrawalReason
    opinion: SafeText
    document_number: DocumentNumber


class Withdrawn(BaseModel):
    id: UUID
    version: int
    status: rules.FlagStatus


async def withdraw_flag(flag_id: FlagId, withdrawal: WithdrawFlag, tx: Transaction, *, expected: int) -> Withdrawn:
    """Withdraw a flag: its referrals end here, its tasks when their services hear of it. The record stays.

    Of a household that is gone a case under way is cancelled too, and leads that wait are dismissed.

    :raises FlagOver: it is over already.
    :raises Stale: somebody changed it.
    """
    flag = await flags.get(flag_id, tx)
    as_seen(flag.version, expected)
    await households.hold(flag.household_id, tx)
    status = rules.withdraw(flag)

    why = {"reason": withdrawal.reason, "opinion": withdrawal.opinion, "document_number": withdrawal.document_number}
    version = await flags.clear(flag, tx, expected=expected, status=status, why=why)
    await ledger.withdraw_referrals(flag.id, flag.county_code, tx)
    await categories.end(flag.household_id, tx)
    if withdrawal.reason is rules.WithdrawalReason.HOUSEHOLD_GONE:
        await cancel_case(flag.household_id, tx, reason=withdrawal.opinion, document_number=withdrawal.document_number)
    await households.mark(flag.household_id, _AFTERWARDS[withdrawal.reason], tx)
    tx.publish(*await present_flags([flag.id], flag.county_code, tx))
    return Withdrawn(id=flag_id, version=version, status=status)
