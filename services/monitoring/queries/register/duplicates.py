"""Pairs of people who may be one: the list of an area, for the officer who decides, both masked."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.monitoring.domain.register.duplicates import DuplicateStatus
from services.monitoring.domain.register.households import Relation
from services.monitoring.domain.register.people import Sex, age_on
from services.monitoring.store.register import duplicates
from shared.database.transaction import Transaction
from shared.kernel.page import Place
from shared.kernel.people import IdNumber, PersonName
from shared.kernel.workdays import local_day


class OneOfPair(BaseModel):
    """One of the two, masked: enough to ask for them."""

    name: str = Field(examples=["李**"])
    id_number: str | None = Field(examples=["533522********00**"])
    sex: Sex | None
    age: int | None
    area: str
    household_id: UUID | None
    relation: Relation | None


class DuplicateLine(BaseModel):
    """A pair; `first` has no ID number, and gives way if they are one. Who lies outside the caller's area is null. `score`: how alike, 0 to 1."""

    id: UUID
    area: str
    status: DuplicateStatus
    score: Decimal
    first: OneOfPair | None
    second: OneOfPair | None
    found_at: datetime
    due_at: datetime
    version: int


class DuplicatePage(BaseModel):
    items: list[DuplicateLine]
    next: str | None


async def list_duplicates(area: str, status: DuplicateStatus, tx: Transaction, *, after: Place | None, size: int) -> DuplicatePage:
    """List an area's pairs in one status by their limit."""
    rows, following = await duplicates.worklist.page(area, status, tx, after=after, size=size)
    people = await duplicates.seen([each for row in rows for each in (row.person_a, row.person_b)], tx)
    return DuplicatePage(items=[_line(row, people, tx) for row in rows], next=following)


def _line(row: Row[Any], people: Mapping[UUID, Row[Any]], tx: Transaction) -> DuplicateLine:
    return DuplicateLine(
        id=row.id,
        area=row.area_code,
        status=row.status,
        score=row.score,
        first=_one(people.get(row.person_a), tx),
        second=_one(people.get(row.person_b), tx),
        found_at=row.found_at,
        due_at=row.due_at,
        version=row.version,
    )


def _one(row: Row[Any] | None, tx: Transaction) -> OneOfPair | None:
    if row is None:
        return None
    number, today = tx.vault.open(row.secrets, table="person", row=row.id)["id_number"], local_day(tx.now)
    return OneOfPair(
        name=str(PersonName(row.name)),
        id_number=str(IdNumber(number)) if number else None,
        sex=row.sex,
        age=_age(today, row.born_on),
        area=row.area_code,
        household_id=row.household_id,
        relation=row.relation,
    )


def _age(today: date, born_on: date | None) -> int | None:
    return age_on(today, born_on) if born_on else None
