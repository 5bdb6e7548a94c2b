"""Register several households at once, each by itself: a result for each."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.usecases.register.register_household import RegisterHousehold, register_household
from shared.database.transaction import Transaction
from shared.kernel.errors import Refusal
from shared.wire import command

MOST = 100


@command
class RegisterHouseholds:
    """Up to a hundred households. What cannot be read refuses the whole, by its place; what is against the rules only its own household."""

    items: Annotated[list[RegisterHousehold], Field(min_length=1, max_length=MOST)]


class ItemOutcome(StrEnum):
    CREATED = "created"
    REFUSED = "refused"


class ItemProblem(BaseModel):
    """Why a household was refused: the refusal's name, in both languages, and the fields at fault inside the item."""

    code: str = Field(examples=["RegisteredElsewhere"])
    chinese: str = Field(examples=["户内有人已在别处登记。"])
    english: str = Field(examples=["A member is registered in another household already."])
    fields: list[str] = Field(examples=[["members.0.id_number"]])


class ItemResult(BaseModel):
    """What became of one household, in the order of the request."""

    outcome: ItemOutcome
    id: UUID | None = None
    problem: ItemProblem | None = None


class BatchRegistered(BaseModel):
    created: int
    refused: int
    items: list[ItemResult]


async def register_households(batch: RegisterHouseholds, tx: Transaction) -> BatchRegistered:
    """Register households of the caller's area (R38, R52; plan ch.3); one that is refused leaves the others alone."""
    items = [await _registered(household, tx) for household in batch.items]
    created = sum(item.outcome is ItemOutcome.CREATED for item in items)
    return BatchRegistered(created=created, refused=len(items) - created, items=items)


async def _registered(household: RegisterHousehold, tx: Transaction) -> ItemResult:
    try:
        async with tx.savepoint():
            registered = await register_household(household, tx)
    except Refusal as refusal:
        fields = [field.removeprefix("body.") for field in refusal.fields]
        problem = ItemProblem(code=type(refusal).__name__, chinese=refusal.sentence, english=refusal.english, fields=fields)
        return ItemResult(outcome=ItemOutcome.REFUSED, problem=problem)
    return ItemResult(outcome=ItemOutcome.CREATED, id=registered.id)
