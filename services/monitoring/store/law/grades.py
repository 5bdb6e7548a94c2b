from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, PrimaryKeyConstraint, RowMapping, UniqueConstraint, bindparam, select
from sqlmodel import col

from services.monitoring.domain.leads.grades import Grade, GradeRule
from services.monitoring.domain.signals import Group
from services.monitoring.store.base import Base
from services.monitoring.store.law.publishing import publish
from shared.database.columns import code, day, one_of, only
from shared.database.rows import among, columns_of, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import ancestry, is_inside
from shared.kernel.workdays import local_day


class GradeRuleRow(Base, table=True):
    """What a hardship is graded (预警分级)."""

    __tablename__ = "lead_grade_rule"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        UniqueConstraint("county_code", "area_code", "hardship", "population", "effective_from"),
        only("population", Group),
        only("grade", Grade),
    )

    county_code: str = code()
    id: UUID
    area_code: str = code()
    hardship: str = code()
    population: Group = one_of(Group)
    grade: Grade = one_of(Grade)
    effective_from: date = day()
    document_number: str


RULES = (
    select(*columns_of(GradeRuleRow, GradeRule), col(GradeRuleRow.id), col(GradeRuleRow.area_code), col(GradeRuleRow.effective_from))
    .where(among(GradeRuleRow.area_code, "areas"), col(GradeRuleRow.effective_from) <= bindparam("on", type_=Date()))
    .order_by(col(GradeRuleRow.area_code), col(GradeRuleRow.effective_from))
)


SAME_RULE = select(col(GradeRuleRow.id)).where(
    *(table_of(GradeRuleRow).c[name] == bindparam(f"this_{name}") for name in ("county_code", "id", "grade", "document_number"))
)


async def grade_rules_of(areas: Sequence[str], tx: Transaction) -> dict[str, list[GradeRule]]:
    """Read the rules in force today in each of several areas: of a hardship those of the nearest area, of its latest day."""
    rows = await _rows_over(areas, tx)
    fields = GradeRule.__dataclass_fields__
    return {area: [GradeRule(**{name: row[name] for name in fields}) for row in _in_force(area, rows)] for area in areas}


async def grade_rules_for(area: str, tx: Transaction) -> Sequence[RowMapping]:
    """Read the rules in force today in an area, as they were published."""
    return _in_force(area, await _rows_over([area], tx))


async def publish_grade_rule(area: str, hardship: str, rule: Mapping[str, Any], tx: Transaction) -> tuple[UUID, bool]:
    """Add a rule; the same one again is found. Give its id, and whether it is new.

    :raises PublishedAlready: another one of these people holds from this day.
    """
    row = {"area_code": area, "hardship": hardship, **rule}
    return await publish(GradeRuleRow, row, f"lead_grade_rule/{area}/{hardship}/{rule['population']}/{rule['effective_from']}", SAME_RULE, tx)


async def _rows_over(areas: Sequence[str], tx: Transaction) -> Sequence[RowMapping]:
    asked = {"areas": sorted({each for area in areas for each in ancestry(area)}), "on": local_day(tx.now)}
    return (await tx.execute(RULES, asked)).mappings().all()


def _in_force(area: str, rows: Sequence[RowMapping]) -> list[RowMapping]:
    here = [row for row in rows if is_inside(area, row["area_code"])]
    newest = {row["hardship"]: (row["area_code"], row["effective_from"]) for row in here}
    return [row for row in here if newest[row["hardship"]] == (row["area_code"], row["effective_from"])]
