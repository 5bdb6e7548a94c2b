"""What kind of monitored household one is (监测对象类别), from a day on: one at a time, every change dated (R39)."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, ForeignKeyConstraint, Index, PrimaryKeyConstraint, bindparam, or_, select, text, update
from sqlmodel import col

from services.monitoring.domain.cases import Case
from services.monitoring.domain.income.figures import MonitoredCategory
from services.monitoring.store.base import Base
from shared.database.columns import code, day, one_of, only
from shared.database.rows import among
from shared.database.transaction import Transaction
from shared.kernel.ids import HouseholdId, new_id
from shared.kernel.workdays import local_day


class CategoryRow(Base, table=True):
    __tablename__ = "monitored_category"
    __table_args__ = (
        PrimaryKeyConstraint("county_code", "id"),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
        only("category", MonitoredCategory),
        Index("uq_monitored_category_present", "county_code", "household_id", unique=True, postgresql_where=text("valid_to IS NULL")),
    )

    county_code: str = code()
    id: UUID
    household_id: UUID
    area_code: str = code()
    category: MonitoredCategory = one_of(MonitoredCategory)
    valid_from: date = day()
    valid_to: date | None = day(default=None)


END = (
    update(CategoryRow)
    .where(among(CategoryRow.county_code, "counties"), col(CategoryRow.household_id) == bindparam("household"), col(CategoryRow.valid_to).is_(None))
    .values(valid_to=bindparam("until", type_=Date()))
)

_ON = bindparam("on", type_=Date())
ON = select(col(CategoryRow.category)).where(
    among(CategoryRow.county_code, "counties"),
    col(CategoryRow.household_id) == bindparam("household"),
    col(CategoryRow.valid_from) <= _ON,
    or_(col(CategoryRow.valid_to).is_(None), col(CategoryRow.valid_to) > _ON),
)


async def on(household_id: HouseholdId, day: date, tx: Transaction) -> MonitoredCategory | None:
    """Say what kind of monitored household one was on a day, if it was one."""
    return (await tx.execute(ON, {"counties": tx.counties, "household": household_id, "on": day})).scalars().first()


async def begin(case: Case, tx: Transaction) -> None:
    """Make the case's category the household's from today on."""
    await end(case.household_id, tx)
    row = {
        "county_code": case.county_code,
        "id": new_id(),
        "household_id": case.household_id,
        "area_code": case.area_code,
        "category": case.category,
        "valid_from": local_day(tx.now),
    }
    await tx.insert(CategoryRow, [row])


async def end(household_id: HouseholdId, tx: Transaction) -> None:
    await tx.execute(END, {"counties": tx.counties, "household": household_id, "until": local_day(tx.now)})
