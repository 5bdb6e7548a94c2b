"""Move a household to another village of its county (县内迁移)."""

from services.monitoring.domain.register.hindrances import may_transfer, moves_inside_county
from services.monitoring.domain.register.lineage import Home, LineageAct, entries
from services.monitoring.store.places import areas
from services.monitoring.store.register import households, lineage
from services.monitoring.store.register.under_way import under_way
from services.monitoring.usecases.register.changes.said import HouseholdNow, act_of
from services.monitoring.usecases.register.register_household import OutsideYourArea
from services.monitoring.usecases.register.rehome_households import rehome_households
from shared.database.transaction import Transaction
from shared.kernel.areas import is_inside
from shared.kernel.ids import HouseholdId
from shared.kernel.procedure import as_seen
from shared.wire import DocumentNumber, SafeText, VillageCode, command


@command
class TransferHousehold:
    to_village: VillageCode
    reason: SafeText
    document_number: DocumentNumber


async def transfer_household(household_id: HouseholdId, asked: TransferHousehold, tx: Transaction, *, expected: int) -> HouseholdNow:
    """Move a household with all that is kept of it (R38, R44; plan ch.3 s.1); its flag is announced again, so that tasks follow.

    :raises Stale: somebody changed it; HouseholdGone: it was struck off.
    :raises AcrossCounties: the village lies in another county; SameVillage: it is the present one.
    :raises OutsideYourArea: it is not the caller's; NoSuchVillage: there is none.
    :raises CaseUnderWay: a case is not decided.
    """
    household = await households.hold(household_id, tx)
    as_seen(household.version, expected)
    moves_inside_county(household.area_code, asked.to_village)
    if not is_inside(asked.to_village, tx.actor.area):
        raise OutsideYourArea("body.to_village")
    await areas.require_village(asked.to_village, tx, field="body.to_village")
    may_transfer(await under_way(household, tx))

    await rehome_households({household_id: asked.to_village}, tx)
    act = act_of(LineageAct.TRANSFER, tx, reason=asked.reason, document_number=asked.document_number)
    origin, target = Home(household_id=household_id, village=household.area_code), Home(household_id=household_id, village=asked.to_village)
    await lineage.add(entries(act, origin, target, files_of=[target]), tx)
    return HouseholdNow(id=household_id, version=expected + 1, status=household.status)
