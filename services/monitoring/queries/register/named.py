"""Households named in the lines of lists: by number and masked head."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.monitoring.store.register import households, people
from shared.database.transaction import Transaction
from shared.kernel.people import PersonName


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A household by its number (户编号) and its masked head; nothing of what is not registered any more."""

    number: str | None
    head: str | None


async def named(household_ids: Iterable[UUID], tx: Transaction) -> dict[UUID, Named]:
    """Name households: two questions, however many."""
    ids = list(household_ids)
    heads, numbers = await masked_heads(ids, tx), await households.numbers_of(ids, tx) if ids else {}
    return {each: Named(number=numbers.get(each), head=heads.get(each)) for each in ids}


async def masked_heads(household_ids: Sequence[UUID], tx: Transaction) -> dict[UUID, str]:
    """Name the heads of households, masked."""
    heads = await people.heads_of(household_ids, tx) if household_ids else {}
    return {each: str(PersonName(name)) for each, name in heads.items()}
