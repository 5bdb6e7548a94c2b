"""The procedure after a green channel ends with a refusal: what the household's flag got first is taken back, with its tasks."""

from uuid import UUID

from services.monitoring.domain.cases import Case
from services.monitoring.domain.flags.flags import Added, FlagStatus, WithdrawalReason
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.publications import present_flags
from services.monitoring.store.flags import flags, ledger
from services.monitoring.store.register import households
from services.monitoring.usecases.flags.take_back import WithdrawFlag, take_back
from shared.database.transaction import Transaction


async def take_back_unconfirmed(case: Case, tx: Transaction, *, reason: str) -> None:
    """Take back the flag that a refused case's household got through the green channel; the household is as it was before.

    A flag that the household had already stays; what it gained goes.
    """
    if case.flagged_first and case.flag_id is not None:
        flag = await flags.get(case.flag_id, tx)
        if flag.status is FlagStatus.OPEN:
            why = WithdrawFlag(reason=WithdrawalReason.NOT_CONFIRMED, opinion=reason, document_number=case.green_channel_document or "")
            await take_back(flag, why, tx)
            await households.mark(case.household_id, HouseholdStatus.NORMAL, tx)
    elif case.green_channel_added:
        await _take_off(case, Added(**case.green_channel_added), tx)


async def _take_off(case: Case, added: Added, tx: Transaction) -> None:
    """Take from the household's flag the risks that nobody confirmed, and what is owed for them alone."""
    flag = await flags.open_of(case.household_id, tx)
    if flag is None:
        return
    await flags.set_risks(flag, [risk for risk in flag.risks if risk not in added.risks], tx)
    await ledger.take_back(flag, [UUID(owed_id) for owed_id in added.measures], tx)
    tx.publish(*await present_flags([flag.id], flag.county_code, tx))
