from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, PrimaryKeyConstraint, Row, UniqueConstraint, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from services.monitoring.domain.risks import Hardship
from services.monitoring.domain.signals import Base as RuleBase
from services.monitoring.domain.signals import Grade, Group, Operator
from services.monitoring.store.base import Base
from services.monitoring.store.law.publishing import publish
from shared.database.columns import CODE, code, day, one_of, only
from shared.database.rows import among, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG, ancestry, county_of


class SignalRuleRow(Base, table=True):
    """What in a department's list calls for a lead (预警规则): a version of the rule `code`, which begins with the list's name."""

    __tablename__ = "signal_rule"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        UniqueConstraint("county_code", "area_code", "code", "effective_from"),
        only("population", Group),
        only("operator", Operator),
        only("base", RuleBase),
        only("grade", Grade),
        only("hardship", Hardship),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    kind: str = code()
    population: Group = one_of(Group)
    field: str | None = code(default=None, nullable=True)
    operator: Operator = one_of(Operator)
    value: str | None = None
    base: RuleBase | None = one_of(RuleBase, default=None, nullable=True)
    grade: Grade | None = one_of(Grade, default=None, nullable=True)
    hardship: Hardship | None = one_of(Hardship, default=None, nullable=True)
    effective_from: date = day()
    effective_to: date | None = day(default=None)
    document_number: str
    code: str = code()  # the last, for it hides the function of its name


_WHAT = ("county_code", "id", "population", "field", "operator", "value", "base", "grade", "hardship", "effective_to", "document_number")
_RULE = table_of(SignalRuleRow).c
SAME_RULE = select(_RULE.id).where(*(_RULE[name].is_not_distinct_from(bindparam(f"this_{name}", type_=_RULE[name].type)) for name in _WHAT))
# Of each area the latest version whose day has come, if it has not ended; of each code the nearest area's.
_LATEST = (
    select(SignalRuleRow)
    .where(
        among(SignalRuleRow.county_code, "law"),
        among(SignalRuleRow.area_code, "areas"),
        or_(bindparam("kind", type_=CODE).is_(None), col(SignalRuleRow.kind) == bindparam("kind", type_=CODE)),
        col(SignalRuleRow.effective_from) <= bindparam("on", type_=Date()),
    )
    .ext(distinct_on(col(SignalRuleRow.code), col(SignalRuleRow.area_code)))
    .order_by(col(SignalRuleRow.code), col(SignalRuleRow.area_code), col(SignalRuleRow.effective_from).desc())
    .subquery()
)
RULES = (
    select(_LATEST)
    .where(or_(_LATEST.c.effective_to.is_(None), _LATEST.c.effective_to > bindparam("on", type_=Date())))
    .ext(distinct_on(_LATEST.c.code))
    .order_by(_LATEST.c.code, func.length(_LATEST.c.area_code).desc())
)


async def signal_rules_for(area: str, on: date, tx: Transaction, *, kind: str | None) -> Sequence[Row[Any]]:
    """Read the rules in force in an area on a day, of a kind of list or of all."""
    law = [LINCANG, county_of(area)]
    return (await tx.execute(RULES, {"areas": ancestry(area), "law": law, "kind": kind, "on": on})).all()


async def publish_signal_rule(area: str, rule_code: str, rule: Mapping[str, Any], tx: Transaction) -> tuple[UUID, bool]:
    """Add a version of a rule; the same one again is found. Give its id, and whether it is new.

    :raises PublishedAlready: another one holds from this day.
    """
    row = {"area_code": area, "code": rule_code, **rule}
    return await publish(SignalRuleRow, row, f"signal_rule/{area}/{rule_code}/{rule['effective_from']}", SAME_RULE, tx)
