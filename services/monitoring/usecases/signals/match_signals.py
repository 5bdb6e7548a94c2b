"""Match people whom departments named before they were registered (R43, R57; plan ch.3 s.1 and s.3)."""

from services.monitoring.domain.signals import list_of
from services.monitoring.store import signals
from services.monitoring.usecases.signals.settle_signals import settle
from shared.database.transaction import Transaction
from shared.kernel.areas import COUNTIES

AT_ONCE = 2_000


async def match_signals(tx: Transaction) -> None:
    """Give the rows of people registered meanwhile their household, and their leads too; what calls for a lead of such a household opens one."""
    county = tx.actor.scope.county
    if county not in COUNTIES:
        return
    people: dict[str, list[bytes]] = {}
    for row in await signals.now_registered(county, tx, at_most=AT_ONCE):
        people.setdefault(list_of(row.kind).group, []).append(row.person_index)
    for group in sorted(people):
        await signals.hold(county, group, tx)
        await signals.begin(tx)
        await signals.touch_these(people[group], tx)
        await settle(county, group, tx)
        await signals.alter(county, group, tx)
