"""Strike a household off the register (注销)."""

from collections.abc import Mapping
from enum import StrEnum

from services.monitoring.domain.flags.flags import WithdrawalReason
from services.monitoring.domain.register.changes import DepartureReason
from services.monitoring.domain.register.hindrances import may_strike_off
from services.monitoring.domain.register.households import HouseholdStatus
from services.monitoring.store.flags import flags
from services.monitoring.store.register import households
from services.monitoring.store.register.under_way import under_way
from services.monitoring.usecases.cases.cancel_case import cancel_case
from services.monitoring.usecases.flags.take_back import WithdrawFlag, take_back
from services.monitoring.usecases.leads.dismiss_leads import dismiss_leads
from services.monitoring.usecases.register.changes.close_household import strike_from_register
from services.monitoring.usecases.register.changes.said import HouseholdNow
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import as_seen
from shared.wire import DocumentNumber, SafeText, command


class StrikeOffReason(StrEnum):
    ALL_DIED = "all_died"  # 整户死亡
    MOVED_AWAY = "moved_away"  # 整户迁出本市
    ENTERED_IN_ERROR = "entered_in_error"  # 整户错录


@command
class StrikeOffHousehold:
    reason: StrikeOffReason
    opinion: SafeText
    document_number: DocumentNumber


_DEPARTURE: Mapping[StrikeOffReason, DepartureReason] = {
    StrikeOffReason.ALL_DIED: DepartureReason.DIED,
    StrikeOffReason.MOVED_AWAY: DepartureReason.MOVED,
    StrikeOffReason.ENTERED_IN_ERROR: DepartureReason.ENTERED_IN_ERROR,
}
_WITHDRAWAL: Mapping[StrikeOffReason, WithdrawalReason] = {
    StrikeOffReason.ALL_DIED: WithdrawalReason.HOUSEHOLD_GONE,
    StrikeOffReason.MOVED_AWAY: WithdrawalReason.MOVED_AWAY,
    StrikeOffReason.ENTERED_IN_ERROR: WithdrawalReason.ENTERED_IN_ERROR,
}


async def strike_off_household(household_id: HouseholdId, asked: StrikeOffHousehold, tx: Transaction, *, expected: int) -> HouseholdNow:
    """Strike a household off (R44; plan ch.3 s.1): its flag is withdrawn, its case cancelled, its leads are dismissed, so that nothing stays open.

    The sources of its leads are answered.

    :raises Stale: somebody changed it; HouseholdGone: it was struck off already.
    :raises CountyDecides: it is being identified or monitored, and this is not the county.
    """
    household = await households.hold(household_id, tx)
    as_seen(household.version, expected)
    may_strike_off(await under_way(household, tx), by=tx.actor.role)

    if flag := await flags.open_of(household_id, tx):
        why = WithdrawFlag(reason=_WITHDRAWAL[asked.reason], opinion=asked.opinion, document_number=asked.document_number)
        await take_back(flag, why, tx)
    await cancel_case(household_id, tx, reason=asked.opinion, document_number=asked.document_number)
    await dismiss_leads(household, tx, reason=asked.opinion)
    await strike_from_register(
        household, tx, why=_DEPARTURE[asked.reason], reason=f"{asked.reason}：{asked.opinion}", document_number=asked.document_number
    )
    return HouseholdNow(id=household_id, version=household.version + 1, status=HouseholdStatus.GONE)
