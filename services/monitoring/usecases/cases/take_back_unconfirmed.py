"""The procedure after a green channel ends with a refusal: the flag that was raised first is taken back, with its tasks."""

from services.monitoring.domain.cases import Case
from services.monitoring.domain.flags.flags import FlagStatus, WithdrawalReason
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.store.flags import flags
from services.monitoring.store.register import households
from services.monitoring.usecases.flags.take_back import WithdrawFlag, take_back
from shared.database.transaction import Transaction


async def take_back_unconfirmed(case: Case, tx: Transaction, *, reason: str) -> None:
    """Take back the flag that a refused case's household got through the green channel; the household is as it was before.

    A flag that the household had already stays.
    """
    if not case.flagged_first or case.flag_id is None:
        return
    flag = await flags.get(case.flag_id, tx)
    if flag.status is not FlagStatus.OPEN:
        return
    why = WithdrawFlag(reason=WithdrawalReason.NOT_CONFIRMED, opinion=reason, document_number=case.green_channel_document or "")
    await take_back(flag, why, tx)
    await households.mark(case.household_id, HouseholdStatus.NORMAL, tx)
