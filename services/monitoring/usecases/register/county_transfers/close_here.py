"""The first step of a transfer to another county: the old one closes the household, and what moves is kept with the transfer."""

from services.monitoring.domain.flags.flags import Flag, WithdrawalReason
from services.monitoring.domain.register.changes import DepartureReason
from services.monitoring.domain.register.county_transfers import CountyTransfer, TransferId, TransferStatus
from services.monitoring.domain.register.hindrances import may_leave_county
from services.monitoring.domain.register.lineage import Home, LineageAct, entries
from services.monitoring.store.flags import flags
from services.monitoring.store.register import belongings, county_transfers, forms, households, lineage
from services.monitoring.store.register.under_way import under_way
from services.monitoring.usecases.flags.take_back import WithdrawFlag, take_back
from services.monitoring.usecases.register.changes.close_household import close_household
from services.monitoring.usecases.register.changes.said import act_of
from shared.database.transaction import Transaction
from shared.kernel.workdays import local_day


async def close_here(transfer_id: TransferId, tx: Transaction) -> None:
    """Close a household in its old county (R38, R44; plan ch.3 s.1), once: who comes again finds it closed.

    Its flag is withdrawn there; its people stay registered until the new county has them.

    :raises CaseUnderWay: a case has been opened since; LeadsUnderWay: a lead has come. Then nothing has happened.
    :raises HouseholdGone: it was struck off since.
    """
    transfer = await county_transfers.hold(transfer_id, tx)
    if transfer.status is not TransferStatus.ASKED:
        return
    household = await households.hold(transfer.from_household, tx)
    may_leave_county(await under_way(household, tx))
    flag = await flags.open_of(transfer.from_household, tx)
    content = await belongings.packed(household, tx) | {"risks": list(flag.risks) if flag else None}

    if flag:
        await _take_back(flag, transfer, tx)
    people = await close_household(household, tx, why=DepartureReason.MOVED)
    await forms.end_present(forms.PersonFormRow, people, household.county_code, local_day(tx.now), tx)
    origin = Home(household_id=transfer.from_household, village=household.area_code)
    act = act_of(LineageAct.TRANSFER, tx, reason=transfer.reason, document_number=transfer.document_number, change_id=transfer.id)
    await lineage.add(entries(act, origin, Home(household_id=transfer.to_household, village=transfer.to_village), files_of=[origin]), tx)
    await county_transfers.close(transfer, content, tx)


async def _take_back(flag: Flag, transfer: CountyTransfer, tx: Transaction) -> None:
    why = WithdrawFlag(reason=WithdrawalReason.MOVED_AWAY, opinion=transfer.reason, document_number=transfer.document_number)
    await take_back(flag, why, tx)
