from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Date, PrimaryKeyConstraint, bindparam, select
from sqlmodel import col

from services.monitoring.domain.grades import Grade, GradeRule
from services.monitoring.domain.signals import Group
from services.monitoring.store.base import Base
from shared.database.columns import code, day, one_of, only
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import ancestry, is_inside
from shared.kernel.workdays import local_day


class GradeRuleRow(Base, table=True):
    """What a hardship is graded (预警分级)."""

    __tablename__ = "lead_grade_rule"
    __table_args__ = (PrimaryKeyConstraint("county_code", "id"), only("population", Group), only("grade", Grade))

    county_code: str = code()
    id: UUID
    area_code: str = code()
    hardship: str = code()
    population: Group = one_of(Group)
    grade: Grade = one_of(Grade)
    effective_from: date = day()
    document_number: str


RULES = (
    select(*columns_of(GradeRuleRow, GradeRule), col(GradeRuleRow.area_code), col(GradeRuleRow.effective_from))
    .where(among(GradeRuleRow.area_code, "areas"), col(GradeRuleRow.effective_from) <= bindparam("on", type_=Date()))
    .order_by(col(GradeRuleRow.area_code), col(GradeRuleRow.effective_from))
)


async def grade_rules_of(areas: Sequence[str], tx: Transaction) -> dict[str, list[GradeRule]]:
    """Read the rules in force today in each of several areas: of a hardship those of the nearest area, of its latest day."""
    asked = {"areas": sorted({each for area in areas for each in ancestry(area)}), "on": local_day(tx.now)}
    rows = (await tx.execute(RULES, asked)).mappings().all()
    fields = GradeRule.__dataclass_fields__
    found: dict[str, list[GradeRule]] = {}
    for area in areas:
        here = [row for row in rows if is_inside(area, row["area_code"])]
        newest = {row["hardship"]: (row["area_code"], row["effective_from"]) for row in here}
        in_force = [row for row in here if newest[row["hardship"]] == (row["area_code"], row["effective_from"])]
        found[area] = [GradeRule(**{name: row[name] for name in fields}) for row in in_force]
    return found
