"""The rules of signals that are in force."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.signals import Base, Grade, Group, Operator, list_of
from services.monitoring.store import law
from shared.database.transaction import Transaction
from shared.kernel.workdays import local_day


class SignalRuleShown(BaseModel):
    """A rule in force: a column of the list held against a value, or against a ratio of a base; of which area, since when, by which document."""

    id: UUID
    area: str
    code: str = Field(examples=["medical_insurance_list.lifted_out"])
    kind: str = Field(examples=["medical_insurance_list"])
    population: Group
    field: str | None = Field(examples=["self_paid"])
    operator: Operator
    value: str | None = Field(examples=["5000"])
    base: Base | None
    grade: Grade | None
    hardship: Hardship | None
    effective_from: date
    effective_to: date | None
    document_number: str


class SignalRulesShown(BaseModel):
    items: list[SignalRuleShown]


async def list_signal_rules(area: str, tx: Transaction, *, kind: str | None, on: date | None) -> SignalRulesShown:
    """List the rules in force in an area on a day (R57, plan ch.3 s.3).

    :raises NoSuchList: there is no such kind of list.
    """
    if kind is not None:
        list_of(kind, field="query.kind")
    rows = await law.signal_rules_for(area, on or local_day(tx.now), tx, kind=kind)
    return SignalRulesShown(items=[SignalRuleShown(**{**row._asdict(), "area": row.area_code}) for row in rows])
