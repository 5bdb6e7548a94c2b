from datetime import date
from uuid import UUID

from sqlalchemy import Date, PrimaryKeyConstraint, bindparam, select
from sqlmodel import col

from services.monitoring.domain.signals import Group, Operator, SignalRule
from services.monitoring.store.base import Base
from shared.database.columns import CODE, code, day, one_of, only
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import ancestry
from shared.kernel.workdays import local_day


class SignalRuleRow(Base, table=True):
    """What in a department's list calls for a lead (预警规则)."""

    __tablename__ = "signal_rule"
    __table_args__ = (PrimaryKeyConstraint("county_code", "id"), only("population", Group), only("operator", Operator))

    county_code: str = code()
    id: UUID
    area_code: str = code()
    kind: str = code()
    population: Group = one_of(Group)
    indicator: str = code()
    operator: Operator = one_of(Operator)
    value: str
    effective_from: date = day()
    document_number: str


RULES = (
    select(*columns_of(SignalRuleRow, SignalRule), col(SignalRuleRow.area_code), col(SignalRuleRow.effective_from))
    .where(
        among(SignalRuleRow.area_code, "areas"),
        col(SignalRuleRow.kind) == bindparam("list", type_=CODE),
        col(SignalRuleRow.effective_from) <= bindparam("on", type_=Date()),
    )
    .order_by(col(SignalRuleRow.area_code).desc(), col(SignalRuleRow.effective_from).desc())
)


async def signal_rules_for(area: str, kind: str, tx: Transaction) -> list[SignalRule]:
    """Read the rules of a list in force today: those of the nearest area, of its latest day."""
    rows = (await tx.execute(RULES, {"areas": ancestry(area), "list": kind, "on": local_day(tx.now)})).mappings().all()
    newest = {(row["area_code"], row["effective_from"]) for row in rows[:1]}
    fields = SignalRule.__dataclass_fields__
    return [SignalRule(**{name: row[name] for name in fields}) for row in rows if (row["area_code"], row["effective_from"]) in newest]
