"""What monitoring tells other services: the present public state of its entities."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from services.monitoring.domain.flags.measures import MONITORING
from services.monitoring.store.flags import flags, ledger
from shared.database.transaction import Transaction
from shared.events import OwedMeasure, RiskFlag
from shared.events.monitoring import FlagStatus


async def present_flags(flag_ids: Sequence[UUID], county_code: str, tx: Transaction) -> list[RiskFlag]:
    """Say how these flags stand now; what is ours to answer stays with us, for a referral would name the cause."""
    owed: dict[UUID, list[OwedMeasure]] = defaultdict(list)
    for line in await ledger.lines(flag_ids, [county_code], tx):
        if line.service != MONITORING:
            taken_back = line.taken_back_at is not None
            measure = OwedMeasure(id=line.id, measure=line.measure, service=line.service, due_at=line.due_at, taken_back=taken_back)
            owed[line.flag_id].append(measure)
    return [
        RiskFlag(
            id=flag.id,
            county_code=flag.county_code,
            version=flag.version,
            household_id=flag.household_id,
            area_code=flag.area_code,
            status=FlagStatus(flag.status),
            owed=tuple(owed[flag.id]),
        )
        for flag in await flags.many(flag_ids, county_code, tx)
    ]
