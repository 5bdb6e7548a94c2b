"""The rules of data quality as rows of the law, and as the domain reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, PrimaryKeyConstraint, RowMapping, UniqueConstraint, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from services.monitoring.domain.deadlines.limits import Level
from services.monitoring.domain.quality.facts import RuleOf
from services.monitoring.domain.quality.rules import Comparison, Condition, Known, QualityRule, Severity
from services.monitoring.domain.risks import Risk
from services.monitoring.store.base import Base
from services.monitoring.store.law.publishing import publish
from shared.database.columns import code, day, document, one_of, only
from shared.database.rows import among, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import LINCANG, ancestry, county_of
from shared.kernel.workdays import DayKind


class QualityRuleRow(Base, table=True):
    """A version of a rule of data quality, known by its number, with its conditions and its two examples."""

    __tablename__ = "quality_rule"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        UniqueConstraint("county_code", "area_code", "number", "effective_from"),
        only("subject", RuleOf),
        only("severity", Severity),
        only("owner", Level),
        only("day_kind", DayKind),
        only("lead_risk", Risk),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    number: str = code()
    subject: RuleOf = one_of(RuleOf)
    title: str
    english: str
    severity: Severity = one_of(Severity)
    given: list[dict[str, Any]] = document()
    must: list[dict[str, Any]] = document()
    owner: Level = one_of(Level)
    days: int
    day_kind: DayKind = one_of(DayKind)
    lead_risk: Risk | None = one_of(Risk, default=None, nullable=True)
    firing: list[dict[str, Any]] = document()
    passing: list[dict[str, Any]] = document()
    note: str | None = None
    effective_from: date = day()
    effective_to: date | None = day(default=None)
    document_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInForce:
    """A version of a rule: of which area, between which days, by which document, and what it says."""

    id: UUID
    area_code: str
    effective_from: date
    effective_to: date | None
    document_number: str
    note: str | None
    rule: QualityRule


_RULE = table_of(QualityRuleRow).c
_WHAT = ("county_code", "id", *(name for name in QualityRule.__dataclass_fields__ if name != "number"), "effective_to", "document_number")
SAME_RULE = select(_RULE.id).where(*(_RULE[name].is_not_distinct_from(bindparam(f"this_{name}", type_=_RULE[name].type)) for name in _WHAT))
# Of each area the latest version whose day has come, if it has not ended; of each number the nearest area's.
_LATEST = (
    select(QualityRuleRow)
    .where(
        among(QualityRuleRow.county_code, "law"),
        among(QualityRuleRow.area_code, "areas"),
        col(QualityRuleRow.effective_from) <= bindparam("on", type_=Date()),
    )
    .ext(distinct_on(col(QualityRuleRow.number), col(QualityRuleRow.area_code)))
    .order_by(col(QualityRuleRow.number), col(QualityRuleRow.area_code), col(QualityRuleRow.effective_from).desc())
    .subquery()
)
_HOLDS = or_(_LATEST.c.effective_to.is_(None), _LATEST.c.effective_to > bindparam("on", type_=Date()))
RULES = select(_LATEST).where(_HOLDS).ext(distinct_on(_LATEST.c.number)).order_by(_LATEST.c.number, func.length(_LATEST.c.area_code).desc())
TITLES = select(_LATEST.c.number, _LATEST.c.area_code, _LATEST.c.title).where(_HOLDS)
NUMBERS = select(col(QualityRuleRow.number)).where(among(QualityRuleRow.county_code, "law")).distinct().order_by(col(QualityRuleRow.number))


async def quality_rules_for(area: str, on: date, tx: Transaction) -> list[RuleInForce]:
    """Read the rules of data quality in force in an area on a day, by their numbers."""
    asked = {"areas": ancestry(area), "law": [LINCANG, county_of(area)], "on": on}
    return [_in_force(row) for row in (await tx.execute(RULES, asked)).mappings()]


async def quality_titles(counties: Sequence[str], on: date, tx: Transaction) -> dict[tuple[str, str], str]:
    """Say what each rule in force on a day says in each of some counties, by county and number: the county's own before the prefecture's."""
    rows = (await tx.execute(TITLES, {"areas": [LINCANG, *counties], "law": [LINCANG, *counties], "on": on})).all()
    of_all = {row.number: row.title for row in rows if row.area_code == LINCANG}
    own = {(row.area_code, row.number): row.title for row in rows if row.area_code != LINCANG}
    return {(county, number): title for county in counties for number, title in of_all.items()} | own


async def quality_numbers(counties: Sequence[str], tx: Transaction) -> list[str]:
    """List the numbers of all rules ever published in the prefecture or in counties: those that hold no more are checked too, to be closed."""
    return list((await tx.execute(NUMBERS, {"law": [LINCANG, *counties]})).scalars())


async def publish_quality_rule(area: str, rule: QualityRule, kept: Mapping[str, Any], tx: Transaction) -> tuple[UUID, bool]:
    """Add a version of a rule; the same one again is found. Give its id, and whether it is new.

    :param kept: between which days it holds, and by which document.
    :raises PublishedAlready: another one holds from this day.
    """
    said = {part: [_written(each) for each in getattr(rule, part)] for part in ("given", "must", "firing", "passing")}
    row = {"area_code": area, **{name: getattr(rule, name) for name in QualityRule.__dataclass_fields__}, **said, **kept}
    return await publish(QualityRuleRow, row, f"quality_rule/{area}/{rule.number}/{kept['effective_from']}", SAME_RULE, tx)


def _written(value: Condition | Known) -> dict[str, Any]:
    """Write a condition or a fact of an example, without what it does not say."""
    return {name: list(said) if name == "values" else said for name, said in asdict(value).items() if said is not None}


def _in_force(row: RowMapping) -> RuleInForce:
    said = {name: row[name] for name in QualityRule.__dataclass_fields__}
    conditions = {part: tuple(_condition(each) for each in row[part]) for part in ("given", "must")}
    examples = {part: tuple(Known(**each) for each in row[part]) for part in ("firing", "passing")}
    about = {name: row[name] for name in RuleInForce.__dataclass_fields__ if name != "rule"}
    return RuleInForce(**about, rule=QualityRule(**{**said, **conditions, **examples}))


def _condition(written: Mapping[str, Any]) -> Condition:
    return Condition(**{**written, "operator": Comparison(written["operator"])})
