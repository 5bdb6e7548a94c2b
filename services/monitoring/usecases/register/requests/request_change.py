"""Ask for a change of a household that one's own level may not make (变更申请)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.monitoring.domain.parameters import Key
from services.monitoring.domain.register import change_requests as rules
from services.monitoring.store.register import change_requests, households
from services.monitoring.usecases.files.due_dates import due_in
from services.monitoring.usecases.register.changes.merge_households import MergeHousehold
from services.monitoring.usecases.register.changes.split_household import SplitHousehold
from services.monitoring.usecases.register.changes.strike_off_household import StrikeOffHousehold
from services.monitoring.usecases.register.changes.transfer_household import TransferHousehold
from services.monitoring.usecases.register.county_transfers.ask_for_transfer import TransferAcrossCounties
from services.monitoring.usecases.register.requests.asked import RequestedCorrection
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, new_id
from shared.kernel.procedure import as_seen
from shared.wire import Count, SafeText, command
from shared.wire.kept import written


@command
class RequestChange:
    """Of which household, as it was seen; why; and exactly one change, written as it is to be made."""

    household_id: UUID
    household_version: Count
    reason: SafeText
    split: SplitHousehold | None = None
    merge: MergeHousehold | None = None
    transfer: TransferHousehold | None = None
    strike_off: StrikeOffHousehold | None = None
    correction: RequestedCorrection | None = None
    county_transfer: TransferAcrossCounties | None = None


class RequestStepped(BaseModel):
    id: UUID
    version: int
    status: rules.RequestStatus


async def request_change(asked: RequestChange, tx: Transaction) -> RequestStepped:
    """Keep a request until the level decides it that may make the change (R44; plan ch.3 s.1), within the days laid down.

    :raises OneChange: it names no change, or several.
    :raises NotFound: there is no such household here; HouseholdGone: it was struck off.
    :raises NotYoursToAsk: the change is not asked for by this office.
    :raises Stale: somebody changed the household.
    """
    act, change = _the_one(asked)
    household = await households.hold(HouseholdId(asked.household_id), tx)
    rules.ask(act, by=tx.actor)
    as_seen(household.version, asked.household_version, field="body.household_version")

    row: Mapping[str, Any] = {
        "county_code": household.county_code,
        "id": new_id(),
        "township_code": household.township_code,
        "area_code": household.area_code,
        "household_id": household.id,
        "household_version": household.version,
        "act": act,
        "status": rules.RequestStatus.REQUESTED,
        "requested_by": tx.actor.id,
        "requested_at": tx.now,
        "due_at": (await due_in([household.area_code], tx, days=Key.CHANGE_REQUEST_DAYS))[household.area_code],
    }
    await change_requests.add(row, change_requests.Said(asked=written(change), reason=asked.reason), tx)
    return RequestStepped(id=row["id"], version=1, status=rules.RequestStatus.REQUESTED)


def _the_one(asked: RequestChange) -> tuple[rules.ChangeAct, Any]:
    changes = [(act, getattr(asked, act)) for act in rules.ChangeAct if getattr(asked, act) is not None]
    if len(changes) != 1:
        raise rules.OneChange(*(f"body.{act}" for act, _ in changes or [(act, None) for act in rules.ChangeAct]))
    return changes[0]
