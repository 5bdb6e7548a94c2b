"""What the changes of households share: people named with what they are to be, and how a household is afterwards."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.income.figures import Income
from services.monitoring.domain.register.changes import Named
from services.monitoring.domain.register.households import HouseholdStatus, Labour, Relation
from services.monitoring.domain.register.lineage import Act, LineageAct
from services.monitoring.store.income import incomes
from services.monitoring.usecases.register.register_household import NewIncome
from shared.database.transaction import Transaction
from shared.kernel.ids import PersonId, new_id
from shared.kernel.workdays import local_day
from shared.wire import part


@part
class NamedMember:
    """A member, with the relation to the head from now on; without an ability to work the present one stays."""

    person_id: UUID
    relation: Relation
    labour: Labour | None = None


NamedMembers = Annotated[list[NamedMember], Field(max_length=30)]
SomeMembers = Annotated[list[NamedMember], Field(min_length=1, max_length=30)]


class HouseholdNow(BaseModel):
    """A household as a change has left it."""

    id: UUID
    version: int
    status: HouseholdStatus


def named(members: Sequence[NamedMember]) -> list[Named]:
    return [Named(person_id=PersonId(each.person_id), relation=each.relation, labour=each.labour) for each in members]


def income_of(said: NewIncome, *, people: int) -> Income:
    return Income(people=people, **{amount: getattr(said, amount) for amount in incomes.AMOUNTS})


def act_of(act: LineageAct, tx: Transaction, *, reason: str, document_number: str | None, change_id: UUID | None = None) -> Act:
    """Say who does what today, and on what ground."""
    return Act(
        change_id=change_id or new_id(),
        act=act,
        effective_on=local_day(tx.now),
        reason=reason,
        document_number=document_number,
        decided_by=tx.actor.id,
        recorded_at=tx.now,
    )
