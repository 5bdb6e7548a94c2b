"""The job of a green channel: household by household of an order, each by itself, a slice in a transaction.

Killed anywhere and resumed it flags each household once: what a slice settled is no longer waiting.
"""

from typing import Any
from uuid import UUID

from services.monitoring.domain.incidents.green_channel import ItemStatus, Order, OrderId
from services.monitoring.publications import present_flags
from services.monitoring.store.incidents import green_channels
from services.monitoring.usecases.incidents.help_first import help_first
from shared.database.transaction import Transaction
from shared.kernel.areas import county_of
from shared.kernel.errors import Refusal
from shared.kernel.ids import HouseholdId
from shared.kernel.jobs import Job, Taken
from shared.kernel.sheets import Outcome

AT_ONCE = 20
"""Households in a slice: each is some two dozen statements, and held until the slice is through."""


async def households_to_help(job: Job, tx: Transaction) -> int:
    """Count the households of an order that wait."""
    return await green_channels.waiting(await _order_of(job, tx), tx)


async def help_some(job: Job, tx: Transaction, _: int) -> Taken:
    """Help the next households of an order; one that is refused is noted with the refusal, and the others go on."""
    order = await _order_of(job, tx)
    waiting = await green_channels.next_of(order, tx, at_most=AT_ONCE)
    results = [{"id": item.id, **await _helped(order, HouseholdId(item.household_id), tx)} for item in waiting]
    await green_channels.settle(results, tx)
    flag_ids = sorted({each["flag_id"] for each in results if each["flag_id"]})
    tx.publish(*await present_flags(flag_ids, county_of(tx.actor.area), tx))
    refused = sum(each["status"] is ItemStatus.REFUSED for each in results)
    return Taken(counts={Outcome.UPDATED: len(results) - refused, Outcome.REFUSED: refused}, more=len(results) == AT_ONCE)


async def _helped(order: Order, household_id: HouseholdId, tx: Transaction) -> dict[str, Any]:
    try:
        async with tx.savepoint():
            helped = await help_first(order, household_id, tx)
    except Refusal as refusal:
        return {"status": ItemStatus.REFUSED, "problem": type(refusal).__name__, "case_id": None, "flag_id": None}
    return {"status": helped.status, "problem": None, "case_id": helped.case_id, "flag_id": helped.flag_id}


async def _order_of(job: Job, tx: Transaction) -> Order:
    return await green_channels.get(OrderId(UUID(job.arguments["order"])), tx)
