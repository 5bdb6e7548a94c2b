from datetime import date

from sqlalchemy import Date, PrimaryKeyConstraint, bindparam, select
from sqlmodel import col

from services.monitoring.domain.flags.measures import Measure
from services.monitoring.store.base import Base
from shared.database.columns import code, day, one_of, only
from shared.database.rows import among, columns_of
from shared.database.transaction import Transaction
from shared.kernel.areas import ancestry
from shared.kernel.workdays import DayKind, local_day


class MeasureRow(Base, table=True):
    """Which measure a risk calls for (帮扶措施对照), and which service answers it."""

    __tablename__ = "measure_rule"
    __table_args__ = (
        PrimaryKeyConstraint("area_code", "risk", "has_labour", "measure", "effective_from"),
        only("day_kind", DayKind),
    )

    area_code: str = code()
    risk: str = code()
    has_labour: bool
    measure: str = code()
    effective_from: date = day()
    service: str
    days: int
    day_kind: DayKind = one_of(DayKind)
    document_number: str


MEASURES = (
    select(*columns_of(MeasureRow, Measure))
    .where(among(MeasureRow.area_code, "areas"), col(MeasureRow.effective_from) <= bindparam("on", type_=Date()))
    .order_by(col(MeasureRow.area_code), col(MeasureRow.effective_from))
)


async def measures_for(area: str, tx: Transaction) -> list[Measure]:
    """Read the measures in force today, one row for each risk, ability to work and measure."""
    return await tx.once(("measures", area), lambda: _measures_for(area, tx))


async def _measures_for(area: str, tx: Transaction) -> list[Measure]:
    rows = await tx.execute(MEASURES, {"areas": ancestry(area), "on": local_day(tx.now)})
    return list({(row["risk"], row["has_labour"], row["measure"]): Measure(**row) for row in rows.mappings()}.values())
