from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Date, PrimaryKeyConstraint, UniqueConstraint, bindparam, or_, select
from sqlmodel import col

from services.monitoring.domain.parameters import Key, Parameter, Parameters
from services.monitoring.store.base import Base
from services.monitoring.store.law.publishing import publish
from shared.database.columns import code, day
from shared.database.rows import among, columns_of, table_of
from shared.database.transaction import Transaction
from shared.kernel.areas import ancestry, is_inside
from shared.kernel.workdays import local_day


class ParameterRow(Base, table=True):
    __tablename__ = "parameter"
    __table_args__ = (PrimaryKeyConstraint("county_code", "id"), UniqueConstraint("county_code", "area_code", "key", "effective_from"))

    county_code: str = code()
    id: UUID
    area_code: str = code()
    key: str = code()
    value: str
    effective_from: date = day()
    document_number: str


PARAMETERS = (
    select(*columns_of(ParameterRow, Parameter))
    .where(among(ParameterRow.area_code, "areas"), col(ParameterRow.effective_from) <= bindparam("on", type_=Date()))
    .order_by(col(ParameterRow.area_code), col(ParameterRow.effective_from))
)
WITHIN = (
    select(*columns_of(ParameterRow, Parameter))
    .where(
        or_(among(ParameterRow.area_code, "areas"), among(ParameterRow.county_code, "counties")),
        among(ParameterRow.key, "keys"),
        col(ParameterRow.effective_from) <= bindparam("on", type_=Date()),
    )
    .order_by(col(ParameterRow.area_code), col(ParameterRow.effective_from))
)
SAME_PARAMETER = select(col(ParameterRow.id)).where(
    *(table_of(ParameterRow).c[name] == bindparam(f"this_{name}") for name in ("county_code", "id", "value", "document_number"))
)


async def parameters_for(area: str, tx: Transaction) -> Parameters:
    """Read the parameters in force today in an area."""
    return (await tx.once(("parameters", area), lambda: parameters_of([area], tx)))[area]


async def parameters_of(areas: Sequence[str], tx: Transaction) -> dict[str, Parameters]:
    """Read the parameters in force today in each of several areas, with one question.

    Wider areas and earlier days come first and are overwritten by nearer and later ones.
    """
    asked = {"areas": sorted({each for area in areas for each in ancestry(area)}), "on": local_day(tx.now)}
    rows = [Parameter(**{**row, "key": Key(row["key"])}) for row in (await tx.execute(PARAMETERS, asked)).mappings()]
    return {area: Parameters({row.key: row for row in rows if is_inside(area, row.area_code)}) for area in areas}


async def parameters_within(keys: Sequence[Key], tx: Transaction) -> dict[str, Parameters]:
    """Read some parameters in force today in every area of the transaction's that has a rule of its own, and in those around; with one question."""
    asked = {"areas": ancestry(tx.actor.area), "counties": tx.counties, "keys": list(keys), "on": local_day(tx.now)}
    rows = [Parameter(**{**row, "key": Key(row["key"])}) for row in (await tx.execute(WITHIN, asked)).mappings()]
    return {
        area: Parameters({row.key: row for row in rows if is_inside(area, row.area_code)}) for area in dict.fromkeys(row.area_code for row in rows)
    }


async def publish_parameter(area: str, key: Key, tx: Transaction, *, value: str, effective_from: date, document_number: str) -> tuple[UUID, bool]:
    """Add a parameter; the same one again is found. Give its id, and whether it is new.

    :raises PublishedAlready: another one holds from this day.
    """
    row = {"area_code": area, "key": key, "value": value, "effective_from": effective_from, "document_number": document_number}
    return await publish(ParameterRow, row, f"parameter/{area}/{key}/{effective_from}", SAME_PARAMETER, tx)
