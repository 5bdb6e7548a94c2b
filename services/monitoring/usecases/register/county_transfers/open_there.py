"""The second step of a transfer to another county: the new one opens the household with all that has moved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.monitoring.domain.incidents.hazards import hardship_of
from services.monitoring.domain.leads.leads import Channel
from services.monitoring.domain.register.county_transfers import CountyTransfer, TransferId, TransferStatus
from services.monitoring.domain.register.households import Household, HouseholdKind
from services.monitoring.domain.register.lineage import Home, LineageAct, entries
from services.monitoring.domain.risks import Hardship
from services.monitoring.store.income import incomes
from services.monitoring.store.register import belongings, county_transfers, households, lineage
from services.monitoring.store.register.belongings import harm, means
from services.monitoring.store.register.belongings.harm import LeftBehind
from services.monitoring.usecases.leads.open_lead import NewLead, open_lead
from services.monitoring.usecases.register.changes.said import act_of
from services.monitoring.usecases.register.find_duplicates import find_duplicates
from services.monitoring.usecases.register.register_household import RegisteredElsewhere
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of


async def open_there(transfer_id: TransferId, tx: Transaction) -> None:
    """Open a household in its new county under an id of its own (R38, R44; plan ch.3 s.1), once: who comes again finds it open.

    Its people without an ID number are compared with those who are there (R52). One that was monitored is a lead there, so that the new village
    looks at it; so is one to which a check or visits are owed after a disaster that does not go on there (R56). The transfer is the lead's origin,
    so there is one.

    :raises RegisteredElsewhere: one of its people was registered elsewhere meanwhile, which their registration until this step prevents.
    """
    transfer = await county_transfers.hold(transfer_id, tx)
    if transfer.status is not TransferStatus.CLOSED:
        return
    content = await county_transfers.content_of(transfer, tx)
    await _register(transfer, content, tx)
    if not await belongings.unpack(transfer.to_household, transfer.to_village, content, tx):
        raise RegisteredElsewhere
    await find_duplicates(transfer.to_village, [UUID(each["id"]) for each in content["people"]], tx)
    home = Home(household_id=transfer.to_household, village=transfer.to_village)
    place = {"county_code": county_of(home.village), "area_code": home.village, "household_id": home.household_id}
    left_behind = await harm.unpack(place, content, tx)
    if content["risks"] is not None or left_behind:
        await _have_it_looked_at(transfer, content["risks"], left_behind, tx)
    act = act_of(LineageAct.TRANSFER, tx, reason=transfer.reason, document_number=transfer.document_number, change_id=transfer.id)
    origin = Home(household_id=transfer.from_household, village=transfer.from_village)
    await lineage.add(entries(act, origin, home, files_of=[home]), tx)
    await county_transfers.open_up(transfer, tx)


async def _register(transfer: CountyTransfer, content: dict[str, Any], tx: Transaction) -> None:
    """Register the household and what it lives on under the number that was asked for; one that is taken by now gives way to the id."""
    own = str(transfer.to_household)
    household = _household(transfer, content, transfer.number or own)
    if not await households.add(household, tx):
        await households.add(_household(transfer, content, own), tx)
    await incomes.add(household, tx, behind=means.behind_in(content))


def _household(transfer: CountyTransfer, content: dict[str, Any], number: str) -> Household:
    return Household(
        id=transfer.to_household,
        area_code=transfer.to_village,
        number=number,
        kind=HouseholdKind(content["kind"]),
        income=means.income_in(content),
        visit_due_at=datetime.fromisoformat(content["due_at"]),
        members=(),
    )


async def _have_it_looked_at(transfer: CountyTransfer, risks: Sequence[str] | None, left_behind: Sequence[LeftBehind], tx: Transaction) -> None:
    monitored = [f"跨县迁入的监测对象，原县认定的风险类型：{'、'.join(risks)}。"] if risks is not None else []
    lead = NewLead(
        area_code=transfer.to_village,
        household_id=transfer.to_household,
        channel=Channel.TRANSFER,
        hardships=[*([Hardship.OTHER] if monitored else []), *dict.fromkeys(hardship_of(each.hazard) for each in left_behind)],
        note="".join([*monitored, *(_owed(each) for each in left_behind), "请入户核实。"]),
    )
    await open_lead(lead, tx, origin=transfer.id)


def _owed(left: LeftBehind) -> str:
    return f"在原县遇灾情“{left.title}”，{'尚未核查是否受灾' if left.unchecked else f'已核查受灾，尚有灾后回访{left.visits}次未办'}。"
