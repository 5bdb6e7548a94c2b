from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Float, PrimaryKeyConstraint, Row, UniqueConstraint, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Field, col

from services.monitoring.domain.regional.causes import Cause, Industry
from services.monitoring.domain.regional.rules import RegionalRule, RegionLevel
from services.monitoring.domain.register.codes import IndustryKind
from services.monitoring.store.base import Base
from services.monitoring.store.law.publishing import publish
from shared.database.columns import code, day, one_of, only
from shared.database.rows import among, columns_of, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG, ancestry, county_of


def factor() -> Any:
    return Field(sa_type=Float)


class IndustryRow(Base, table=True):
    """A key industry (重点产业), and the kind of industry that its households have on the collection form."""

    __tablename__ = "industry"
    __table_args__ = (PrimaryKeyConstraint("county_code", "id"), only("form_kind", IndustryKind))

    county_code: str = code()
    id: UUID
    area_code: str = code()
    title: str
    form_kind: IndustryKind = one_of(IndustryKind)
    effective_from: date = day()
    document_number: str
    code: str = code()  # the last, for it hides the function of its name


class RegionalRuleRow(Base, table=True):
    """When areas call for a regional alarm (区域预警规则): a version of the rule `code`."""

    __tablename__ = "regional_rule"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        UniqueConstraint("county_code", "area_code", "code", "effective_from"),
        only("cause", Cause),
        only("level", RegionLevel),
        CheckConstraint("minimum_share BETWEEN 0 AND 1 AND clear_ratio > 0 AND clear_ratio <= 1", name="shares"),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    cause: Cause = one_of(Cause)
    level: RegionLevel = one_of(RegionLevel)
    by_industry: bool
    place_list: str | None = code(default=None, nullable=True)
    window_weeks: int
    history_windows: int
    minimum_count: int
    minimum_share: float = factor()
    deviations: float = factor()
    neighbour_ratio: float = factor()
    clear_ratio: float = factor()
    clear_weeks: int
    answer_days: int
    is_held: bool
    effective_from: date = day()
    document_number: str
    code: str = code()


_CONTENT = [field.name for field in fields(RegionalRule) if field.name != "code"]
_RULE = table_of(RegionalRuleRow).c
SAME_RULE = select(_RULE.id).where(
    *(
        _RULE[name].is_not_distinct_from(bindparam(f"this_{name}", type_=_RULE[name].type))
        for name in ("county_code", "id", *_CONTENT, "document_number")
    )
)
# Of each code the nearest area's, and there the latest whose day has come.
RULES = (
    select(*columns_of(RegionalRuleRow, RegionalRule), *(_RULE[name] for name in ("id", "area_code", "effective_from", "document_number")))
    .where(
        among(RegionalRuleRow.county_code, "law"),
        among(RegionalRuleRow.area_code, "areas"),
        col(RegionalRuleRow.effective_from) <= bindparam("on", type_=Date()),
    )
    .ext(distinct_on(_RULE.code))
    .order_by(_RULE.code, func.length(_RULE.area_code).desc(), _RULE.effective_from.desc())
)
_INDUSTRY = table_of(IndustryRow).c
INDUSTRIES = (
    select(*columns_of(IndustryRow, Industry))
    .where(
        among(IndustryRow.county_code, "law"),
        among(IndustryRow.area_code, "areas"),
        col(IndustryRow.effective_from) <= bindparam("on", type_=Date()),
    )
    .ext(distinct_on(_INDUSTRY.code))
    .order_by(_INDUSTRY.code, func.length(_INDUSTRY.area_code).desc(), _INDUSTRY.effective_from.desc())
)


async def regional_rules_for(area: str, on: date, tx: Transaction) -> Sequence[Row[Any]]:
    """Read the rules in force in an area on a day; one that says it is not held is repealed and left out."""
    return [row for row in await tx.execute(RULES, _asked(area, on)) if row.is_held]


async def industries_for(area: str, on: date, tx: Transaction) -> list[Industry]:
    """Read the key industries of an area on a day."""
    return [Industry(**row) for row in (await tx.execute(INDUSTRIES, _asked(area, on))).mappings()]


async def publish_regional_rule(area: str, rule: Mapping[str, Any], tx: Transaction) -> tuple[UUID, bool]:
    """Add a version of a rule; the same one again is found. Give its id, and whether it is new.

    :raises PublishedAlready: another one holds from this day.
    """
    row = {"area_code": area, **rule}
    return await publish(RegionalRuleRow, row, f"regional_rule/{area}/{rule['code']}/{rule['effective_from']}", SAME_RULE, tx)


def as_rule(row: Any) -> RegionalRule:
    return RegionalRule(**{field.name: getattr(row, field.name) for field in fields(RegionalRule)})


def _asked(area: str, on: date) -> dict[str, Any]:
    return {"law": [LINCANG, county_of(area)], "areas": ancestry(area), "on": on}
