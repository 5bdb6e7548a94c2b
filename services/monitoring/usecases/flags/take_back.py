"""End a flag and what it owes; what becomes of its household is for whoever asks."""

from services.monitoring.domain.flags import flags as rules
from services.monitoring.publications import present_flags
from services.monitoring.store.flags import flags, ledger
from services.monitoring.store.register import categories
from shared.database.transaction import Transaction
from shared.wire import DocumentNumber, SafeText, command


@command
class WithdrawFlag:
    reason: rules.WithdrawalReason
    opinion: SafeText
    document_number: DocumentNumber


async def take_back(flag: rules.Flag, withdrawal: WithdrawFlag, tx: Transaction) -> int:
    """Withdraw a flag as it was read: its referrals end here, its tasks when their services hear of it. The record stays; give its new version.

    :raises FlagOver: it is over already.
    :raises Stale: somebody changed it since.
    """
    status = rules.withdraw(flag)
    why = {"reason": withdrawal.reason, "opinion": withdrawal.opinion, "document_number": withdrawal.document_number}
    version = await flags.clear(flag, tx, expected=flag.version, status=status, why=why)
    await ledger.withdraw_referrals(flag.id, flag.county_code, tx)
    await categories.end(flag.household_id, tx)
    tx.publish(*await present_flags([flag.id], flag.county_code, tx))
    return version
